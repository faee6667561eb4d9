import { execFile } from "node:child_process";
import { lstat, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { imageFolder } from "../../src/node/index.ts";
import { pictureOf, writeImageFolder } from "../node/picture-files.ts";

const script = fileURLToPath(new URL("../../scripts/imagenet-subset.mjs", import.meta.url));

let folder: string;
let full: string;
let out: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
  [full, out] = [join(folder, "full"), join(folder, "out")];
  await writeImageFolder(full, ["train/n01/a.png", "train/n01/b.png", "train/n02/c.png", "train/n03/d.png"]);
  await writeImageFolder(full, ["val/n01/a.png", "val/n02/c.png", "val/n03/d.png"]);
});
afterEach(() => rm(folder, { recursive: true }));

/** What the script prints and how it ends, for a list of these lines. */
async function run(lines: string, ...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  await writeFile(join(folder, "list.txt"), lines);
  return new Promise((resolve) => {
    const argv = [script, full, join(folder, "list.txt"), out, ...flags];
    const child = execFile(process.execPath, argv, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

const wanted = (how: string): string =>
  `2 classes ${how}: 3 pictures in ${join(out, "train")}, 2 pictures in ${join(out, "val")}\n`;

describe("scripts/imagenet-subset.mjs", () => {
  it.each([
    { how: "linked", flags: [] },
    { how: "linked", flags: ["--link"] },
    { how: "copied", flags: ["--copy"] },
  ])("makes a folder of the listed classes alone, $how with $flags", async ({ how, flags }) => {
    expect(await run("n03 a cat\r\n\nn01\n", ...flags)).toEqual({ code: 0, stdout: wanted(how), stderr: "" });
    expect((await lstat(join(out, "train", "n01"))).isSymbolicLink()).toBe(how === "linked");
    const train = await imageFolder(join(out, "train"));
    expect([train.classes, train.labels]).toEqual([["n01", "n03"], Int32Array.of(0, 0, 1)]);
    expect(await train.get(2)).toEqual(pictureOf(3, 6, 9));
    expect((await imageFolder(join(out, "val"))).length).toBe(2);
    expect((await readdir(folder)).sort()).toEqual(["full", "list.txt", "out"]);
  });

  it("fills an empty folder, and refuses one that is not", async () => {
    await mkdir(out);
    expect((await run("n01\nn02\n")).code).toBe(0);
    const { code, stderr } = await run("n01\n");
    expect([code, stderr]).toEqual([1, `imagenet-subset: ${out} holds 2 entries: name a new folder, or empty it\n`]);
    expect((await readdir(join(out, "train"))).sort()).toEqual(["n01", "n02"]);
  });

  it("names classes that are missing, and makes nothing", async () => {
    await rm(join(full, "val", "n02"), { recursive: true });
    const { code, stderr } = await run("n02\nn01\n");
    expect([code, stderr]).toEqual([
      1,
      `imagenet-subset: ${join(full, "val")} has no folder for 1 of 2 classes: n02. ` +
        "Its pictures must lie in a folder for each class, as torchvision's ImageFolder has them\n",
    ]);
    expect((await run("n09\nn08\nn01\n")).stderr).toContain("train has no folder for 2 of 3 classes: n09, n08.");
    expect(await readdir(folder)).not.toContain("out");
  });

  it("refuses a list that names none, one twice, or a path", async () => {
    expect((await run("\n")).stderr).toContain("list.txt names no class: it needs one a line");
    expect((await run("n01\nn01\n")).stderr).toContain("list.txt names n01 twice");
    expect((await run("../n01\n")).stderr).toContain('list.txt holds "../n01", which is no name of a class');
  });

  it("tells how it is used", async () => {
    const help = await run("", "--help");
    expect([help.code, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toContain("FULL CLASSES OUT [--link | --copy]");
    for (const flags of [["--move"], ["--link", "--copy"], ["more"]]) {
      const { code, stderr } = await run("n01\n", ...flags);
      expect([code, stderr.endsWith(help.stdout)]).toEqual([2, true]);
    }
  });
});
