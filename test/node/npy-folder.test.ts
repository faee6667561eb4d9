import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loader, toTensor, transformed } from "../../src/data/index.ts";
import { writeNpy } from "../../src/formats/index.ts";
import { npyFolder } from "../../src/node/index.ts";
import { generator } from "../../src/ops/index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes a [2, 2] array full of `value` to a file below the folder. */
async function put(value: number, ...path: string[]): Promise<void> {
  await mkdir(join(folder, ...path.slice(0, -1)), { recursive: true });
  await writeFile(join(folder, ...path), writeNpy({ shape: [2, 2], data: new Float32Array(4).fill(value) }));
}

describe("npyFolder", () => {
  it("is a data set of its files, sorted by name, and nothing else", async () => {
    for (const [i, name] of ["b.npy", "a.npy", "10.npy", "2.npy", "B.npy"].entries()) await put(i, name);
    await writeFile(join(folder, "notes.txt"), "");
    const set = await npyFolder(folder);
    expect(set.files).toEqual(["10.npy", "2.npy", "B.npy", "a.npy", "b.npy"].map((name) => join(folder, name)));
    expect([set.length, set.classes, set.labels]).toEqual([5, [], []]);
    expect(await set.get(0)).toEqual({ data: new Float32Array(4).fill(2), shape: [2, 2] });
  });

  it("names a folder that is not there", async () => {
    const path = join(folder, "none");
    await expect(npyFolder(path)).rejects.toThrow(`cannot read ${path}: ENOENT`);
  });

  it("takes sub-folders for classes", async () => {
    await put(0, "dog", "1.npy");
    await put(1, "cat", "2.npy");
    await put(2, "cat", "1.npy");
    await writeFile(join(folder, "README"), "");
    await put(3, ".ipynb_checkpoints", "1.npy");
    await put(3, "cat", "._1.npy");
    const set = await npyFolder(folder);
    expect([set.classes, set.labels]).toEqual([["cat", "dog"], [0, 0, 1]]); // biome-ignore format: short
    expect(set.files).toEqual([
      join(folder, "cat", "1.npy"),
      join(folder, "cat", "2.npy"),
      join(folder, "dog", "1.npy"),
    ]);
  });

  it("is stacked by a loader, and feeds transforms", async () => {
    await put(1, "a.npy");
    await put(2, "b.npy");
    const set = await npyFolder(folder);
    for await (const batch of loader(set, { batchSize: 2 })) expect(batch.shape).toEqual([2, 2, 2]);
    for await (const batch of loader(transformed(set, toTensor, generator(0)), { batchSize: 2 })) {
      expect(batch.shape).toEqual([2, 1, 2, 2]);
      expect(Array.from(await batch.data())).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    }
  });

  it("reads a file when it is asked for, not before", async () => {
    await put(1, "a.npy");
    await writeFile(join(folder, "b.npy"), "damaged");
    const set = await npyFolder(folder);
    await put(7, "a.npy");
    expect((await set.get(0)).data[0]).toBe(7);
    await expect(set.get(1)).rejects.toThrow(`${join(folder, "b.npy")}: an .npy file starts with the bytes`);
    await rm(join(folder, "a.npy"));
    await expect(set.get(0)).rejects.toThrow(join(folder, "a.npy"));
    await expect(set.get(2)).rejects.toThrow("npyFolder: no item 2 in 0..1");
  });

  it("names the file whose integers no tensor holds", async () => {
    await writeFile(join(folder, "a.npy"), writeNpy({ shape: [1], data: BigInt64Array.of(1n) }));
    const set = await npyFolder(folder);
    await expect(set.get(0)).rejects.toThrow(
      `${join(folder, "a.npy")}: holds 64-bit integers, for which a tensor has no room`,
    );
  });

  it("refuses folders without arrays, and files beside sub-folders", async () => {
    await expect(npyFolder(folder)).rejects.toThrow(`npyFolder: ${folder} needs .npy files, found nothing`);
    for (let i = 0; i < 9; i++) await writeFile(join(folder, `${i}.png`), "");
    await expect(npyFolder(folder)).rejects.toThrow(
      "found 0.png, 1.png, 2.png, 3.png, 4.png, 5.png, 6.png, 7.png, ...",
    );
    await expect(npyFolder(join(folder, "absent"))).rejects.toThrow(/ENOENT.*absent/);
    await put(0, "cat", "a.npy");
    await mkdir(join(folder, "empty"));
    await expect(npyFolder(folder)).rejects.toThrow(
      `npyFolder: ${join(folder, "empty")} needs .npy files, found nothing`,
    );
    await put(0, "b.npy");
    await expect(npyFolder(folder)).rejects.toThrow(
      `npyFolder: ${folder} holds b.npy beside the sub-folder cat: put every file`,
    );
  });
});
