import { mkdir, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import sharp from "sharp";
import type { ByteImage } from "../../src/data/index.ts";

/** The byte of picture i, of every data set written here, at a place: pictures, channels, rows and columns all differ. */
export function byteAt(i: number, c: number, y: number, x: number): number {
  return (37 * i + 85 * c + 7 * y + 3 * x) % 256;
}

/** Picture i, [3, height, width]. */
export function pictureOf(i: number, height: number, width: number): ByteImage {
  const plane = height * width;
  const at = (k: number): number => byteAt(i, Math.floor(k / plane), Math.floor((k % plane) / width), k % width);
  return { data: Uint8Array.from({ length: 3 * plane }, (_, k) => at(k)), shape: [3, height, width] };
}

/**
 * A folder of CIFAR-10's binary version: `train` tells how many pictures each of the files data_batch_N.bin has, `test`
 * how many test_batch.bin has. Picture i of all the training pictures, as of the test pictures, is
 * `pictureOf(i, 32, 32)` of class i mod 10.
 */
export async function writeCifar10(
  folder: string,
  { train = [], test = 0 }: { train?: number[]; test?: number },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  let first = 0;
  for (const [batch, count] of train.entries()) {
    await writeFile(join(folder, `data_batch_${batch + 1}.bin`), cifar10Records(first, count));
    first += count;
  }
  if (test > 0) await writeFile(join(folder, "test_batch.bin"), cifar10Records(0, test));
}

function cifar10Records(first: number, count: number): Uint8Array {
  const out = new Uint8Array(count * 3073);
  for (let i = 0; i < count; i++) {
    out[i * 3073] = (first + i) % 10;
    out.set(pictureOf(first + i, 32, 32).data, i * 3073 + 1);
  }
  return out;
}

/** How many pictures each of STL-10's files has. */
export interface Stl10Counts {
  readonly train?: number;
  readonly test?: number;
  readonly unlabeled?: number;
}

/**
 * A folder of STL-10's binary version. Picture i of each file is `pictureOf(i, 96, 96)`, of class i mod 10 where it has
 * one.
 */
export async function writeStl10(folder: string, counts: Stl10Counts): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [set, count] of Object.entries(counts) as [string, number][]) {
    const records = Array.from({ length: count }, (_, i) => stl10Record(i));
    await writeFile(join(folder, `${set}_X.bin`), Buffer.concat(records));
    if (set === "unlabeled") continue;
    await writeFile(
      join(folder, `${set}_y.bin`),
      Uint8Array.from({ length: count }, (_, i) => 1 + (i % 10)),
    );
  }
}

/** `pictureOf(i, 96, 96)` as STL-10 stores it: each channel column by column. */
export function stl10Record(i: number): Uint8Array {
  const at = (k: number): number => byteAt(i, Math.floor(k / 9216), k % 96, Math.floor(k / 96) % 96);
  return Uint8Array.from({ length: 27_648 }, (_, k) => at(k));
}

/**
 * Files of pictures below a folder: the i-th path gets `pictureOf(i, height, width)`, in the format of its ending. Only
 * those of png have exactly these pixels.
 */
export async function writeImageFolder(
  folder: string,
  paths: readonly string[],
  [height, width]: readonly [number, number] = [6, 9],
): Promise<void> {
  for (const [i, path] of paths.entries()) await writePicture(join(folder, path), pictureOf(i, height, width));
}

/** One file, in the format of its ending. */
export async function writePicture(path: string, { data, shape: [channels, height, width] }: ByteImage): Promise<void> {
  const plane = height * width;
  const pixels = Uint8Array.from(data, (_, k) => data[(k % channels) * plane + Math.floor(k / channels)]);
  await mkdir(dirname(path), { recursive: true });
  const format = extname(path).slice(1).toLowerCase() as "png" | "jpeg"; // or what it calls by another ending
  const file = sharp(pixels, { raw: { width, height, channels: channels as 3 } }).toFormat(format);
  await writeFile(path, await file.toBuffer());
}
