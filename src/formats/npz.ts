import { checkOptions } from "../options.ts";
import { gathered, inMemory } from "./byte-source.ts";
import { type NpyArray, readNpy, writeNpy } from "./npy.ts";
import { storedZip } from "./stored-zip.ts";
import { readZipDirectory } from "./zip-directory.ts";
import { zipContent } from "./zip-entry.ts";

/** How errors call the archive, and how much each array in it may become. */
export interface NpzOptions {
  /** `readNpz` unless given. */
  name?: string;
  /** Most bytes that one array may have, >= 0: 1 GiB unless given. */
  limit?: number;
}

/**
 * The arrays of an `.npz` file, a zip archive of `.npy` files, by their names, as `numpy.savez` and `savez_compressed`
 * write it. Rejects what `readNpy` throws, naming the array; archives that are damaged, by their checksums too; files
 * that are encrypted or packed by another method than deflate; and an array of more than `limit` bytes as soon as it is.
 */
export async function readNpz(bytes: Uint8Array, options: NpzOptions = {}): Promise<Map<string, NpyArray>> {
  const { name = "readNpz", limit = 2 ** 30 } = checkOptions("readNpz", options, ["name", "limit"]);
  if (!(limit >= 0)) throw new RangeError(`readNpz: limit must be >= 0 bytes, got ${limit}`);
  const source = inMemory([bytes]);
  const arrays = new Map<string, NpyArray>();
  for (const entry of await readZipDirectory(source, name)) {
    const content = zipContent(source, entry, { name, limit, remedy: "raise { limit } if that is right" });
    const key = npzKey(entry.name);
    arrays.set(key, readNpy(await gathered(content), `${name}: "${key}"`));
  }
  return arrays;
}

/**
 * An `.npz` file of arrays by their names, stored as they are: what `numpy.load` takes, as after `numpy.savez`. Equal arrays
 * in one order give equal bytes. Throws what `writeNpy` throws, and above 4 GiB.
 */
export function writeNpz(arrays: ReadonlyMap<string, NpyArray>): Uint8Array {
  return storedZip("writeNpz", new Map([...arrays].map(([key, array]) => [`${key}.npy`, writeNpy(array)])));
}

/** What NumPy calls the array in a file of the archive. */
export function npzKey(file: string): string {
  return file.replace(/\.npy$/, "");
}
