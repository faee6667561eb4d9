import { describe, expect, it } from "vitest";
import type { TrainConfig } from "../../src/cli/train/config.ts";
import { untrainedEncoder } from "../../src/cli/train/encoders.ts";
import { cifar10 } from "../../src/cli/train/pictures/cifar10.ts";
import type { StepRecord } from "../../src/cli/train/task.ts";
import { twoViewRun } from "../../src/cli/train/two-views.ts";
import type { Images } from "../../src/data/index.ts";
import {
  alignUniformLoss,
  concat,
  contrastiveLoss,
  type Module,
  reference,
  SGD,
  type Tensor,
  tensor,
} from "../../src/index.ts";
import { type KeptLessons, listed, noiseLessons, numbersOf, viewsOf } from "./lessons.ts";

const device = reference("float64");

/** One step a pass over 5 pictures; every setting is another one than its default, and than its neighbours. */
const config: TrainConfig = cifar10.settled({
  ...{ seed: 5, epochs: 3, batchSize: 5, lr: 0.3, lrDecayRate: 0.4, lrDecayEpochs: [1], momentum: 0.8 },
  ...{ weightDecay: 0.1, alignWeight: 2, alpha: 1.5, uniformWeight: 0.7, t: 1.2, contrastiveWeight: 0.4, tau: 0.3 },
  ...{ arch: "conv", featDim: 4, channels: [2, 3], hidden: 5 },
});
const rates = [0.3, 0.12, 0.12]; // of each pass

interface Trained {
  readonly records: readonly StepRecord[];
  readonly weights: Record<string, number[]>;
  readonly lessons: KeptLessons;
}

async function trained(more: Partial<TrainConfig> = {}): Promise<Trained> {
  const lessons = noiseLessons(5, 8);
  const run = twoViewRun(lessons, { ...config, ...more }, device);
  return { records: await listed(run.train(0)), weights: numbersOf(run.model), lessons };
}

/** Features of pictures whose views go through the encoder together. */
function encoded(encoder: Module, views: readonly Images<Float32Array>[]): Tensor[] {
  return encoder.forward(concat(views.map(({ data, shape }) => tensor(data, { shape, device })))).chunk(2);
}

/** The same training with plain code, the batches going through the encoder in the given parts. */
function byHand(
  lessons: KeptLessons,
  parts: readonly (readonly [from: number, end: number])[],
): Omit<Trained, "lessons"> {
  const encoder = untrainedEncoder(config, [1, 8, 8], device);
  const optimizer = new SGD(encoder.parameters(), { lr: 0.3, momentum: 0.8, weightDecay: 0.1 });
  const records = lessons.given.map((views, i) => {
    const features = parts.map((part) => encoded(encoder, viewsOf(views, part)));
    const [x, y] = [0, 1].map((view) => concat(features.map((each) => each[view])));
    const { align, uniform } = alignUniformLoss(x, y, { alpha: 1.5, t: 1.2 });
    const contrastive = contrastiveLoss(x, y, { tau: 0.3 });
    optimizer.lr = rates[i];
    optimizer.step(align.mul(2).add(uniform.mul(0.7)).add(contrastive.mul(0.4)).backward());
    const told = { align: align.itemSync(), uniform: uniform.itemSync(), contrastive: contrastive.itemSync() };
    return { epoch: i + 1, step: i + 1, ...told };
  });
  return { records, weights: numbersOf(encoder) };
}

/** Equal but for rounding in float64, which three steps and batch norm make larger. */
function expectClose(found: Omit<Trained, "lessons">, expected: Omit<Trained, "lessons">): void {
  const names = Object.keys(expected.weights);
  expect(Object.keys(found.weights)).toEqual(names);
  for (const name of names) {
    for (const [i, value] of found.weights[name].entries())
      expect(value, name).toBeCloseTo(expected.weights[name][i], 9);
  }
  expect(found.records).toHaveLength(expected.records.length);
  for (const [i, record] of expected.records.entries()) {
    expect(Object.keys(found.records[i]).sort()).toEqual(Object.keys(record).sort());
    for (const [name, value] of Object.entries(record)) expect(found.records[i][name], name).toBeCloseTo(value, 9);
  }
}

describe("twoViewRun", () => {
  it("is SGD on the losses of both views, written out: momentum, weight decay, and a rate that falls after a pass", async () => {
    const { lessons, ...found } = await trained();
    expect(found.records.map(({ step }) => step)).toEqual([1, 2, 3]);
    expectClose(found, byHand(lessons, [[0, 5]]));
  });

  it("leaves the contrastive loss out where its weight is 0", async () => {
    const { records } = await trained({ contrastiveWeight: 0 });
    const { records: all } = await trained();
    expect(Object.keys(records[0]).sort()).toEqual(["align", "epoch", "step", "uniform"]);
    expect(all[0]).toMatchObject(records[0]);
    expect(records[1].uniform).not.toBe(all[1].uniform); // in which it had its share
  });

  it("by chunks of a whole batch or more it has the same bits as without", async () => {
    const whole = await trained();
    for (const chunkSize of [5, 6]) {
      const { records, weights } = await trained({ chunkSize });
      expect(records).toEqual(whole.records);
      expect(weights).toEqual(whole.weights);
    }
  });

  it("by chunks it has both views of so many pictures go through the encoder together, and the loss of all", async () => {
    const { lessons, ...found } = await trained({ chunkSize: 2 });
    const expected = byHand(lessons, [[0, 2], [2, 4], [4, 5]]); // biome-ignore format: short
    expectClose(found, expected);
    const whole = byHand(lessons, [[0, 5]]);
    expect(Math.abs(whole.records[0].uniform - expected.records[0].uniform)).toBeGreaterThan(1e-3);
  });
});
