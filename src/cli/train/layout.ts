import { affineViews, type Images, type Mnist } from "../../data/index.ts";
import { type Alignment, alignment, type Uniformity, uniformity } from "../../metrics/index.ts";
import { generator } from "../../ops/index.ts";
import type { Tell } from "../phases.ts";
import type { MnistConfig } from "./config.ts";
import { evenly, picturesAt } from "./digits.ts";
import type { Features } from "./encode.ts";

/** How an encoder lays out the test digits. */
export interface Layout {
  /** Of two affine views of each test digit. */
  readonly alignment: Alignment;
  /** Of the test digits as they are. */
  readonly uniformity: Uniformity;
  /** Of the first view of each test digit: views are what training spreads. */
  readonly viewUniformity: Uniformity;
  /** Distance between the two views of each test digit. */
  readonly distances: Float64Array;
  /** Of the test digits as they are, at the output. */
  readonly features: Features;
}

/** The digits, then a first and then a second affine view of each: [3n, 1, 28, 28]. */
export function testPictures(digits: Mnist, { seed, views }: MnistConfig): Images<Float32Array> {
  const rows = evenly(digits.length, digits.length);
  const [plain, seen] = [
    picturesAt(digits, rows),
    affineViews(digits.images, rows, views, generator(seed).fork("test views")),
  ];
  const data = new Float32Array(plain.data.length + seen.data.length);
  data.set(plain.data);
  data.set(seen.data, plain.data.length);
  const [, ...shape] = plain.shape;
  return { data, shape: [3 * digits.length, ...shape] };
}

/**
 * Alignment of the two views of each digit, uniformity of the digits as they are and of the first views; features: those
 * of `testPictures`.
 */
export async function layoutOf(
  { data, shape: [rows, d] }: Features,
  { alpha, t }: MnistConfig,
  tell: Tell,
): Promise<Layout> {
  const n = rows / 3;
  const [plain, x, y] = [0, 1, 2].map((part) => data.subarray(part * n * d, (part + 1) * n * d));
  const features: Features = { data: plain, shape: [n, d] };
  const plainUniformity = await uniformity(features, { t });
  tell(0.5); // each of the two takes seconds: a person who asks to stop waits for one at most
  return {
    alignment: await alignment(x, y, { dim: d, alpha }),
    uniformity: plainUniformity,
    viewUniformity: await uniformity(x, { dim: d, t }),
    distances: distancesOf({ data: x, shape: [n, d] }, y),
    features,
  };
}

/** Of each row of x, [n, d], from that row of y: [n]. */
export function distancesOf({ data: x, shape: [n, d] }: Features, y: Float32Array): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    let squared = 0;
    for (let c = i * d; c < (i + 1) * d; c++) squared += (x[c] - y[c]) ** 2;
    return Math.sqrt(squared);
  });
}

/** Some of the pictures, in place. */
export function between(
  { data, shape: [, ...shape] }: Images<Float32Array>,
  start: number,
  end: number,
): Images<Float32Array> {
  const size = shape[0] * shape[1] * shape[2];
  return { data: data.subarray(start * size, end * size), shape: [end - start, ...shape] };
}

/** [n, 1, 28, 28] -> [n, 784] */
export function rowsOf({ data, shape: [n] }: Images<Float32Array>): Features {
  return { data, shape: [n, data.length / n] };
}

/** Some of the rows, copied. */
export function rowsAt({ data, shape: [, d] }: Features, rows: Int32Array): Features {
  const picked = new Float32Array(rows.length * d);
  rows.forEach((row, k) => void picked.set(data.subarray(row * d, (row + 1) * d), k * d));
  return { data: picked, shape: [rows.length, d] };
}
