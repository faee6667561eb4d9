import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { gunzip, readCifar10, readIdx, readNpy, writeNpy } from "../../src/formats/index.ts";
import { generator } from "../../src/ops/index.ts";

const idx = Uint8Array.from([0, 0, 0x0d, 2, 0, 0, 0, 3, 0, 0, 0, 2, ...new Uint8Array(24).fill(63)]);
const cifar = Uint8Array.from({ length: 2 * 3073 }, (_, k) => k % 10);
const npy = writeNpy({ shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, k) => k / 7) });
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** A file of each format, and whether what was read of it holds together. */
const formats: Readonly<
  Record<string, { file: Uint8Array; valid: (bytes: Uint8Array) => boolean | Promise<boolean> }>
> = {
  npy: {
    file: npy,
    valid(bytes) {
      const { shape, data } = readNpy(bytes, "the file");
      return sizeOf(shape) === data.length && data.byteLength <= 2 * bytes.length; // 2: float16 becomes float32
    },
  },
  idx: {
    file: idx,
    valid(bytes) {
      const { shape, data } = readIdx(bytes, "the file");
      return sizeOf(shape) === data.length && data.byteLength <= bytes.length;
    },
  },
  cifar10: {
    file: cifar,
    valid(bytes) {
      const { images, labels } = readCifar10(bytes, "the file");
      return sizeOf(images.shape) === images.data.length && labels.every((label) => label <= 9);
    },
  },
  gzip: {
    file: Uint8Array.from(gzipSync(npy)),
    async valid(bytes) {
      const content = await gunzip(bytes, { name: "the file", limit: 10_000 });
      return content === bytes || content.every((byte, k) => byte === npy[k]); // its checksum lets nothing else pass
    },
  },
};

describe.each(Object.entries(formats))("1,000 damaged %s files", (_, { file, valid }) => {
  it("end in an error that names the file, or are read as something whole", async () => {
    expect(await valid(file)).toBe(true);
    const g = generator(11);
    let refused = 0;
    for (let i = 0; i < 1000; i++) {
      const kept = i % 2 === 0 ? file.length : g.below(file.length);
      const bytes = file.slice(0, kept);
      const header = Math.min(bytes.length, 128); // half of the flips where they do most
      if (i % 2 === 0)
        for (let k = g.below(3); k >= 0; k--) bytes[g.below(g.below(2) ? header : bytes.length)] ^= 1 << g.below(8);
      try {
        expect(await valid(bytes), `damage ${i}`).toBe(true);
      } catch (error) {
        expect((error as Error).message, `damage ${i}`).toMatch(/^the file: \S.{20,}/);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(400); // of the truncations, nearly every one
  });
});
