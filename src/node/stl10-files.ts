import { basename, join } from "node:path";
import { stl10Classes } from "../data/index.ts";
import { chunksOf } from "../formats/byte-source.ts";
import { stl10Count, stl10Labels } from "../formats/stl10.ts";
import { openPlain } from "./file-source.ts";
import { holdings } from "./holdings.ts";
import { readNamed } from "./named.ts";
import { fingerprintOf, type Hashed } from "./pictures/fingerprint.ts";
import { type Part, picturesIn } from "./pictures/parts.ts";
import type { Pictures } from "./pictures/pictures.ts";
import { type RecordsPlace, recordsReader } from "./pictures/records.ts";

/** Which of STL-10's pictures. */
export type Stl10Part = "train" | "test" | "unlabeled" | "train+unlabeled";

/** The files' names without `_X.bin`, in the order of their pictures. */
const sets: Readonly<Record<Stl10Part, readonly string[]>> = {
  train: ["train"],
  test: ["test"],
  unlabeled: ["unlabeled"],
  "train+unlabeled": ["train", "unlabeled"],
};

/**
 * Pictures of STL-10's binary version (Coates, Ng & Lee 2011): `train_X.bin`, `test_X.bin` and `unlabeled_X.bin`, with
 * labels in `train_y.bin` and `test_y.bin`; `train+unlabeled` is the one and then the other. Names of classes are those
 * in `class_names.txt`, where there is one. A picture is read where it lies when it is asked for, so that memory does
 * not grow with the files; `close()` closes them.
 * Rejects naming the file that is missing, truncated, or has labels other than 1..10 or not as many as pictures.
 */
export async function stl10Files(folder: string, part: Stl10Part): Promise<Pictures> {
  if (!Object.hasOwn(sets, part)) {
    throw new TypeError(`stl10Files: part must be one of ${Object.keys(sets).join(", ")}, got ${part}`);
  }
  const classes = await classesIn(folder);
  const parts: Part[] = [];
  const labels: Int32Array[] = [];
  for (const set of sets[part]) {
    const path = join(folder, `${set}_X.bin`);
    const length = await lengthOf(path, folder);
    parts.push({ path, length });
    labels.push(set === "unlabeled" ? new Int32Array(length).fill(-1) : await labelsFor(path, length));
  }
  const place: RecordsPlace = { kind: "stl10", parts };
  const length = picturesIn(parts);
  const all = new Int32Array(length);
  labels.forEach((some, i) => {
    all.set(some, i === 0 ? 0 : parts[0].length);
  });
  const files = parts.flatMap(({ path }) => (path.endsWith("unlabeled_X.bin") ? [path] : [path, labelsPath(path)]));
  return {
    ...(await recordsReader(place)),
    length,
    classes,
    labels: all,
    shape: [3, 96, 96],
    place,
    fingerprint: (progress) => fingerprintOf(contentOf(files), files.length, progress),
  };
}

function labelsPath(pictures: string): string {
  return pictures.replace(/_X\.bin$/, "_y.bin");
}

async function classesIn(folder: string): Promise<readonly string[]> {
  const path = join(folder, "class_names.txt");
  const bytes = await readNamed(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (bytes === undefined) return stl10Classes;
  const names = new TextDecoder().decode(bytes).split(/\s+/).filter(Boolean);
  if (names.length === stl10Classes.length) return names;
  throw new Error(`${path}: names ${names.length} classes, needs ${stl10Classes.length}, one a line`);
}

/** How many pictures a file holds. */
async function lengthOf(path: string, folder: string): Promise<number> {
  const source = await openPlain(path).catch(async (cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT" && cause.code !== "ENOTDIR") throw cause;
    throw new Error(`stl10Files: needs ${basename(path)} in ${folder}, ${await holdings(folder)}`, { cause });
  });
  await source.close();
  return stl10Count(source.size, path);
}

async function labelsFor(pictures: string, length: number): Promise<Int32Array> {
  const path = labelsPath(pictures);
  return Int32Array.from(stl10Labels(await readNamed(path), length, [basename(pictures), path]));
}

async function* contentOf(paths: readonly string[]): AsyncGenerator<Hashed> {
  for (const path of paths) {
    const source = await openPlain(path);
    try {
      yield { name: basename(path), size: source.size, pieces: chunksOf(source) };
    } finally {
      await source.close();
    }
  }
}
