import { tensor } from "../../autograd/create.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type { Images } from "../../data/index.ts";
import type { Device } from "../../devices/device.ts";
import { type AlignUniformLoss, alignUniformLoss } from "../../losses/align-uniform.ts";
import { contrastiveLoss } from "../../losses/contrastive.ts";
import { cachedTrainStep, MultiStepLR, SGD, trainStep } from "../../nn/index.ts";
import { add, chunk, mul } from "../../ops/index.ts";
import type { TrainConfig } from "./config.ts";
import { untrainedEncoder } from "./encoders.ts";
import { epochsOver } from "./epochs.ts";
import type { PictureLessons } from "./gallery.ts";
import type { PictureRun } from "./picture-task.ts";

/**
 * The paper's way for small pictures: two views of each picture in a batch go through the encoder in one joined pass, and
 * SGD lowers align + (uniform(x) + uniform(y)) / 2, by a rate that falls after given epochs. Labels are never looked at.
 * With a chunk size the joined passes are of so many pictures each, and the loss is still that of the whole batch.
 */
export function twoViewRun(lessons: PictureLessons, config: TrainConfig, device: Device): PictureRun {
  const { batchSize, chunkSize, lr, lrDecayRate, lrDecayEpochs, momentum, weightDecay } = config;
  const encoder = untrainedEncoder(config, lessons.shape, device);
  const optimizer = new SGD(encoder.parameters(), { lr, momentum, weightDecay });
  const schedule = new MultiStepLR(optimizer, { milestones: lrDecayEpochs, gamma: lrDecayRate });
  const encode = ({ data, shape }: Images<Float32Array>): [x: Tensor, y: Tensor] => {
    const [x, y] = chunk(encoder.forward(tensor(data, { shape, device })), 2); // [2n, ...] -> [n, d] twice
    return [x, y];
  };
  const loss = (x: Tensor, y: Tensor): AlignUniformLoss => twoViewLoss(x, y, config);
  const whole = trainStep(optimizer, (views: Images<Float32Array>) => loss(...encode(views)));
  const byChunk = cachedTrainStep(optimizer, { encode, loss, modules: [encoder] });
  const chunked = chunkSize > 0 && chunkSize < batchSize;
  const run = epochsOver(lessons, config, {
    model: encoder,
    optimizer,
    schedule,
    update: async (views) => ({ ...(await (chunked ? byChunk(pairsOf(views, chunkSize)) : whole(views))) }),
  });
  return { ...run, encoder };
}

/** Both losses and their sum, and the contrastive one where it counts. */
function twoViewLoss(x: Tensor, y: Tensor, config: TrainConfig): AlignUniformLoss & { readonly contrastive?: Tensor } {
  const { alignWeight, uniformWeight, alpha, t, contrastiveWeight, tau } = config;
  const { loss, align, uniform } = alignUniformLoss(x, y, { alignWeight, uniformWeight, alpha, t });
  if (contrastiveWeight === 0) return { loss, align, uniform };
  const contrastive = contrastiveLoss(x, y, { tau, checkNorm: false }); // which the other two have checked
  return { loss: add(loss, mul(contrastive, contrastiveWeight)), align, uniform, contrastive };
}

/** Views of n pictures, all first ones and then all second ones, as views of `size` pictures at a time in like order. */
function pairsOf({ data, shape: [views, ...shape] }: Images<Float32Array>, size: number): Images<Float32Array>[] {
  const n = views / 2;
  const each = data.length / views;
  return Array.from({ length: Math.ceil(n / size) }, (_, k) => {
    const [from, end] = [k * size, Math.min(n, (k + 1) * size)];
    const part = new Float32Array(2 * (end - from) * each);
    part.set(data.subarray(from * each, end * each));
    part.set(data.subarray((n + from) * each, (n + end) * each), part.length / 2);
    return { data: part, shape: [2 * (end - from), ...shape] };
  });
}
