import { alignUniformLoss, concat, noGrad, type Parameter, slice, type Tensor, tensor } from "../../src/index.ts";
import { BlockEncoder } from "../../src/models/index.ts";
import {
  BatchNorm1d,
  BatchNorm2d,
  type Module,
  type Optimizer,
  Sequential,
  SGD,
  trainStep,
} from "../../src/nn/index.ts";
import { uniform } from "./counter.ts";
import { FaultyBatchNorm } from "./faulty.ts";
import type { EncoderCase } from "./fixture.ts";

/** What all runs of one encoder have in common, as the Python script beside its fixture has it. */
export interface EncoderRuns {
  /** Where each quantity's counters start. */
  readonly start: Readonly<Record<"weights" | "images" | "shifts" | "checksum" | "features", number>>;
  /** Largest entry of a matrix or kernel, of whose outputs each has `fan` inputs. */
  scale(fan: number): number;
  /** Numbers in -a..a for images of a shape, from counter `from` on. */
  draw(from: number, shape: readonly number[], a: number): Float64Array;
}

/** What is compared of a run. */
export type EncoderNumbers = Pick<EncoderCase, "losses" | "parameters" | "buffers" | "features" | "fc7">;

/** The recipe's optimizer, at a run's learning rate. */
export const recipe = { momentum: 0.9, weightDecay: 1e-4 } as const;
export const lrOf = ({ view, rate = 1 }: EncoderCase): number => (rate * 0.12 * view[0]) / 256;
export const sgdOf = (one: EncoderCase, parameters: readonly Parameter[]): Optimizer =>
  new SGD(parameters, { lr: lrOf(one), ...recipe });

/** Trains by the recipe, as `follow` in `encoder_runs.py` does. */
export async function trainEncoder(
  one: EncoderCase,
  encoder: BlockEncoder,
  { start, scale, draw }: EncoderRuns,
  optimizerOf = (parameters: readonly Parameter[]): Optimizer => sgdOf(one, parameters),
): Promise<EncoderNumbers> {
  const device = encoder.parameters()[0].device;
  let counter = start.weights;
  for (const [name, p] of encoder.namedParameters()) {
    const matrix = p.shape.length > 1;
    const values = uniform(counter, p.size, matrix ? scale(p.size / p.shape[0]) : 0.1);
    const about = !matrix && name.endsWith("weight") ? 1 : 0;
    p.value = tensor(about === 0 ? values : values.map((a) => a + about), { shape: p.shape, device });
    counter += p.size;
  }
  const [images] = one.view;
  const step = trainStep(optimizerOf(encoder.parameters()), (x: Tensor, y: Tensor) => {
    const features = encoder.forward(concat([x, y]));
    return alignUniformLoss(slice(features, { end: images }), slice(features, { start: images }));
  });
  const size = one.view.reduce((a, b) => a * b, 1);
  const losses: number[] = [];
  let x = tensor(0, { device });
  for (let k = 0; k < one.losses.length; k++) {
    const first = draw(start.images + k * size, one.view, 1).map((a) => (a + 1) / 2);
    const shift = draw(start.shifts + k * size, one.view, 0.3);
    const second = first.map((a, i) => a + shift[i]);
    x = tensor(first, { shape: one.view, device });
    losses.push(await (await step(x, tensor(second, { shape: one.view, device }))).loss.item());
  }
  encoder.eval();
  const [features, fc7] = noGrad(() => [encoder.forward(x), encoder.forward(x, { layerIndex: -2 })]);
  const buffers = encoder.namedBuffers().map(([, buffer]) => buffer);
  return {
    losses,
    parameters: await checksum(encoder.parameters(), start.checksum),
    buffers: await checksum(buffers, start.checksum),
    features: await checksum([features], start.features),
    fc7: await checksum([fc7], start.features),
  };
}

/** Furthest that a loss is off, or a checksum relative to its size. */
export function distance(ours: EncoderNumbers, theirs: EncoderNumbers): number {
  const sums = (["parameters", "buffers", "features", "fc7"] as const).map(
    (name) => Math.abs(ours[name] - theirs[name]) / (1 + Math.abs(theirs[name])),
  );
  return Math.max(...sums, ...theirs.losses.map((loss, k) => Math.abs(ours.losses[k] - loss)));
}

/** The encoder with every batch norm written anew, with a fault at will. */
export function withFaultyNorms({ blocks }: BlockEncoder, { view }: EncoderCase, fault?: string): BlockEncoder {
  const replaced = (layer: Module): Module =>
    layer instanceof BatchNorm1d || layer instanceof BatchNorm2d
      ? new FaultyBatchNorm(layer.running_mean.size, { device: layer.running_mean.device }, fault)
      : layer;
  const layers = (block: Module): Module[] =>
    block instanceof Sequential ? Array.from(block as ArrayLike<Module>) : [block];
  const faulty = layers(blocks).map((block) => new Sequential(...layers(block).map(replaced)));
  const [, channels, height, width] = view;
  return new BlockEncoder(new Sequential(...faulty), { name: "faulty", image: [channels, height, width] });
}

/** Sum of all numbers, each times one of its own, from counter `from` on. */
export async function checksum(tensors: readonly Tensor[], from: number): Promise<number> {
  let total = 0;
  let counter = from;
  for (const x of tensors) {
    const [values, factors] = [await x.data(), uniform(counter, x.size, 1)];
    for (let i = 0; i < x.size; i++) total += values[i] * factors[i];
    counter += x.size;
  }
  return total;
}
