import { createHash } from "node:crypto";

/** A file whose name and bytes are to be hashed. */
export interface Hashed {
  readonly name: string;
  readonly size: number;
  readonly pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/**
 * SHA-256 over the names and bytes of `count` files, in hexadecimal digits. `progress` hears which share is done, each file
 * being as much as any other.
 */
export async function fingerprintOf(
  files: AsyncIterable<Hashed> | Iterable<Hashed>,
  count: number,
  progress: (share: number) => void = () => {},
): Promise<string> {
  const hash = createHash("sha256");
  let done = 0;
  for await (const { name, size, pieces } of files) {
    hash.update(`${JSON.stringify([name, size])}\n`); // so that no byte can pass for one of a name or of another file
    let read = 0;
    for await (const piece of pieces) {
      hash.update(piece);
      read += piece.length;
      if (size > 0) progress((done + read / size) / count);
    }
    progress(++done / count);
  }
  return hash.digest("hex");
}
