import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Dataset } from "../data/index.ts";
import { type NpyData, readNpy } from "../formats/index.ts";
import type { Shape } from "../shape.ts";
import { named, readNamed } from "./named.ts";

/** The array in one file. */
export interface NpyItem {
  readonly data: Exclude<NpyData, BigInt64Array | BigUint64Array>;
  readonly shape: Shape;
}

/** A folder of `.npy` files; items are read when fetched. */
export interface NpyFolder extends Dataset<NpyItem> {
  /** The path of each item's file. */
  readonly files: readonly string[];
  /** The names of the sub-folders; none where the files lie in the folder itself. */
  readonly classes: readonly string[];
  /** Which of the classes each item is of; empty where there are none. */
  readonly labels: readonly number[];
  get(i: number): Promise<NpyItem>;
}

/**
 * The `.npy` files of a folder as a data set of arrays, sorted by name; if there are sub-folders, theirs: each is a
 * class. Names are sorted by their characters, so 10.npy comes before 2.npy; other files, and names that
 * start with a dot, are passed over.
 * Throws naming the folder that cannot be read or holds no `.npy` file, or where files lie beside sub-folders. Fetching
 * rejects naming the file that is damaged, or holds int64 or uint64, for which a tensor has no room.
 */
export async function npyFolder(folder: string): Promise<NpyFolder> {
  const listed = await named(folder, "read", () => readdir(folder, { withFileTypes: true }));
  const entries = listed.filter(({ name }) => !name.startsWith("."));
  const folders = entries.filter((entry) => entry.isDirectory());
  const classes = folders.map(({ name }) => name).sort();
  const beside = entries.find(({ name }) => name.endsWith(".npy"));
  if (classes.length > 0 && beside) {
    throw new Error(
      `npyFolder: ${folder} holds ${beside.name} beside the sub-folder ${classes[0]}: put every file into the sub-folder ` +
        "of its class, or all of them into one folder",
    );
  }
  const [files, labels]: [string[], number[]] = [[], []];
  if (classes.length === 0) files.push(...(await npyFiles(folder)));
  for (const [label, name] of classes.entries()) {
    for (const file of await npyFiles(join(folder, name))) {
      files.push(file);
      labels.push(label);
    }
  }
  return { length: files.length, files, classes, labels, get: (i) => readItem(files, i) };
}

/** Paths of the `.npy` files of one folder, sorted. */
async function npyFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith(".")).sort();
  const files = names.filter((name) => name.endsWith(".npy"));
  if (files.length > 0) return files.map((name) => join(folder, name));
  const found = names.length > 8 ? `${names.slice(0, 8).join(", ")}, ...` : names.join(", ");
  throw new Error(`npyFolder: ${folder} needs .npy files, found ${found || "nothing"}`);
}

async function readItem(files: readonly string[], i: number): Promise<NpyItem> {
  const file = files[i];
  if (file === undefined) throw new RangeError(`npyFolder: no item ${i} in 0..${files.length - 1}`);
  const { data, shape } = readNpy(await readNamed(file), file);
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return { data, shape };
  throw new Error(`${file}: holds 64-bit integers, for which a tensor has no room: save x.astype("f4") or "i4"`);
}
