import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cifar10Classes } from "../../src/data/index.ts";
import { cifar10Files } from "../../src/node/index.ts";
import { openPlace } from "../../src/node/pictures/place.ts";
import { pictureOf, writeCifar10 } from "./picture-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("cifar10Files", () => {
  it("reads the training batches there are, one after another, and the test pictures", async () => {
    await writeCifar10(folder, { train: [3, 0, 4], test: 2 });
    await rm(join(folder, "data_batch_2.bin"));
    const train = await cifar10Files(folder, "train");
    expect([train.length, train.shape, train.classes]).toEqual([7, [3, 32, 32], cifar10Classes]);
    expect(train.labels).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5, 6));
    for (let i = 0; i < 7; i++) expect(await train.get(i)).toEqual(pictureOf(i, 32, 32));
    const test = await cifar10Files(folder, "test");
    expect([test.length, test.labels]).toEqual([2, Int32Array.of(0, 1)]);
    expect(await test.get(1)).toEqual(pictureOf(1, 32, 32));
  });

  it("can be opened again from its place, and hands out copies", async () => {
    await writeCifar10(folder, { train: [2, 2] });
    const pictures = await cifar10Files(folder, "train");
    const again = await openPlace(structuredClone(pictures.place));
    (await again.get(3)).data.fill(0);
    expect(await again.get(3)).toEqual(pictureOf(3, 32, 32));
    expect(again.nameOf(3)).toBe(`${join(folder, "data_batch_2.bin")}: picture 1`);
    await expect(again.get(4)).rejects.toThrow(`${folder}: no picture 4 in 0..3`);
    await expect(pictures.get(0.5)).rejects.toThrow(`${folder}: no picture 0.5 in 0..3`);
  });

  it("has the fingerprint of its files' names and bytes", async () => {
    await writeCifar10(folder, { train: [3, 2] });
    const hash = createHash("sha256");
    for (const name of ["data_batch_1.bin", "data_batch_2.bin"]) {
      const bytes = await readFile(join(folder, name));
      hash.update(`["${name}",${bytes.length}]\n`).update(bytes);
    }
    const shares: number[] = [];
    const pictures = await cifar10Files(folder, "train");
    expect(await pictures.fingerprint((share) => shares.push(share))).toBe(hash.digest("hex"));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect([shares.at(-1), shares.length > 4]).toEqual([1, true]);
  });

  it("names the file that is missing, truncated or of another kind", async () => {
    await writeFile(join(folder, "notes.txt"), "");
    await expect(cifar10Files(folder, "train")).rejects.toThrow(
      `cifar10Files: needs at least one of data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, data_batch_4.bin, data_batch_5.bin in ${folder}, which holds notes.txt`,
    );
    await writeCifar10(folder, { train: [2, 1] });
    await expect(cifar10Files(folder, "test")).rejects.toThrow(
      `cifar10Files: needs test_batch.bin in ${folder}, which holds data_batch_1.bin, data_batch_2.bin, notes.txt`,
    );
    const none = join(folder, "none");
    await expect(cifar10Files(none, "test")).rejects.toThrow(`needs test_batch.bin in ${none}, which is no folder`);
    await truncate(join(folder, "data_batch_1.bin"), 6000);
    await expect(cifar10Files(folder, "train")).rejects.toThrow(
      `${join(folder, "data_batch_1.bin")}: found 6000 bytes, needs one or more records of 3073`,
    );
    await expect(cifar10Files(folder, "val" as "test")).rejects.toThrow("part must be train or test, got val");
  });
});
