import type { TrainConfig } from "../../src/cli/train/config.ts";
import { untrainedEncoder } from "../../src/cli/train/encoders.ts";
import type { Images } from "../../src/data/index.ts";
import type { Device } from "../../src/devices/device.ts";
import {
  add,
  alignUniformLoss,
  chunk,
  concat,
  contrastiveLoss,
  type Module,
  MultiStepLR,
  mul,
  SGD,
  slice,
  type Tensor,
  tensor,
} from "../../src/index.ts";
import { loadCheckpoint } from "../../src/node/index.ts";
import { viewsOf } from "../cli/lessons.ts";

/** What could be wrong with data-parallel training. */
export const faults = [
  "summed gradients",
  "no momentum",
  "statistics of the whole batch",
  "second views of the other share",
  "the schedule a pass late",
  "the last process's running statistics",
] as const;
export type Fault = (typeof faults)[number];

/** What became of a run. */
export interface Went {
  /** Of each step, the losses of both processes. */
  readonly losses: readonly (readonly number[])[];
  readonly rates: readonly number[];
  readonly state: Readonly<Record<string, ArrayLike<number>>>;
  readonly buffers: readonly ArrayLike<number>[];
}

/**
 * What two processes are to do with a checkpoint, by one: each half of a batch goes through the encoder by itself, both views
 * joined, and has a loss of its own; one step by the mean of both gradients; the running statistics are those of the first half.
 */
export async function wentInParallel(
  path: string,
  batches: readonly Images<Float32Array>[],
  stepsPerPass: number,
  device: Device,
  fault?: Fault,
): Promise<Went> {
  const { model, optimizer: left, metadata } = await loadCheckpoint(path, { device });
  const { config, step: before } = metadata as unknown as { readonly config: TrainConfig; readonly step: number };
  const { lr, momentum, weightDecay, lrDecayEpochs, lrDecayRate } = config;
  const [, channels, height, width] = batches[0].shape;
  const encoder = untrainedEncoder(config, [channels, height, width], device);
  encoder.loadStateDict(model);
  const optimizer = new SGD(encoder.parameters(), { lr, momentum, weightDecay });
  if (left !== undefined && fault !== "no momentum") optimizer.loadStateDict(left);
  const schedule = new MultiStepLR(optimizer, { milestones: lrDecayEpochs, gamma: lrDecayRate });
  const losses: number[][] = [];
  const rates: number[] = [];
  for (const [k, views] of batches.entries()) {
    const passes = Math.floor((before + k) / stepsPerPass);
    schedule.loadStateDict({ steps: fault === "the schedule a pass late" ? passes - 1 : passes, baseLr: lr });
    const both = lossesOf(encoder, views, config, device, fault);
    losses.push(both.map((loss) => loss.itemSync()));
    rates.push(optimizer.lr);
    optimizer.step(mul(add(...both), fault === "summed gradients" ? 1 : 0.5).backward());
  }
  const buffers = Object.values(optimizer.stateDict().tensors).map((buffer) => buffer.dataSync());
  const state = Object.fromEntries(
    Object.entries(encoder.stateDict()).map(([name, value]) => [name, value.dataSync()]),
  );
  return { losses, rates, state, buffers };
}

function lossesOf(
  encoder: Module,
  views: Images<Float32Array>,
  config: TrainConfig,
  device: Device,
  fault: Fault | undefined,
): [first: Tensor, second: Tensor] {
  const n = views.shape[0] / 2;
  const halves = [[0, n / 2], [n / 2, n]] as const; // biome-ignore format: short
  const encoded = (parts: readonly Images<Float32Array>[]): Tensor[] =>
    chunk(encoder.forward(concat(parts.map(({ data, shape }) => tensor(data, { shape, device })))), 2);
  if (fault === "statistics of the whole batch") {
    const [x, y] = encoded(viewsOf(views));
    const of = ([start, end]: readonly [number, number]): Tensor =>
      lossOf(slice(x, { start, end }), slice(y, { start, end }), config);
    return [of(halves[0]), of(halves[1])];
  }
  const buffers = encoder.namedBuffers().map(([, buffer]) => buffer);
  const before = buffers.map((buffer) => buffer.value);
  const of = (rank: 0 | 1): Tensor => {
    for (const [i, buffer] of buffers.entries()) buffer.value = before[i];
    const [first, second] = viewsOf(views, halves[rank]);
    const [, other] = viewsOf(views, halves[1 - rank]);
    const [x, y] = encoded([first, fault === "second views of the other share" ? other : second]);
    return lossOf(x, y, config);
  };
  if (fault === "the last process's running statistics") return [of(0), of(1)];
  const second = of(1);
  return [of(0), second];
}

function lossOf(x: Tensor, y: Tensor, config: TrainConfig): Tensor {
  const { alignWeight, uniformWeight, alpha, t, contrastiveWeight, tau } = config;
  const { loss } = alignUniformLoss(x, y, { alignWeight, uniformWeight, alpha, t });
  return add(loss, mul(contrastiveLoss(x, y, { tau }), contrastiveWeight));
}
