import { type ByteSource, inMemory } from "../formats/byte-source.ts";
import { npyHeaderRoom, readNpyHeader } from "../formats/npy-header.ts";
import { npzKey } from "../formats/npz.ts";
import { readSafetensorsHeader, safetensorsStart } from "../formats/safetensors-header.ts";
import { readZipDirectory, type ZipEntry } from "../formats/zip-directory.ts";
import { zipBytes, zipContent } from "../formats/zip-entry.ts";
import { show } from "../shape.ts";
import { arrayLabels, npyLabels } from "./array-labels.ts";
import { inflatedRemedy, mostInflated } from "./file-source.ts";
import { type FoundArray, npyArray, npyHead } from "./found-array.ts";

/** One of the arrays in a file, before anything but its header was read. */
export interface NamedArray {
  readonly key: string;
  /** As errors show it: a shape, or why there is none. */
  readonly shape: string;
  /** −1 where the header cannot be read. */
  readonly rank: number;
  find(): Promise<FoundArray>;
  /** What it holds, as texts, one a row. */
  labels(): Promise<string[]>;
}

/** The arrays in a safetensors file. Reads its header alone. */
export async function safetensorsArrays(source: ByteSource, name: string): Promise<NamedArray[]> {
  const first = await source.read(0, Math.min(source.size, 8));
  const head = await source.read(0, safetensorsStart(first, name, source.size));
  return readSafetensorsHeader(head, name, source.size).entries.map((array) => {
    const found = { name: `${name}: "${array.name}"`, source, array };
    const { shape } = array;
    return {
      key: array.name,
      shape: show(shape),
      rank: shape.length,
      find: async () => found,
      labels: () => arrayLabels(found),
    };
  });
}

/** The arrays in an `.npz` file: those called `keys` if all are there. Reads their headers alone. */
export async function npzArrays(
  source: ByteSource,
  name: string,
  keys: readonly (string | undefined)[],
): Promise<NamedArray[]> {
  const files = (await readZipDirectory(source, name)).filter((entry) => entry.name.endsWith(".npy"));
  if (files.length === 0) throw new Error(`${name}: is a zip archive without an .npy file: write it with numpy.savez`);
  const arrays: NamedArray[] = [];
  const wanted = files.filter((entry) => keys.includes(npzKey(entry.name)));
  for (const entry of wanted.length === keys.length ? wanted : files) arrays.push(await npzArray(source, entry, name));
  return arrays;
}

async function npzArray(source: ByteSource, entry: ZipEntry, file: string): Promise<NamedArray> {
  const key = npzKey(entry.name);
  const name = `${file}: "${key}"`;
  const most = entry.method === 0 ? Number.POSITIVE_INFINITY : mostInflated; // stored data need not fit into memory
  const limit = { name: file, limit: most, remedy: inflatedRemedy };
  const content = async (least = Number.POSITIVE_INFINITY): Promise<ByteSource> => {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of zipContent(source, entry, limit)) {
      length += piece.length;
      // Stored data are read where they lie; having gone through them once finds what their checksum finds.
      if (entry.method !== 0 || least < Number.POSITIVE_INFINITY) pieces.push(piece);
      if (length >= least) break;
    }
    return pieces.length > 0 ? inMemory(pieces) : zipBytes(source, entry, file);
  };
  const array = {
    key,
    find: async () => npyArray(await content(), name),
    labels: async () => npyLabels(await content(), name),
  };
  try {
    const { shape } = readNpyHeader(await npyHead(await content(npyHeaderRoom)), name, entry.size);
    return { ...array, shape: show(shape), rank: shape.length };
  } catch (error) {
    // Another array may be the one that is wanted.
    return { ...array, shape: `(${(error as Error).message.slice(0, 200)})`, rank: -1 };
  }
}

/**
 * The array called `key`; else the only one of `rank` dimensions, or the only one. Throws, listing all of them, where that
 * is none or several.
 */
export function chosenArray(
  arrays: readonly NamedArray[],
  rank: number,
  key: string | undefined,
  name: string,
): NamedArray {
  const fits = ({ key: own, rank: has }: NamedArray): boolean =>
    key === undefined ? has === rank || arrays.length === 1 : own === key;
  const fitting = arrays.filter(fits);
  if (fitting.length === 1) return fitting[0];
  const listed = arrays
    .slice(0, 20)
    .map((array) => `"${array.key}" ${array.shape}`)
    .join(", ");
  const wanted = key === undefined ? `one array of ${rank} dimensions` : `one array "${key}"`;
  const remedy =
    fitting.length > 1 ? "name the one that is meant (--key)" : "name another, or save x.reshape(len(x), -1)";
  throw new Error(`${name}: needs ${wanted}, holds ${listed || "no arrays"}: ${remedy}`);
}
