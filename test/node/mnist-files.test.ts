import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readMnistFiles } from "../../src/node/index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
});
afterEach(() => rm(folder, { recursive: true }));

const names = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
];

/** An IDX file of bytes, all 0 but the first. */
function idx(...shape: number[]): Uint8Array {
  const body = new Uint8Array(shape.reduce((product, n) => product * n, 1)).fill(7, 0, 1);
  return Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap((n) => [0, 0, n >> 8, n & 255]), ...body]);
}

/** Writes four files: 6 pictures to train, 2 to test; those from `compressed` on as `.gz`. */
async function writeFour(
  compressed: number,
  size: [number, number] = [5, 4],
  testSize: [number, number] = size,
): Promise<void> {
  const files = [idx(6, ...size), idx(6), idx(2, ...testSize), idx(2)];
  for (const [i, name] of names.entries()) {
    if (i < compressed) await writeFile(join(folder, name), files[i]);
    else await writeFile(join(folder, `${name}.gz`), gzipSync(files[i]));
  }
}

describe("readMnistFiles", () => {
  it("finds the 70,000 digits of the installed package", async () => {
    const { train, test } = await readMnistFiles();
    expect([train.length, test.length]).toEqual([60000, 10000]);
    expect([0, 1, 2].map((i) => train.get(i).label)).toEqual([5, 0, 4]);
    expect(test.get(0).image.shape).toEqual([1, 28, 28]);
    expect(train.images.shape).toEqual([60000, 1, 28, 28]);
  });

  it.each([4, 0, 2])(
    "reads four files of pictures of any size, %i of them plain and the others compressed",
    async (plain) => {
      await writeFour(plain);
      const { train, test } = await readMnistFiles(folder);
      expect([train.images.shape, test.images.shape]).toEqual([
        [6, 1, 5, 4],
        [2, 1, 5, 4],
      ]);
      expect([train.get(0).label, test.get(1).label, train.images.data[0]]).toEqual([7, 0, 7]);
    },
  );

  it("reads a file that is compressed under a plain name, and prefers the plain one", async () => {
    await writeFour(4);
    await writeFile(join(folder, names[0]), gzipSync(idx(6, 5, 4)));
    await writeFile(join(folder, `${names[1]}.gz`), "not read");
    expect((await readMnistFiles(folder)).train.length).toBe(6);
  });

  it("names the file that is absent, what there is and what is needed", async () => {
    const needed = `needed are ${names.join(", ")}`;
    await expect(readMnistFiles(folder)).rejects.toThrow(
      `${join(folder, names[0])}: no such file, nor one ending in .gz, in ${folder}, which holds nothing; ${needed}`,
    );
    await writeFour(3);
    await rm(join(folder, `${names[3]}.gz`));
    await writeFile(join(folder, "notes.txt"), "");
    await expect(readMnistFiles(folder)).rejects.toThrow(
      `${join(folder, names[3])}: no such file, nor one ending in .gz, in ${folder}, which holds notes.txt, ${names[2]}, ${names[0]}, ${names[1]}; ${needed}`,
    );
    const absent = join(folder, "absent");
    await expect(readMnistFiles(absent)).rejects.toThrow(`in ${absent}, which is no folder; ${needed}`);
    await expect(readMnistFiles(join(folder, "notes.txt"))).rejects.toThrow("notes.txt, which is no folder;");
  });

  it("names the file that is damaged", async () => {
    await writeFour(0);
    const packed = gzipSync(idx(6));
    await writeFile(join(folder, `${names[1]}.gz`), packed.subarray(0, packed.length - 3));
    await expect(readMnistFiles(folder)).rejects.toThrow(
      `${join(folder, names[1])}.gz: the gzip data is damaged or truncated`,
    );
    await writeFile(join(folder, names[1]), "no digits");
    await expect(readMnistFiles(folder)).rejects.toThrow(`${join(folder, names[1])}: an IDX file starts with`);
    await writeFile(join(folder, names[1]), idx(5));
    await expect(readMnistFiles(folder)).rejects.toThrow(`${names[1]}: holds 5 labels for the 6 images of`);
  });

  it("refuses to train on pictures of one size and test on another", async () => {
    await writeFour(4, [5, 4], [4, 5]);
    await expect(readMnistFiles(folder)).rejects.toThrow(
      `${folder}: ${names[0]} holds pictures of [5, 4] pixels, ${names[2]} of [4, 5]: training and test need one size`,
    );
  });
});
