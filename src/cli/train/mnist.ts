import { tensor } from "../../autograd/create.ts";
import { affineViews, type Mnist } from "../../data/index.ts";
import type { Device } from "../../devices/device.ts";
import { type AlignUniformLoss, alignUniformLoss } from "../../losses/align-uniform.ts";
import { type BlockEncoder, convEncoder } from "../../models/index.ts";
import { SGD, trainStep } from "../../nn/index.ts";
import { type Generator, generator, slice } from "../../ops/index.ts";
import type { RandomState } from "../../random.ts";
import type { MnistConfig } from "./config.ts";

/** One step of training: the losses of its batch, before the update. No times: equal runs give equal records. */
export interface StepRecord {
  /** From 1. */
  readonly epoch: number;
  readonly step: number;
  readonly align: number;
  readonly uniform: number;
}

export interface MnistRun {
  readonly encoder: BlockEncoder;
  readonly optimizer: SGD;
  /** Steps in the whole run. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
  /** The two random streams from which every epoch's order and every step's views are forked. They never move. */
  generatorStates(): { readonly order: RandomState; readonly views: RandomState };
  /** Trains from after step `done` on, giving a record for each step; stop asking for more to stop training. */
  train(done: number): AsyncGenerator<StepRecord, void, undefined>;
}

/** The encoder of a seed before any training. */
export function untrainedEncoder({ seed, encoder }: MnistConfig, device: Device): BlockEncoder {
  return convEncoder({ ...encoder, generator: generator(seed).fork("weights"), device });
}

/**
 * A run over `digits`, whose labels are never looked at: two affine views of each digit in a batch go through the encoder
 * in one joined pass, and SGD lowers align + (uniform(x) + uniform(y)) / 2. A last batch that is not full is left out.
 * The order of an epoch depends on seed and epoch alone, the views of a step on seed and step: a run that goes on after
 * step k needs the weights and the optimizer of that step, and nothing of what came before.
 * Throws for fewer digits than a batch.
 */
export function mnistRun(digits: Mnist, config: MnistConfig, device: Device): MnistRun {
  const { seed, epochs, batchSize, lr, momentum, weightDecay, alignWeight, uniformWeight, alpha, t } = config;
  const stepsPerEpoch = Math.floor(digits.length / batchSize);
  if (stepsPerEpoch === 0) {
    throw new Error(`${digits.length} training digits make no batch of ${batchSize}: lower --batch-size`);
  }
  const encoder = untrainedEncoder(config, device);
  const optimizer = new SGD(encoder.parameters(), { lr, momentum, weightDecay });
  const [orders, views] = [generator(seed).fork("order"), generator(seed).fork("views")];
  const update = trainStep(optimizer, (indices: Int32Array, g: Generator): AlignUniformLoss => {
    const { data, shape } = affineViews(digits.images, indices, config.views, g);
    const features = encoder.forward(tensor(data, { shape, device })); // [2n, 1, 28, 28] -> [2n, d]
    const [x, y] = [slice(features, { end: batchSize }), slice(features, { start: batchSize })];
    return alignUniformLoss(x, y, { alignWeight, uniformWeight, alpha, t });
  });
  return {
    encoder,
    optimizer,
    steps: epochs * stepsPerEpoch,
    stepsPerEpoch,
    generatorStates: () => ({ order: orders.getState(), views: views.getState() }),
    async *train(done) {
      for (let epoch = Math.floor(done / stepsPerEpoch) + 1; epoch <= epochs; epoch++) {
        const order = orders.fork(`epoch ${epoch}`).permutation(digits.length);
        const before = (epoch - 1) * stepsPerEpoch;
        for (let batch = Math.max(0, done - before); batch < stepsPerEpoch; batch++) {
          const step = before + batch + 1;
          const indices = order.subarray(batch * batchSize, (batch + 1) * batchSize);
          const { loss, align, uniform } = await update(indices, views.fork(`step ${step}`));
          await loss.item(); // where the device works on its own, only now is it known whether the step was sound
          yield { epoch, step, align: await align.item(), uniform: await uniform.item() };
        }
      }
    },
  };
}
