import { tensor } from "../../../autograd/create.ts";
import type { Images } from "../../../data/index.ts";
import type { Device } from "../../../devices/device.ts";
import { MomentumQueue } from "../../../models/index.ts";
import { CosineAnnealingLR, MultiStepLR, SGD, trainStep } from "../../../nn/index.ts";
import { chunk, type Generator, generator } from "../../../ops/index.ts";
import { untrainedEncoder } from "../encoders.ts";
import { epochsOver } from "../epochs.ts";
import type { PictureLessons } from "../gallery.ts";
import type { PictureRun } from "../picture-task.ts";
import { momentumLoss } from "./loss.ts";
import type { MomentumConfig } from "./recipe.ts";

/**
 * The paper's way for ImageNet: the first view of each picture is a query, the second a key, and SGD lowers the losses of
 * queries against keys and queue (App. B.3). The keys of a batch join the queue once its loss is known.
 * Throws for a queue that batches do not fill evenly.
 */
export function momentumRun(lessons: PictureLessons, config: MomentumConfig, device: Device): PictureRun {
  const { seed, epochs, batchSize, lr, lrDecayRate, lrDecayEpochs, momentum, weightDecay, cosine } = config;
  const { queueSize, keyMomentum, featDim, groups } = config;
  const { alignWeight, alpha, uniformWeight, t, intraBatch, contrastiveWeight, tau } = config;
  const settings = { alignWeight, alpha, uniformWeight, t, intraBatch, contrastiveWeight, tau };
  if (queueSize % batchSize !== 0 || batchSize % groups !== 0 || batchSize < 2 * groups) {
    throw new Error(
      `batches of ${batchSize} must divide the queue of ${queueSize} keys (--moco-k), and be a multiple of ${groups} ` +
        "(--bn-splits), with two pictures in each part at least: choose another --batch-size, or these",
    );
  }
  const [encoder, other] = [0, 1].map(() => untrainedEncoder(config, lessons.shape, device));
  const queue = { generator: generator(seed).fork("queue"), size: queueSize, featDim, momentum: keyMomentum, groups };
  const model = new MomentumQueue(encoder, other, queue);
  const optimizer = new SGD(encoder.parameters(), { lr, momentum, weightDecay });
  const schedule = cosine
    ? new CosineAnnealingLR(optimizer, { tMax: epochs })
    : new MultiStepLR(optimizer, { milestones: lrDecayEpochs, gamma: lrDecayRate });
  const shuffles = generator(seed).fork("shuffle");
  const step = trainStep(optimizer, ({ data, shape }: Images<Float32Array>, shuffle: Generator) => {
    const [first, second] = chunk(tensor(data, { shape, device }), 2);
    const q = model.query(first);
    const k = model.keys(second, shuffle);
    const losses = momentumLoss(q, k, model.negatives(), settings);
    model.enqueue(k);
    return losses;
  });
  const run = epochsOver(lessons, config, {
    model,
    optimizer,
    schedule,
    update: async (views, number) => ({ ...(await step(views, shuffles.fork(`step ${number}`))) }),
  });
  return { ...run, encoder };
}
