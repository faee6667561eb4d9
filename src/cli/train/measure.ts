import { noGrad } from "../../autograd/recording.ts";
import { scope } from "../../autograd/scope.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import { type Dataset, type Digit, type Image, loader } from "../../data/index.ts";
import type { Device } from "../../devices/device.ts";
import { type Alignment, alignment, knnProbe, type Uniformity, uniformity } from "../../metrics/index.ts";
import type { Module } from "../../nn/index.ts";
import { flatten, generator } from "../../ops/index.ts";
import type { MnistConfig } from "./config.ts";
import { viewPairs } from "./mnist.ts";

/** Neighbours that vote in the probe. */
const neighbours = 5;

/** What is measured of an encoder once it is trained, or before. */
export interface Measured {
  /** Of two shifted views of each test digit. */
  readonly alignment: Alignment;
  /** Of the test digits as they are. */
  readonly uniformity: Uniformity;
  /** Share of test digits named rightly by their nearest training digits, in 0..1. */
  readonly accuracy: number;
  /** Distance between the two views of each test digit. */
  readonly distances: number[];
  /** Of the test digits as they are, one row a digit. */
  readonly features: number[][];
}

export interface Split {
  readonly train: Dataset<Digit>;
  readonly test: Dataset<Digit>;
}

/** Alignment, uniformity and 5-NN accuracy of an encoder on digits it was not trained on. */
export async function measure(
  encoder: Module,
  { train, test }: Split,
  config: MnistConfig,
  device: Device,
): Promise<Measured> {
  const { alpha, t, maxShift, seed } = config;
  const known = await encode(encoder, pictures(train), device);
  const asked = await encode(encoder, pictures(test), device);
  const pairs = viewPairs(test, maxShift, generator(seed).fork("test views"));
  const views: [Image, Image][] = [];
  for (let i = 0; i < pairs.length; i++) views.push(await pairs.get(i));
  const x = await encode(encoder, listed(views.map(([view]) => view)), device);
  const y = await encode(encoder, listed(views.map(([, view]) => view)), device);
  const probe = await knnProbe(known, await labels(train), asked, await labels(test), { k: neighbours });
  return {
    alignment: await alignment(x, y, { alpha }),
    uniformity: await uniformity(asked, { t }),
    accuracy: probe.accuracy,
    distances: x.map((row, i) => Math.hypot(...row.map((value, c) => value - y[i][c]))),
    features: asked,
  };
}

/** The same probe on the pixels themselves. */
export async function pixelAccuracy({ train, test }: Split): Promise<number> {
  const [known, asked] = [await pixels(train), await pixels(test)];
  const probe = await knnProbe(known, await labels(train), asked, await labels(test), { k: neighbours });
  return probe.accuracy;
}

/** Features of every picture, one row each. */
async function encode(encoder: Module, images: Dataset<Image>, device: Device): Promise<number[][]> {
  const rows: number[][] = [];
  for await (const batch of loader(images, { batchSize: 250, device })) {
    const features = scope((): Tensor => noGrad(() => encoder.forward(flatten(batch, 1)))); // [n, 1, 28, 28] -> [n, d]
    const [n, d] = features.shape;
    const values = await features.data();
    for (let i = 0; i < n; i++) rows.push(Array.from(values.subarray(i * d, (i + 1) * d)));
  }
  return rows;
}

function pictures(digits: Dataset<Digit>): Dataset<Image> {
  return { length: digits.length, get: async (i) => (await digits.get(i)).image };
}

function listed<T>(items: readonly T[]): Dataset<T> {
  return { length: items.length, get: (i) => items[i] };
}

async function pixels(digits: Dataset<Digit>): Promise<Float32Array[]> {
  return Promise.all(Array.from({ length: digits.length }, async (_, i) => (await digits.get(i)).image.data));
}

/** What each digit is. */
export async function labels(digits: Dataset<Digit>): Promise<number[]> {
  return Promise.all(Array.from({ length: digits.length }, async (_, i) => (await digits.get(i)).label));
}
