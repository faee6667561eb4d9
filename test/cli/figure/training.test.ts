import { noGrad, scope, type Tensor, tensor } from "align-uniform";
import { describe, expect, it } from "vitest";
import { measure } from "../../../src/cli/figure/measure.ts";
import { described, type Objective, objectiveLoss } from "../../../src/cli/figure/objective.ts";
import { freshEncoder, type Studio } from "../../../src/cli/figure/studio.ts";
import { type Trainer, type Training, trainerOf } from "../../../src/cli/figure/trainer.ts";
import type { Planned } from "../../../src/cli/train/gallery.ts";
import type { Images } from "../../../src/data/index.ts";
import { alignUniformLoss } from "../../../src/losses/align-uniform.ts";
import { contrastiveLoss } from "../../../src/losses/contrastive.ts";
import { alignment, uniformity } from "../../../src/metrics/index.ts";
import type { LayeredEncoder } from "../../../src/models/index.ts";
import { generator } from "../../../src/ops/index.ts";
import { tinyEncoder } from "../tiny.ts";
import { device, studio } from "./studio-sample.ts";

const both: Objective = { align: { weight: 1, alpha: 2 }, uniform: { weight: 1, t: 2 } };

function begun(training: Partial<Training> = {}): { encoder: LayeredEncoder; trainer: Trainer } {
  const random = generator(1);
  const encoder = freshEncoder(studio, random);
  const trainer = trainerOf(encoder, studio, {
    objective: both,
    epochs: 2,
    lr: 0.1,
    decays: true,
    random,
    ...training,
  });
  return { encoder, trainer };
}

const quiet = (): void => {};

const weightsOf = (encoder: LayeredEncoder): number[] =>
  encoder.parameters().flatMap((parameter) => Array.from(parameter.dataSync()));

describe("an objective", () => {
  const x = generator(0).normal([6, 3], { device }).normalize();
  const y = generator(1).normal([6, 3], { device }).normalize();

  it("is the weighted sum of the library's losses", () => {
    const value = (loss: Tensor): number => loss.itemSync();
    const weighted = { align: { weight: 3, alpha: 1 }, uniform: { weight: 0.5, t: 4 } };
    const { loss } = alignUniformLoss(x, y, { alignWeight: 3, uniformWeight: 0.5, alpha: 1, t: 4 });
    expect(value(objectiveLoss(weighted, x, y))).toBeCloseTo(value(loss), 5);
    const usual = { contrastive: { weight: 2, tau: 0.2 } };
    expect(value(objectiveLoss(usual, x, y))).toBeCloseTo(2 * value(contrastiveLoss(x, y, { tau: 0.2 })), 5);
    const all = value(objectiveLoss({ ...weighted, ...usual }, x, y));
    expect(all).toBeCloseTo(value(loss) + 2 * value(contrastiveLoss(x, y, { tau: 0.2 })), 5);
    expect(() => objectiveLoss({}, x, y)).toThrow("needs one of align, uniform and contrastive");
  });

  it("is told in words", () => {
    const contrastive = { weight: 1, tau: 0.5 };
    expect(described({ contrastive, uniform: { weight: 0.25, t: 2 } })).toBe(
      "contrastive (τ 0.5) + 0.25 uniform (t 2)",
    );
    expect(described({ align: { weight: 2, alpha: 1 } })).toBe("2 align (α 1)");
  });
});

describe("the training of a figure's encoder", () => {
  it("comes to the same weights in one go and in pieces", async () => {
    const [whole, parts] = [begun(), begun()];
    expect(whole.trainer.steps).toBe(8);
    await whole.trainer.upTo(8, quiet);
    for (const step of [1, 3, 6, 8]) await parts.trainer.upTo(step, quiet);
    expect(weightsOf(parts.encoder)).toEqual(weightsOf(whole.encoder));
  });

  it("takes smaller and smaller steps, unless asked to keep them", async () => {
    const moved = async (decays: boolean): Promise<[first: number, last: number]> => {
      const { encoder, trainer } = begun({ decays });
      const weights = [weightsOf(encoder)];
      for (const step of [1, 7, 8]) {
        await trainer.upTo(step, quiet);
        weights.push(weightsOf(encoder));
      }
      const far = (a: number[], b: number[]): number => Math.hypot(...a.map((each, i) => each - b[i]));
      return [far(weights[0], weights[1]), far(weights[2], weights[3])];
    };
    const [[first, last], [, kept]] = [await moved(true), await moved(false)];
    expect(last).toBeLessThan(0.3 * first);
    expect(kept).toBeGreaterThan(3 * last);
  });

  it("of labels brings together what has one label, and parts what has another", async () => {
    const { pictures } = studio;
    const halves = { ...pictures.known, labels: pictures.known.labels.map((corner) => corner >> 1) }; // upper, lower
    const told = { ...studio, pictures: { ...pictures, known: halves } };
    const random = generator(1);
    const encoder = freshEncoder(told, random);
    const training: Training = { objective: "labels", epochs: 20, lr: 0.2, decays: true, random };
    const trainer = trainerOf(encoder, told, training);
    await trainer.upTo(trainer.steps, quiet);
    const { features, labels } = await measure(encoder, studio, quiet);
    const d = tinyEncoder.featDim;
    const meanOf = (corner: number): number[] =>
      Array.from({ length: d }, (_, c) =>
        labels.reduce((sum, each, i) => sum + (each === corner ? features.data[i * d + c] : 0), 0),
      ).map((sum) => sum / labels.filter((each) => each === corner).length);
    const apart = (a: number, b: number): number => {
      const [p, q] = [meanOf(a), meanOf(b)];
      return Math.hypot(...p.map((each, c) => each - q[c]));
    };
    expect(apart(0, 1)).toBeLessThan(0.3 * apart(0, 2));
    expect(apart(2, 3)).toBeLessThan(0.3 * apart(1, 3));
  });

  it("of labels tells each batch its own, also where views are made ahead", async () => {
    const { pictures } = studio;
    const ahead: Studio = {
      ...studio,
      pictures: {
        ...pictures,
        async *views(plan) {
          const pulled: Planned[] = [];
          for (const step of plan) {
            pulled.push(step);
            if (pulled.length > 2) yield* pictures.views(pulled.splice(0, 1));
          }
          for (const step of pulled) yield* pictures.views([step]);
        },
      },
    };
    const trained = async (on: Studio): Promise<number[]> => {
      const random = generator(1);
      const encoder = freshEncoder(on, random);
      const trainer = trainerOf(encoder, on, { objective: "labels", epochs: 2, lr: 0.1, decays: true, random });
      for (const step of [5, trainer.steps]) await trainer.upTo(step, quiet);
      return weightsOf(encoder);
    };
    expect(await trained(ahead)).toEqual(await trained(studio));
  });

  it("leaves an encoder alone that is only measured, and measures it as it is used", async () => {
    const { encoder, trainer } = begun();
    await trainer.upTo(4, quiet);
    const before = weightsOf(encoder);
    const { measured, features, labels, distances } = await measure(encoder, studio, quiet);
    expect(weightsOf(encoder)).toEqual(before);

    const rows = Int32Array.from({ length: 20 }, (_, i) => Math.floor((i * 24) / 20));
    const forward = ({ data, shape }: Images<Float32Array>): Float32Array =>
      Float32Array.from(scope(() => noGrad(() => encoder.eval().forward(tensor(data, { shape, device })))).dataSync());
    const plain = forward(await studio.pictures.asked.plain(rows));
    const seen = forward(await studio.pictures.asked.views(rows, generator(3).fork("test views")));
    const d = tinyEncoder.featDim;
    const [x, y] = [seen.subarray(0, 20 * d), seen.subarray(20 * d)];
    expect(Array.from(labels)).toEqual(Array.from(rows, (row) => row % 4));
    expect(features.data).toEqual(x);
    const [a, u] = [await alignment(x, y, { dim: d }), await uniformity(x, { dim: d })];
    expect(measured.plainUniformity.value).toBeCloseTo((await uniformity(plain, { dim: d })).value, 6);
    expect(measured.plainUniformity.value).not.toBeCloseTo(u.value, 3);
    expect(measured.alignment.value).toBeCloseTo(a.value, 6);
    expect(measured.alignment.standardError).toBeCloseTo(a.standardError, 6);
    expect(measured.uniformity.value).toBeCloseTo(u.value, 6);
    expect(distances.reduce((sum, distance) => sum + distance ** 2, 0) / 20).toBeCloseTo(a.value, 6);
  });
});
