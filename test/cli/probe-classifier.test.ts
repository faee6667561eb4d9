import { describe, expect, it, test } from "vitest";
import { Classifier, type ClassifierConfig } from "../../src/cli/probe/classifier.ts";
import { settledProbe } from "../../src/cli/probe/config.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { generator, tensor } from "../../src/index.ts";
import { uniform } from "../parity/counter.ts";
import fixture from "./probe-classifier.json" with { type: "json" };

/** Where each quantity's counters start, and the sizes, as in `make_probe_fixtures.py`. */
const start = { weights: 0, features: 1_000_000 };
const [rows, width, classes, batch] = [30, 5, 3, 8];

type Case = (typeof fixture.cases)[number];

const device = reference("float64");
const [adam, sgd] = fixture.cases;

/** The classifier's recipe, with milestones that a short run comes to. */
const recipe = ({ name }: Pick<Case, "name">): ClassifierConfig => ({
  ...settledProbe({ optimizer: name === "sgd" ? "sgd" : "adam" }),
  lrDecayEpochs: [2, 4],
});

function features({ unit }: Case): Float64Array {
  const data = uniform(start.features, rows * width, 2);
  if (!unit) return data;
  return data.map((x, i) => {
    const row = data.subarray(i - (i % width), i - (i % width) + width);
    return x / Math.hypot(...row);
  });
}

/** How far weights and bias are, at most, from PyTorch's at the end of any epoch. */
async function distance(one: Case, config: ClassifierConfig, orders: number[][] = one.orders): Promise<number> {
  const classifier = new Classifier({ width, classes, generator: generator(0), device }, config);
  const { layer } = classifier;
  layer.loadStateDict({
    weight: tensor(uniform(start.weights, classes * width, one.scale), { shape: [classes, width], device }),
    bias: tensor(uniform(start.weights + classes * width, classes, one.scale), { shape: [classes], device }),
  });
  const data = features(one);
  let farthest = 0;
  for (const [epoch, order] of orders.entries()) {
    for (let at = 0; at < rows; at += batch) {
      const chosen = order.slice(at, at + batch);
      const some = chosen.map((row) => Array.from(data.subarray(row * width, (row + 1) * width)));
      await classifier.learn(
        tensor(some, { device }),
        Int32Array.from(chosen, (row) => one.labels[row]),
      );
    }
    classifier.endEpoch();
    const { weight, bias } = one.epochs[epoch];
    const found = [...layer.weight.dataSync(), ...(layer.bias?.dataSync() ?? [])];
    [...weight, ...bias].forEach((value, i) => {
      farthest = Math.max(farthest, Math.abs(value - found[i]));
    });
  }
  return farthest;
}

describe("a probe's classifier", () => {
  test.each(fixture.cases)("has PyTorch's weights after each epoch, by $name", async (one) => {
    expect(await distance(one, recipe(one))).toBeLessThan(one.unit ? 1e-10 : 1e-13); // the weights of sgd reach hundreds
  });

  it.each<[string, Case, Partial<ClassifierConfig>]>([
    ["the rate falls to a tenth in place of a fifth", adam, { lrDecayRate: 0.1 }],
    ["the rate falls an epoch late", adam, { lrDecayEpochs: [3, 4] }],
    ["the rate falls to a fifth in place of a tenth", sgd, { lrDecayRate: 0.2 }],
    ["the rate never falls", sgd, { lrDecayEpochs: [] }],
    ["the rate is off by a thousandth", sgd, { lr: 30.03 }],
    ["Adam takes the place of SGD", sgd, { optimizer: "adam" }],
  ])("is seen to leave PyTorch's path when %s", async (_, one, changed) => {
    expect(await distance(one, { ...recipe(one), ...changed })).toBeGreaterThan(1e-5);
  });

  it("is seen to leave it when every epoch takes the first one's order", async () => {
    const orders = adam.orders.map(() => adam.orders[0]);
    expect(await distance(adam, recipe(adam), orders)).toBeGreaterThan(1e-5);
  });

  it("starts as a linear layer does in PyTorch, or as the published one for ImageNet", async () => {
    const input = { width: 400, classes: 50, device };
    const [one, other] = (["adam", "sgd"] as const).map(
      (optimizer) => new Classifier({ ...input, generator: generator(3) }, settledProbe({ optimizer })).layer,
    );
    const [weight, bias] = [one.weight.dataSync(), one.bias?.dataSync() ?? []];
    for (const values of [weight, bias]) expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1 / 20);
    expect(Math.max(...weight)).toBeGreaterThan(0.999 / 20);
    const drawn = other.weight.dataSync();
    expect(Math.hypot(...drawn) / Math.sqrt(drawn.length)).toBeCloseTo(0.01, 3);
    expect(new Set(other.bias?.dataSync())).toEqual(new Set([0]));
  });

  it("counts rows named rightly and, of more than 20 classes, those whose class is among the first five", async () => {
    const shares = async (classes: number): Promise<unknown> => {
      const classifier = new Classifier({ width: 1, classes, generator: generator(0), device }, recipe(adam));
      classifier.layer.loadStateDict({
        weight: tensor(
          new Float64Array(classes).map((_, label) => -label),
          { shape: [classes, 1], device },
        ), // 0 first, for x > 0
        bias: tensor(new Float64Array(classes), { shape: [classes], device }),
      });
      const labels = Int32Array.of(0, 1, 4, 5, 0, 0, 19, 3);
      return classifier.test({ data: Float32Array.of(1, 1, 1, 1, 2, -1, -1, 0), shape: [8, 1] }, labels);
    };
    expect(await shares(20)).toEqual({ top1: 3 / 8 }); // of equal logits the first class wins
    expect(await shares(21)).toEqual({ top1: 2 / 8, top5: 6 / 8 }); // where 20 is farther than 19
  });

  it("says so where it has learnt numbers beyond all bounds", async () => {
    const classifier = new Classifier({ width: 1, classes: 2, generator: generator(0), device }, recipe(adam));
    const test = classifier.test({ data: Float32Array.of(Number.NaN), shape: [1, 1] }, Int32Array.of(0));
    await expect(test).rejects.toThrow("probe: the loss of the test pictures is NaN: lower --lr");
  });
});
