import type { ByteSource } from "../formats/byte-source.ts";
import { locateNpy, npyHeaderRoom } from "../formats/npy-header.ts";
import type { StoredArray } from "../formats/stored-array.ts";

/** An array in a file, where its elements can be read. */
export interface FoundArray {
  /** What errors call it: the file, and which of its arrays. */
  readonly name: string;
  readonly source: ByteSource;
  readonly array: StoredArray;
}

/** As much of an `.npy` file as its header may take. */
export function npyHead(source: ByteSource): Promise<Uint8Array> {
  return source.read(0, Math.min(source.size, npyHeaderRoom));
}

/** The array in an `.npy` file. Reads its header alone. */
export async function npyArray(source: ByteSource, name: string): Promise<FoundArray> {
  return { name, source, array: locateNpy(await npyHead(source), name, source.size) };
}
