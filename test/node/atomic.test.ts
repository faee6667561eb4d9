import { readFileSync } from "node:fs";
import { type FileHandle, link, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { writeFileAtomic } from "../../src/node/index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  return rm(folder, { recursive: true });
});

describe("writeFileAtomic", () => {
  it("replaces a file and leaves nothing else behind, also when it fails", async () => {
    const path = join(folder, "a.txt");
    await writeFileAtomic(path, "old");
    await writeFileAtomic(path, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    await mkdir(join(folder, "taken"));
    await expect(writeFileAtomic(join(folder, "taken"), "x")).rejects.toThrow();
    expect((await readdir(folder)).sort()).toEqual(["a.txt", "taken"]);
  });

  it("leaves the old file to whoever has it open", async () => {
    const [path, opened] = [join(folder, "a.txt"), join(folder, "opened.txt")];
    await writeFile(path, "old");
    await link(path, opened); // a second name for the same file
    await writeFileAtomic(path, "new");
    expect(await readFile(opened, "utf8")).toBe("old");
  });

  it("lets several write one path at a time: one of them is there, whole", async () => {
    const path = join(folder, "a.txt");
    const contents = Array.from({ length: 20 }, (_, i) => `${i} `.repeat(50_000));
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    expect(contents).toContain(await readFile(path, "utf8"));
    expect(await readdir(folder)).toEqual(["a.txt"]);
  });

  it("waits for the disk before the new name and after it: a power cut leaves the old content or the new", async () => {
    const path = join(folder, "a.txt");
    await writeFile(path, "old");
    const probe = await open(path);
    const prototype: FileHandle = Object.getPrototypeOf(probe);
    await probe.close();
    const found: string[] = [];
    vi.spyOn(prototype, "sync").mockImplementation(async () => void found.push(readFileSync(path, "utf8")));
    await writeFileAtomic(path, "new");
    expect(found).toEqual(process.platform === "win32" ? ["old"] : ["old", "new"]);
  });
});
