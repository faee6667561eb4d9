import { tensor } from "../../autograd/create.ts";
import type { Device } from "../../devices/device.ts";
import { alignUniformLoss } from "../../losses/align-uniform.ts";
import { MultiStepLR, SGD, trainStep } from "../../nn/index.ts";
import { slice } from "../../ops/index.ts";
import type { TrainConfig } from "./config.ts";
import { untrainedEncoder } from "./encoders.ts";
import { epochsOver } from "./epochs.ts";
import type { Lessons } from "./gallery.ts";
import type { Run } from "./task.ts";

/**
 * The paper's way for small pictures: two views of each picture in a batch go through the encoder in one joined pass, and
 * SGD lowers align + (uniform(x) + uniform(y)) / 2, by a rate that falls after given epochs. Labels are never looked at.
 */
export function twoViewRun(lessons: Lessons, config: TrainConfig, device: Device): Run {
  const { batchSize, lr, lrDecayRate, lrDecayEpochs, momentum, weightDecay } = config;
  const { alignWeight, uniformWeight, alpha, t } = config;
  const encoder = untrainedEncoder(config, lessons.shape, device);
  const optimizer = new SGD(encoder.parameters(), { lr, momentum, weightDecay });
  const schedule = new MultiStepLR(optimizer, { milestones: lrDecayEpochs, gamma: lrDecayRate });
  const step = trainStep(optimizer, (data: Float32Array, shape: readonly number[]) => {
    const features = encoder.forward(tensor(data, { shape, device })); // [2n, ...] -> [2n, d]
    const [x, y] = [slice(features, { end: batchSize }), slice(features, { start: batchSize })];
    return alignUniformLoss(x, y, { alignWeight, uniformWeight, alpha, t });
  });
  return epochsOver(lessons, config, {
    model: encoder,
    encoder,
    optimizer,
    schedule,
    update: async ({ data, shape }) => ({ ...(await step(data, shape)) }),
  });
}
