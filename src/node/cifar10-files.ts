import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { cifar10Classes } from "../data/index.ts";
import { readCifar10 } from "../formats/index.ts";
import { holdings } from "./holdings.ts";
import { readNamed } from "./named.ts";
import { fingerprintOf, type Hashed } from "./pictures/fingerprint.ts";
import { type Part, picturesIn } from "./pictures/parts.ts";
import type { Pictures } from "./pictures/pictures.ts";
import { type SharedPlace, sharedReader } from "./pictures/shared.ts";

const fileNames = {
  train: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`),
  test: ["test_batch.bin"],
} as const;

const [shape, size] = [[3, 32, 32], 3072] as const;

/**
 * Training or test pictures of CIFAR-10's binary version: as many of `data_batch_1.bin` to `data_batch_5.bin` as the
 * folder has, or `test_batch.bin`. They are read at once, into memory that all threads share, 30 MB a file.
 * Rejects naming what is missing, or the file that is truncated or not of this kind.
 */
export async function cifar10Files(folder: string, part: "train" | "test"): Promise<Pictures> {
  if (!Object.hasOwn(fileNames, part)) throw new TypeError(`cifar10Files: part must be train or test, got ${part}`);
  const present: readonly string[] = await readdir(folder).catch(() => []);
  const names = fileNames[part].filter((name) => present.includes(name));
  if (names.length === 0) {
    const needed = part === "train" ? `at least one of ${fileNames.train.join(", ")}` : fileNames.test[0];
    throw new Error(`cifar10Files: needs ${needed} in ${folder}, ${await holdings(folder)}`);
  }
  const read = [];
  for (const name of names) {
    const path = join(folder, name);
    read.push({ path, ...readCifar10(await readNamed(path), path) });
  }
  const parts: Part[] = read.map(({ path, labels }) => ({ path, length: labels.length }));
  const length = picturesIn(parts);
  const [all, labels] = [new Uint8Array(new SharedArrayBuffer(length * size)), new Int32Array(length)];
  let at = 0;
  for (const file of read) {
    all.set(file.images.data, at * size);
    labels.set(file.labels, at);
    at += file.labels.length;
  }
  const place: SharedPlace = { kind: "shared", parts, bytes: all.buffer, shape };
  return {
    ...sharedReader(place),
    length,
    classes: cifar10Classes,
    labels,
    shape,
    place,
    fingerprint: (progress) => fingerprintOf(filesAgain(parts, all, labels), parts.length, progress),
  };
}

/** The files' bytes from what is in memory: a label, then the pixels. */
function* filesAgain(parts: readonly Part[], pixels: Uint8Array, labels: Int32Array): Generator<Hashed> {
  function* recordsOf(first: number, length: number): Generator<Uint8Array> {
    for (let i = first; i < first + length; i++) {
      yield Uint8Array.of(labels[i]);
      yield pixels.subarray(i * size, (i + 1) * size);
    }
  }
  let first = 0;
  for (const { path, length } of parts) {
    yield { name: basename(path), size: length * (1 + size), pieces: recordsOf(first, length) };
    first += length;
  }
}
