import { describe, expect, it } from "vitest";
import { momentumLoss } from "../../src/cli/train/imagenet/loss.ts";
import {
  alignLoss,
  checkGradients,
  generator,
  Parameter,
  queueContrastiveLoss,
  queueUniformLoss,
  reference,
  SGD,
  type Tensor,
  trainStep,
} from "../../src/index.ts";

const device = reference("float64");
const unit = (n: number, seed: number): Tensor => generator(seed).normal([n, 3], { device }).normalize();
const [q, k, queue] = [unit(4, 0), unit(4, 1), unit(7, 2)];
const at = (options = {}): number => momentumLoss(q, k, queue, options).loss.itemSync();

describe("momentumLoss", () => {
  it("is 3 align + uniform(3) of Eq. 18 unless told otherwise, and says what each is", () => {
    const terms = momentumLoss(q, k, queue);
    const [align, uniform] = [alignLoss(q, k).itemSync(), queueUniformLoss(q, queue).itemSync()];
    expect(Object.keys(terms)).toEqual(["align", "uniform", "loss"]);
    expect([terms.align?.itemSync(), terms.uniform?.itemSync()]).toEqual([align, uniform]);
    expect(terms.loss.itemSync()).toBeCloseTo(3 * align + uniform, 14);
  });

  it("hands each setting to its term", () => {
    const align = alignLoss(q, k, { alpha: 1 }).itemSync();
    const uniform = queueUniformLoss(q, queue, { t: 1, intraBatch: false }).itemSync();
    const contrastive = queueContrastiveLoss(q, k, queue, { tau: 0.5 }).itemSync();
    const settings = { alpha: 1, t: 1, intraBatch: false, tau: 0.5 };
    const weights = { alignWeight: 2, uniformWeight: 0.3, contrastiveWeight: 0.7 };
    expect(at({ ...settings, ...weights })).toBeCloseTo(2 * align + 0.3 * uniform + 0.7 * contrastive, 14);
  });

  it("aligns as the released code does, mean (2 − 2 q·k)^(α/2)", () => {
    const cosines = [...q.mul(k).sum({ dim: 1 }).dataSync()];
    for (const alpha of [1, 2, 3]) {
      const released = cosines.reduce((sum, c) => sum + Math.max(0, 2 - 2 * c) ** (alpha / 2), 0) / 4;
      expect(at({ alignWeight: 1, uniformWeight: 0, alpha })).toBeCloseTo(released, 12);
    }
  });

  it("leaves out a term of weight 0: it is not computed, and not told", () => {
    const alone = momentumLoss(q, k, queue, { alignWeight: 0, uniformWeight: 0, contrastiveWeight: 1 });
    expect(Object.keys(alone)).toEqual(["contrastive", "loss"]);
    const before = device.ranOn();
    momentumLoss(q, k, queue, { uniformWeight: 0 });
    const ran = Object.entries(device.ranOn()).filter(([name, n]) => n > (before[name] ?? 0));
    expect(ran.map(([name]) => name).filter((name) => /potential|matmul|crossEntropy|exp/i.test(name))).toEqual([]);
    expect(momentumLoss(q, k, queue, { contrastiveWeight: 1 }).contrastive).toBeDefined();
  });

  it("has the gradient of what it computes, in queries and in keys", async () => {
    const f = (a: Tensor, b: Tensor): Tensor =>
      momentumLoss(a.normalize(), b.normalize(), queue, { contrastiveWeight: 0.5, alpha: 1.5 }).loss;
    expect((await checkGradients(f, [q, k])).ok).toBe(true);
  });

  it("is what a training step takes, with keys beside it", async () => {
    const weight = new Parameter(q);
    const step = trainStep(new SGD([weight], { lr: 0.1 }), () => ({
      ...momentumLoss(weight.normalize(), k, queue),
      keys: k,
    }));
    const losses = [await step(), await step()].map(({ loss }) => loss.itemSync());
    expect(losses[1]).toBeLessThan(losses[0]);
  });

  it("refuses rows that are not of length 1, weights below 0, and nothing at all", () => {
    expect(() => momentumLoss(q.mul(2), k, queue)).toThrow(/momentumLoss: q: row 0 of \[4, 3\] has length 2/);
    expect(() => momentumLoss(q, k.mul(2), queue)).toThrow(/momentumLoss: k: row 0/);
    expect(() => at({ uniformWeight: -1 })).toThrow("momentumLoss: uniformWeight must be >= 0 and finite, got -1");
    expect(() => at({ alignWeight: Number.NaN })).toThrow("momentumLoss: alignWeight must be >= 0 and finite, got NaN");
    expect(() => at({ alignWeight: 0, uniformWeight: 0 })).toThrow(/all weights are 0/);
    expect(() => at({ w: 1 })).toThrow(/momentumLoss: unknown option "w"/);
  });
});
