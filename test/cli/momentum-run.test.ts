import { describe, expect, it } from "vitest";
import { untrainedEncoder } from "../../src/cli/train/encoders.ts";
import { momentumLoss } from "../../src/cli/train/imagenet/loss.ts";
import { momentumRun } from "../../src/cli/train/imagenet/momentum-run.ts";
import { imagenet, type MomentumConfig } from "../../src/cli/train/imagenet/recipe.ts";
import type { Images } from "../../src/data/index.ts";
import { generator, reference, SGD, type Tensor, tensor } from "../../src/index.ts";
import { MomentumQueue } from "../../src/models/index.ts";
import { listed, noiseLessons, numbersOf, viewsOf } from "./lessons.ts";

const device = reference("float64");
const on = ({ data, shape }: Images<Float32Array>): Tensor => tensor(data, { shape, device });

/** Every setting is another one than its default, and than its neighbours. */
const config: MomentumConfig = imagenet.settled({
  ...{ seed: 5, epochs: 1, batchSize: 4, lr: 0.3, momentum: 0.8, weightDecay: 0.1, lrDecayEpochs: [] },
  ...{ alignWeight: 2, alpha: 1.5, uniformWeight: 0.7, t: 1.2, intraBatch: false, contrastiveWeight: 0.4, tau: 0.3 },
  ...{ arch: "conv", featDim: 4, channels: [2, 3], hidden: 5, queueSize: 8, groups: 2, keyMomentum: 0.9 },
});

/** The rate at which each step of a run was made. */
async function ratesOf(options: Partial<MomentumConfig>): Promise<number[]> {
  const run = momentumRun(noiseLessons(8, 4), { ...config, lr: 0.01, ...options }, device);
  const rates: number[] = [];
  for await (const _ of run.train(0)) rates.push(run.optimizer.lr);
  return rates;
}

describe("momentumRun", () => {
  it("is MoCo's step written out: losses before the keys are enqueued, first views as queries and second ones as keys", async () => {
    const lessons = noiseLessons(12, 16);
    const run = momentumRun(lessons, config, device);
    const records = await listed(run.train(0));
    expect(records.map(({ step }) => step)).toEqual([1, 2, 3]); // more keys than the queue of 8 holds

    const [encoder, keyEncoder] = [0, 1].map(() => untrainedEncoder(config, [1, 16, 16], device));
    const model = new MomentumQueue(encoder, keyEncoder, {
      ...{ generator: generator(5).fork("queue"), size: 8, featDim: 4, momentum: 0.9, groups: 2 },
    });
    const optimizer = new SGD(encoder.parameters(), { lr: 0.3, momentum: 0.8, weightDecay: 0.1 });
    for (const [i, { epoch, step, ...told }] of records.entries()) {
      const [first, second] = viewsOf(lessons.given[i]);
      const queries = model.query(on(first));
      const keys = model.keys(
        on(second),
        generator(5)
          .fork("shuffle")
          .fork(`step ${i + 1}`),
      );
      const losses = momentumLoss(queries, keys, model.negatives(), {
        ...{ alignWeight: 2, alpha: 1.5, uniformWeight: 0.7, t: 1.2, intraBatch: false },
        ...{ contrastiveWeight: 0.4, tau: 0.3 },
      });
      const { loss, ...terms } = Object.fromEntries(Object.entries(losses).map(([name, x]) => [name, x.itemSync()]));
      expect(told).toEqual(terms);
      expect(Object.keys(told).sort()).toEqual(["align", "contrastive", "uniform"]);
      optimizer.step(losses.loss.backward());
      model.enqueue(keys);
    }
    expect(numbersOf(run.model)).toEqual(numbersOf(model));
  });

  it("lets the rate fall along half a cosine over all its passes", async () => {
    const rates = await ratesOf({ cosine: true, epochs: 5 });
    const expected = Array.from({ length: 10 }, (_, i) => 0.005 * (1 + Math.cos((Math.PI * Math.floor(i / 2)) / 5)));
    for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[i], 15);
    expect(rates).toHaveLength(10);
  });

  it("or by its decay rate after given passes", async () => {
    const rates = await ratesOf({ epochs: 4, lrDecayEpochs: [1, 3], lrDecayRate: 0.5 });
    expect(rates).toEqual([0.01, 0.01, 0.005, 0.005, 0.005, 0.005, 0.0025, 0.0025]);
  });
});
