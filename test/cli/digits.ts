import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generator } from "../../src/ops/index.ts";

/** How many digits to write, and how large. */
export interface DigitCounts {
  readonly train: number;
  readonly test: number;
  /** Height and width: 28 unless given. */
  readonly side?: number;
}

/**
 * Writes the four IDX files of a small data set into a new folder and returns its path: every label has a bright bar of
 * its own, in a place that varies a little, on noise.
 */
export async function writeDigits(folder: string, { train, test, side = 28 }: DigitCounts): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [part, count] of [
    ["train", train],
    ["t10k", test],
  ] as const) {
    const g = generator(count).fork(part);
    const labels = Uint8Array.from({ length: count }, () => g.below(10));
    const images = new Uint8Array(count * side * side);
    labels.forEach((label, i) => {
      const [left, top] = [g.below(4) + (label % 5) * 4, g.below(4) + 8 * Math.floor(label / 5)];
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          const inside = x >= left && x < left + 5 && y >= top && y < top + 12;
          images[(i * side + y) * side + x] = inside ? 200 + g.below(56) : g.below(30);
        }
      }
    });
    await writeFile(join(folder, `${part}-images-idx3-ubyte`), idx([count, side, side], images));
    await writeFile(join(folder, `${part}-labels-idx1-ubyte`), idx([count], labels));
  }
  return folder;
}

/** An IDX file of unsigned bytes. */
function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((size, d) => void new DataView(bytes.buffer).setUint32(4 + 4 * d, size));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}
