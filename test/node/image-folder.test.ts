import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { imageFolder, type Pictures } from "../../src/node/index.ts";
import { openPlace } from "../../src/node/pictures/place.ts";
import { pictureOf, writeImageFolder } from "./picture-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Below the folder, in order. */
const namesIn = ({ length, nameOf }: Pictures): string[] =>
  Array.from({ length }, (_, i) => nameOf(i).slice(folder.length + 1));

describe("imageFolder", () => {
  it("takes sub-folders for classes, and all files below them for their pictures", async () => {
    const paths = [
      "dog/2.png",
      "dog/10.PNG",
      "cat/b/x.png",
      "cat/b-c/y.png",
      "cat/b/d/z.png",
      "cat/w.Jpeg",
      "Äpfel/1.png",
    ];
    await writeImageFolder(folder, paths);
    await writeFile(join(folder, "README"), "");
    await writeFile(join(folder, "cat", "notes.txt"), "");
    await writeFile(join(folder, "cat", "._w.jpeg"), "");
    await mkdir(join(folder, ".git"));
    const pictures = await imageFolder(folder);
    // As torchvision: folders below a class in the order of their paths, in which - comes before /.
    const order = [
      "cat/w.Jpeg",
      "cat/b/x.png",
      "cat/b-c/y.png",
      "cat/b/d/z.png",
      "dog/10.PNG",
      "dog/2.png",
      "Äpfel/1.png",
    ];
    expect(namesIn(pictures)).toEqual(order);
    expect([pictures.classes, pictures.length, pictures.shape]).toEqual([["cat", "dog", "Äpfel"], 7, undefined]);
    expect(pictures.labels).toEqual(Int32Array.of(0, 0, 0, 0, 1, 1, 2));
    for (const [i, name] of order.entries()) {
      const { data, shape } = await pictures.get(i);
      const written = pictureOf(paths.indexOf(name), 6, 9);
      if (name.endsWith("Jpeg")) expect(shape).toEqual([3, 6, 9]);
      else expect({ data, shape }).toEqual(written);
    }
  });

  it("takes pictures without sub-folders for such of no known class", async () => {
    await writeImageFolder(folder, ["b.png", "a.webp", "c.tif", "d.gif"]);
    const pictures = await imageFolder(folder);
    expect(namesIn(pictures)).toEqual(["a.webp", "b.png", "c.tif", "d.gif"]);
    expect([pictures.classes, pictures.labels]).toEqual([[], Int32Array.of(-1, -1, -1, -1)]);
    expect(await pictures.get(1)).toEqual(pictureOf(0, 6, 9));
  });

  it("follows links to folders and files, but not for ever", async () => {
    await writeImageFolder(folder, ["full/cat/1.png", "full/dog/2.png"]);
    await mkdir(join(folder, "some", "dog"), { recursive: true });
    await symlink(join(folder, "full", "cat"), join(folder, "some", "cat"));
    await symlink(join(folder, "full", "dog", "2.png"), join(folder, "some", "dog", "link.png"));
    const pictures = await imageFolder(join(folder, "some"));
    expect(namesIn(pictures)).toEqual(["some/cat/1.png", "some/dog/link.png"]);
    expect(await pictures.get(1)).toEqual(pictureOf(1, 6, 9));
    await symlink(join(folder, "some", "dog"), join(folder, "some", "dog", "round"));
    await expect(imageFolder(join(folder, "some"))).rejects.toThrow(/round.*(a link back to itself\?|ELOOP)/);
  });

  it("can be opened again from its place, with every name", async () => {
    await writeImageFolder(folder, ["z/𝒳.png", "ä/1.png", "ä/ö€.png"]);
    const pictures = await imageFolder(folder);
    const again = await openPlace(structuredClone(pictures.place));
    expect(namesIn({ ...pictures, nameOf: again.nameOf })).toEqual(["z/𝒳.png", "ä/1.png", "ä/ö€.png"]);
    for (let i = 0; i < 3; i++) expect(await again.get(i)).toEqual(pictureOf(i, 6, 9));
    await expect(again.get(3)).rejects.toThrow(`${folder}: no picture 3 in 0..2`);
  });

  it("has the fingerprint of the names and bytes, wherever the folder lies", async () => {
    await writeImageFolder(folder, ["a/cat/1.png", "a/dog/2.png"]);
    const hash = createHash("sha256");
    for (const name of ["cat/1.png", "dog/2.png"]) {
      const bytes = await readFile(join(folder, "a", name));
      hash.update(`["${name}",${bytes.length}]\n`).update(bytes);
    }
    const wanted = hash.digest("hex");
    const shares: number[] = [];
    expect(await (await imageFolder(join(folder, "a"))).fingerprint((share) => shares.push(share))).toBe(wanted);
    expect(shares).toEqual([0.5, 0.5, 1, 1]);
    await cp(join(folder, "a"), join(folder, "b"), { recursive: true });
    expect(await (await imageFolder(join(folder, "b"))).fingerprint()).toBe(wanted);
    await rename(join(folder, "b", "dog"), join(folder, "b", "fox"));
    expect(await (await imageFolder(join(folder, "b"))).fingerprint()).not.toBe(wanted);
  });

  it("names the file that cannot be decoded or read, when it is asked for", async () => {
    await writeImageFolder(folder, ["cat/1.jpg", "cat/2.jpg"]);
    const path = join(folder, "cat", "1.jpg");
    await writeFile(path, (await readFile(path)).subarray(0, -10));
    const pictures = await imageFolder(folder);
    await expect(pictures.get(0)).rejects.toThrow(`${path}: is damaged or no picture that can be decoded (`);
    expect((await pictures.get(1)).shape).toEqual([3, 6, 9]);
    await rm(path);
    await expect(pictures.get(0)).rejects.toThrow(`cannot read ${path}: ENOENT`);
  });

  it("refuses folders without pictures, and pictures beside sub-folders", async () => {
    await expect(imageFolder(folder)).rejects.toThrow(
      `imageFolder: ${folder} needs pictures (jpg, jpeg, png, webp, bmp, gif, tif, tiff), found none`,
    );
    await expect(imageFolder(join(folder, "none"))).rejects.toThrow(`cannot read ${join(folder, "none")}: ENOENT`);
    await writeImageFolder(folder, ["cat/1.png"]);
    await mkdir(join(folder, "dog"));
    await expect(imageFolder(folder)).rejects.toThrow(`imageFolder: ${join(folder, "dog")} needs pictures`);
    await writeImageFolder(folder, ["1.png"]);
    await expect(imageFolder(folder)).rejects.toThrow(
      `imageFolder: ${folder} holds 1.png beside the sub-folder cat: put every file into the sub-folder of its class`,
    );
  });
});
