import { type MomentumLoss, type MomentumLossOptions, momentumLoss } from "../../src/cli/train/imagenet/loss.ts";
import type { Device, DType } from "../../src/devices/device.ts";
import { generator, noGrad, SGD, type Tensor, tensor, trainStep } from "../../src/index.ts";
import { MomentumQueue, resnet18 } from "../../src/models/index.ts";
import type { Module } from "../../src/nn/index.ts";
import { sizeOf } from "../../src/shape.ts";
import { uniform } from "./counter.ts";
import type { LayerDescription } from "./fixture.ts";
import { build } from "./layer.ts";

/** Where each quantity's counters start, as in `momentum_runs.py`. */
const [parameters, queue, colours, images, shifts, checksums, features] = Array.from(
  { length: 7 },
  (_, k) => k * 20_000_000,
);

type Term = "align" | "uniform" | "contrastive";
const terms: readonly Term[] = ["align", "uniform", "contrastive"];

/** A run of MoCo in PyTorch. */
export interface MomentumCase {
  readonly name: string;
  /** Options of `resnet18`, or layers. */
  readonly encoder: { readonly mlp: boolean } | LayerDescription;
  readonly images: number;
  readonly side: number;
  readonly featDim: number;
  readonly size: number;
  readonly momentum: number;
  readonly lr: number;
  readonly groups: number;
  /** The types in which the run is compared. */
  readonly dtypes: readonly DType[];
  readonly weights: Readonly<Record<Term, number>>;
  /** PyTorch's state dict: names and shapes. */
  readonly state: Readonly<Record<string, number[]>>;
  /** Align, uniform and contrastive of each step. */
  readonly losses: readonly (readonly number[])[];
  readonly checksums: Readonly<Record<string, number>>;
}

/** What is trained: a `MomentumQueue`, or one written anew. */
export interface Momentum {
  readonly encoder_q: Module;
  readonly encoder_k: Module;
  readonly queue: Tensor;
  readonly queue_ptr: Tensor;
  query(x: Tensor): Tensor;
  keys(x: Tensor, generator: { permutation(n: number): Int32Array }): Tensor;
  negatives(): Tensor;
  enqueue(keys: Tensor): void;
}

/** The loss of a step, with its terms. */
export type LossOf = (q: Tensor, k: Tensor, queue: Tensor, weights: MomentumLossOptions) => MomentumLoss;

/** An encoder of a run, whatever its weights. */
export function encoderOf({ encoder, featDim }: MomentumCase, device: Device): Module {
  return "mlp" in encoder ? resnet18({ ...encoder, featDim, generator: generator(0), device }) : build(encoder, device);
}

/** The encoders and the queue, with the numbers that a run starts from. */
export function started(one: MomentumCase, device: Device): MomentumQueue {
  const encoder = encoderOf(one, device);
  let counter = parameters;
  for (const [name, p] of encoder.namedParameters()) {
    const matrix = p.shape.length > 1;
    const about = !matrix && name.endsWith("weight") ? 1 : 0;
    const values = uniform(counter, p.size, matrix ? 1 / Math.sqrt(sizeOf(p.shape.slice(1))) : 0.1);
    p.value = tensor(
      values.map((a) => a + about),
      { shape: p.shape, device },
    );
    counter += p.size;
  }
  const { size, featDim, momentum, groups } = one;
  const how = { generator: generator(0), size, featDim, momentum, groups };
  const moco = new MomentumQueue(encoder, encoderOf(one, device), how);
  const shape = moco.queue.shape;
  moco.queue.value = tensor(uniform(queue, sizeOf(shape), 1), { shape, device }).normalize({ dim: 0 });
  return moco;
}

/** Ten steps, as `momentum_runs.py` does them. `lr`: the run's own unless given. */
export async function train(
  one: MomentumCase,
  moco: Momentum,
  { loss = momentumLoss, lr = one.lr }: { loss?: LossOf; lr?: number } = {},
): Promise<Pick<MomentumCase, "losses" | "checksums">> {
  const { device } = moco.queue;
  const { images: n, side } = one;
  const weights = {
    alignWeight: one.weights.align,
    uniformWeight: one.weights.uniform,
    contrastiveWeight: one.weights.contrastive,
  };
  const optimizer = new SGD(
    [moco.encoder_q, moco.encoder_k].flatMap((encoder) => encoder.parameters()),
    { lr, momentum: 0.9, weightDecay: 1e-4 },
  );
  let at = 0;
  const order = {
    permutation: (count: number) => Int32Array.from({ length: count }, (_, i) => (5 * i + 3 * at) % count),
  };
  const step = trainStep(optimizer, (x: Tensor, y: Tensor) => {
    const [q, keys] = [moco.query(x), moco.keys(y, order)];
    return { ...loss(q, keys, moco.negatives(), weights), keys };
  });
  const losses: number[][] = [];
  let x = tensor(0, { device });
  for (; at < one.losses.length; at++) {
    const views = viewsAt(at, n, side).map((values) => tensor(values, { shape: [n, 3, side, side], device }));
    x = views[0];
    const { keys, ...values } = await step(x, views[1]);
    moco.enqueue(keys);
    losses.push(await Promise.all(terms.map(async (term) => (await values[term]?.item()) ?? Number.NaN)));
  }
  const encoders = Object.entries({ query: moco.encoder_q, key: moco.encoder_k });
  for (const [, encoder] of encoders) encoder.eval();
  const sums: Record<string, number> = {};
  for (const [name, encoder] of encoders) {
    const buffers = encoder.namedBuffers().map(([, buffer]) => buffer);
    sums[`parameters of the ${name} encoder`] = await checksum(encoder.parameters(), checksums);
    sums[`buffers of the ${name} encoder`] = await checksum(buffers, checksums);
    sums[`features of the ${name} encoder`] = await checksum([noGrad(() => encoder.forward(x))], features);
  }
  sums.queue = await checksum([moco.queue, moco.queue_ptr], checksums);
  return { losses, checksums: sums };
}

/** Furthest that a loss is off, or a checksum relative to its size. NaN where one is missing. */
export function distance(
  ours: Pick<MomentumCase, "losses" | "checksums">,
  theirs: Pick<MomentumCase, "losses" | "checksums">,
): number {
  const sums = Object.entries(theirs.checksums).map(
    ([name, sum]) => Math.abs(ours.checksums[name] - sum) / (1 + Math.abs(sum)),
  );
  const losses = theirs.losses.flatMap((values, k) => values.map((value, i) => Math.abs(ours.losses[k][i] - value)));
  return Math.max(...sums, ...losses);
}

/** Both views at a step, a colour and noise: with noise alone all pictures are alike to a network that pools. */
function viewsAt(step: number, n: number, side: number): [Float64Array, Float64Array] {
  const [pixels, count] = [side ** 2, n * 3 * side ** 2];
  const colour = uniform(colours + step * n * 3, n * 3, 1);
  const noise = uniform(images + step * count, count, 0.5);
  const shift = uniform(shifts + step * count, count, 0.3);
  const x = noise.map((a, i) => a + colour[Math.floor(i / pixels)]);
  return [x, x.map((a, i) => a + shift[i])];
}

async function checksum(tensors: readonly Tensor[], from: number): Promise<number> {
  let [total, counter] = [0, from];
  for (const x of tensors) {
    const factors = uniform(counter, x.size, 1);
    for (const [i, value] of (await x.data()).entries()) total += value * factors[i];
    counter += x.size;
  }
  return total;
}
