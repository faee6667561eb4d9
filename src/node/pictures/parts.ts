import { dirname } from "node:path";
import { checkPicture } from "./reader.ts";

/** A file that holds `length` pictures of one size. */
export interface Part {
  readonly path: string;
  readonly length: number;
}

/** How many pictures there are in all. */
export function picturesIn(parts: readonly Part[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** Which part holds picture i of all, and which of its pictures that is. Throws for an i that is none. */
export function partOf(parts: readonly Part[], i: number): { readonly part: number; readonly at: number } {
  checkPicture(dirname(parts[0].path), i, picturesIn(parts));
  let [part, at] = [0, i];
  while (at >= parts[part].length) at -= parts[part++].length;
  return { part, at };
}

/** What errors call picture i. */
export function nameIn(parts: readonly Part[], i: number): string {
  const { part, at } = partOf(parts, i);
  return `${parts[part].path}: picture ${at}`;
}
