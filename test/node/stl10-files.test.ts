import { createHash } from "node:crypto";
import { mkdtemp, open, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stl10Classes } from "../../src/data/index.ts";
import { type Stl10Part, stl10Files } from "../../src/node/index.ts";
import { openPlace } from "../../src/node/pictures/place.ts";
import { pictureOf, stl10Record, writeStl10 } from "./picture-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Labels and first and last picture of a part. */
async function opened(part: Stl10Part): Promise<{ labels: number[]; ends: unknown[] }> {
  const pictures = await stl10Files(folder, part);
  try {
    const ends = [await pictures.get(0), await pictures.get(pictures.length - 1)];
    return { labels: [...pictures.labels], ends };
  } finally {
    await pictures.close();
  }
}

describe("stl10Files", () => {
  it("reads each part, unlabeled pictures as of no class, and both after one another", async () => {
    await writeStl10(folder, { train: 3, test: 12, unlabeled: 2 });
    const ends = (last: number): unknown[] => [pictureOf(0, 96, 96), pictureOf(last, 96, 96)];
    expect(await opened("train")).toEqual({ labels: [0, 1, 2], ends: ends(2) });
    expect(await opened("test")).toEqual({ labels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1], ends: ends(11) });
    expect(await opened("unlabeled")).toEqual({ labels: [-1, -1], ends: ends(1) });
    expect(await opened("train+unlabeled")).toEqual({ labels: [0, 1, 2, -1, -1], ends: ends(1) });
  });

  it("takes the classes' names from class_names.txt where there is one", async () => {
    await writeStl10(folder, { train: 1 });
    const classes = async (): Promise<readonly string[]> => {
      const pictures = await stl10Files(folder, "train");
      await pictures.close();
      expect(pictures.shape).toEqual([3, 96, 96]);
      return pictures.classes;
    };
    expect(await classes()).toEqual(stl10Classes);
    const others = stl10Classes.map((name) => name.toUpperCase());
    await writeFile(join(folder, "class_names.txt"), `${others.join("\r\n")}\n`);
    expect(await classes()).toEqual(others);
    await writeFile(join(folder, "class_names.txt"), "cat\ndog\n");
    await expect(classes()).rejects.toThrow(
      `${join(folder, "class_names.txt")}: names 2 classes, needs 10, one a line`,
    );
  });

  it("reads bytes as they are, also where they begin as gzip does", async () => {
    await writeStl10(folder, { unlabeled: 1 });
    const file = await open(join(folder, "unlabeled_X.bin"), "r+");
    await file.write(Uint8Array.of(0x1f, 0x8b), 0, 2, 0);
    await file.close();
    const pictures = await stl10Files(folder, "unlabeled");
    const { data } = await pictures.get(0);
    await pictures.close();
    expect([data[0], data[96]]).toEqual([0x1f, 0x8b]);
  });

  it("keeps nothing of a file of gigabytes in memory", async () => {
    const n = 100_000; // as many as there are, 2.7 GB
    await writeStl10(folder, { train: 1 });
    const file = await open(join(folder, "unlabeled_X.bin"), "w");
    await file.truncate(n * 27_648);
    for (const i of [0, 54_321, n - 1]) await file.write(stl10Record(i), 0, 27_648, i * 27_648);
    await file.close();
    const before = process.memoryUsage();
    const pictures = await stl10Files(folder, "train+unlabeled");
    expect(pictures.length).toBe(n + 1);
    for (const i of [0, 54_321, n - 1]) expect(await pictures.get(1 + i)).toEqual(pictureOf(i, 96, 96));
    expect((await pictures.get(1 + 99)).data.every((byte) => byte === 0)).toBe(true);
    const after = process.memoryUsage();
    await pictures.close();
    // The labels are 0.8 MB; other specs may run in this process.
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(20e6);
    expect(after.rss - before.rss).toBeLessThan(500e6);
  });

  it("can be opened again from its place, unless the file has changed since", async () => {
    await writeStl10(folder, { train: 3, unlabeled: 2 });
    const pictures = await stl10Files(folder, "train+unlabeled");
    const again = await openPlace(JSON.parse(JSON.stringify(pictures.place)));
    expect(await again.get(4)).toEqual(pictureOf(1, 96, 96));
    expect(again.nameOf(4)).toBe(`${join(folder, "unlabeled_X.bin")}: picture 1`);
    await expect(again.get(5)).rejects.toThrow(`${folder}: no picture 5 in 0..4`);
    await again.close();
    const path = join(folder, "unlabeled_X.bin");
    await truncate(path, 27_648);
    await expect(openPlace(pictures.place)).rejects.toThrow(`${path}: has 27648 bytes, had 55296 before`);
    await expect(pictures.get(4)).rejects.toThrow(`${path}: ends at byte 27648 of the 55296 it had`);
    await pictures.close();
  });

  it("has the fingerprint of its files' names and bytes", async () => {
    await writeStl10(folder, { train: 2, unlabeled: 1 });
    const hash = createHash("sha256");
    for (const name of ["train_X.bin", "train_y.bin", "unlabeled_X.bin"]) {
      const bytes = await readFile(join(folder, name));
      hash.update(`["${name}",${bytes.length}]\n`).update(bytes);
    }
    const pictures = await stl10Files(folder, "train+unlabeled");
    const shares: number[] = [];
    expect(await pictures.fingerprint((share) => shares.push(share))).toBe(hash.digest("hex"));
    expect(shares.at(-1)).toBe(1);
    await pictures.close();
  });

  it("names the file that is missing, truncated, or has other labels", async () => {
    await writeStl10(folder, { train: 2 });
    const [pictures, labels] = ["train_X.bin", "train_y.bin"].map((name) => join(folder, name));
    await expect(stl10Files(folder, "unlabeled")).rejects.toThrow(
      `stl10Files: needs unlabeled_X.bin in ${folder}, which holds train_X.bin, train_y.bin`,
    );
    await expect(stl10Files(folder, "all" as Stl10Part)).rejects.toThrow(
      "stl10Files: part must be one of train, test, unlabeled, train+unlabeled, got all",
    );
    await writeFile(labels, Uint8Array.of(1, 2, 3));
    await expect(stl10Files(folder, "train")).rejects.toThrow(
      `${labels}: holds 3 labels for the 2 pictures of train_X.bin`,
    );
    for (const wrong of [0, 11]) {
      await writeFile(labels, Uint8Array.of(10, wrong));
      await expect(stl10Files(folder, "train")).rejects.toThrow(`${labels}: label 1 is ${wrong}, needs 1..10`);
    }
    await rm(labels);
    await expect(stl10Files(folder, "train")).rejects.toThrow(`cannot read ${labels}: ENOENT`);
    await truncate(pictures, 30_000);
    await expect(stl10Files(folder, "train")).rejects.toThrow(
      `${pictures}: found 30000 bytes, needs one or more records of 27648 (3x96x96), so 27648 or 55296: the file is truncated`,
    );
    await truncate(pictures, 0);
    await expect(stl10Files(folder, "train")).rejects.toThrow("found 0 bytes, needs one or more records");
  });
});
