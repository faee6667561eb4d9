import type { ByteImage } from "../../data/index.ts";

/** What fetches pictures, in any thread. */
export interface PictureReader {
  /** Picture i, [channels, height, width], in an array of its own. Rejects naming the file that is at fault. */
  get(i: number): Promise<ByteImage>;
  /** What errors call picture i. Throws unless i is in 0..length-1. */
  nameOf(i: number): string;
  /** Gives back what was opened. */
  close(): Promise<void>;
}

/** Throws unless i is one of `length` pictures. */
export function checkPicture(where: string, i: number, length: number): void {
  if (Number.isInteger(i) && i >= 0 && i < length) return;
  throw new RangeError(`${where}: no picture ${i} in 0..${length - 1}`);
}
