import { readFileSync } from "node:fs";

/** A file as Pillow saved it, and its pixels [3, height, width], both in base64: made by `make_pictures.py`. */
export interface Case {
  readonly name: string;
  readonly file: string;
  readonly shape: [3, number, number];
  readonly rgb: string;
}

/** Every kind of file. */
export const cases: readonly Case[] = (
  JSON.parse(readFileSync(new URL("pictures.json", import.meta.url), "utf8")) as { cases: Case[] }
).cases;

/** Bytes from base64. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "base64"));
}

/** The file of a name. */
export function file(name: string): Uint8Array {
  const found = cases.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no file ${name} in pictures.json`);
  return bytesOf(found.file);
}
