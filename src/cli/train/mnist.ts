import type { Tensor } from "../../autograd/tensor.ts";
import { type Dataset, type Digit, type Image, loader, randomShift, transformed, twoViews } from "../../data/index.ts";
import type { Device } from "../../devices/device.ts";
import { type AlignUniformLoss, alignUniformLoss } from "../../losses/align-uniform.ts";
import { mlpEncoder } from "../../models/index.ts";
import { Adam, type Sequential, trainStep } from "../../nn/index.ts";
import { concat, flatten, type Generator, generator, slice } from "../../ops/index.ts";
import type { RandomState } from "../../random.ts";
import type { MnistConfig } from "./config.ts";

/** One step of training: the losses of its batch, before the update. */
export interface StepRecord {
  /** From 1. */
  readonly epoch: number;
  readonly step: number;
  readonly align: number;
  readonly uniform: number;
}

export interface MnistRun {
  readonly encoder: Sequential;
  readonly optimizer: Adam;
  /** Steps in the whole run. */
  readonly steps: number;
  /** Where the two random streams of training stand. */
  generatorStates(): { readonly order: RandomState; readonly views: RandomState };
  /** Trains, giving a record for each step; stop asking for more to stop training. */
  train(): AsyncGenerator<StepRecord, void, undefined>;
}

/** The encoder of a seed before any training. */
export function untrainedEncoder({ seed, sizes }: MnistConfig, device: Device): Sequential {
  return mlpEncoder({ sizes, generator: generator(seed).fork("weights"), device });
}

/**
 * A run over `digits`, whose labels are never looked at: two shifted views of each digit in a batch go through the encoder
 * in one joined pass, and Adam lowers align + (uniform(x) + uniform(y)) / 2. A last batch that is not full is left out.
 */
export function mnistRun(digits: Dataset<Digit>, config: MnistConfig, device: Device): MnistRun {
  const { seed, epochs, batchSize, lr, maxShift, alpha, t } = config;
  const encoder = untrainedEncoder(config, device);
  const optimizer = new Adam(encoder.parameters(), { lr });
  const [order, views] = [generator(seed).fork("order"), generator(seed).fork("views")];
  const batches = loader(viewPairs(digits, maxShift, views), { batchSize, shuffle: order, dropLast: true, device });
  const update = trainStep(optimizer, (x: Tensor, y: Tensor): AlignUniformLoss => {
    const features = encoder.forward(flatten(concat([x, y]), 1)); // two of [n, 1, 28, 28] -> [2n, d]
    const n = x.shape[0];
    return alignUniformLoss(slice(features, { end: n }), slice(features, { start: n }), { alpha, t });
  });
  const steps = epochs * batches.length;
  return {
    encoder,
    optimizer,
    steps,
    generatorStates: () => ({ order: order.getState(), views: views.getState() }),
    async *train() {
      for (let epoch = 1, step = 1; epoch <= epochs; epoch++) {
        for await (const [x, y] of batches) {
          optimizer.lr = (lr / 2) * (1 + Math.cos((Math.PI * (step - 1)) / steps));
          const { align, uniform } = await update(x, y);
          yield { epoch, step, align: await align.item(), uniform: await uniform.item() };
          step++;
        }
      }
    },
  };
}

/** Two shifted views of each digit's picture. */
export function viewPairs(digits: Dataset<Digit>, maxShift: number, views: Generator): Dataset<[Image, Image]> {
  const twice = twoViews(randomShift({ max: maxShift }));
  return transformed(digits, ({ image }, g) => twice(image, g), views);
}
