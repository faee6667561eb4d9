import { describe, expect, it } from "vitest";
import { type NeighbourSettings, neighbourLoss } from "../../../src/cli/train/text/loss.ts";
import { checkGradients, generator, reference, type Tensor } from "../../../src/index.ts";

const device = reference("float64");
const [f, g] = [1, 2].map((seed) => generator(seed).normal([5, 3], { device }).normalize());
const settings: NeighbourSettings = {
  ...{ alignWeight: 0.9, alpha: 2, uniformWeight: 0.1, t: 5 },
  ...{ contrastiveWeight: 0.5, tau: 0.3 },
};
/** Rows 0, 1 and 2 follow each other, 3 and 4 do; between 2 and 3 a chapter ends. */
const followed = Int32Array.of(0, 1, 3);
const neighbours = [[1], [0, 2], [1], [4], [3]];

const rows = (x: Tensor): number[][] => [0, 1, 2, 3, 4].map((i) => [...x.dataSync()].slice(3 * i, 3 * i + 3));
const dot = (a: number[], b: number[]): number => a.reduce((sum, v, c) => sum + v * b[c], 0);
const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** The three terms, written out. */
function plain(): { align: number; uniform: number; contrastive: number } {
  const [a, b] = [rows(f), rows(g)];
  const squared = (x: number[], y: number[]): number => x.reduce((sum, v, c) => sum + (v - y[c]) ** 2, 0);
  const align = mean(neighbours.flatMap((js, i) => js.map((j) => squared(a[i], b[j]))));
  const uniform = [a, b]
    .map((x) => Math.log(mean(x.flatMap((p, i) => x.slice(i + 1).map((q) => Math.exp(-5 * squared(p, q)))))))
    .reduce((sum, u) => sum + u, 0);
  const contrastive = mean(
    neighbours.map((js, i) => {
      const scores = b.map((y) => dot(a[i], y) / 0.3);
      const total = Math.log(scores.reduce((sum, s, j) => sum + (j === i ? 0 : Math.exp(s)), 0));
      return mean(js.map((j) => total - scores[j]));
    }),
  );
  return { align, uniform, contrastive };
}

describe("neighbourLoss", () => {
  it("is what its docstring says, written out in plain loops", () => {
    const { loss, align, uniform, contrastive } = neighbourLoss(f, g, followed, settings);
    const wanted = plain();
    expect(align?.itemSync()).toBeCloseTo(wanted.align, 12);
    expect(uniform?.itemSync()).toBeCloseTo(wanted.uniform, 12);
    expect(contrastive?.itemSync()).toBeCloseTo(wanted.contrastive, 12);
    expect(loss.itemSync()).toBeCloseTo(0.9 * wanted.align + 0.1 * wanted.uniform + 0.5 * wanted.contrastive, 12);
  });

  it("has the right gradients in both encoders' points", async () => {
    const { ok, maxError } = await checkGradients(
      (x, y) => neighbourLoss(x.normalize(), y.normalize(), followed, settings).loss,
      [f, g],
    );
    expect([ok, maxError]).toEqual([true, expect.any(Number)]);
  });

  it("leaves out a term whose weight is 0, and counts a row without neighbours for nothing", () => {
    const alone = neighbourLoss(f, g, followed, { ...settings, alignWeight: 0, uniformWeight: 0 });
    expect(Object.keys(alone).sort()).toEqual(["contrastive", "loss"]);
    const fewer = neighbourLoss(f, g, Int32Array.of(0), { ...settings, alignWeight: 0, uniformWeight: 0 });
    const [a, b] = [rows(f), rows(g)];
    const lost = (i: number, j: number): number => {
      const scores = b.map((y) => dot(a[i], y) / 0.3);
      return Math.log(scores.reduce((sum, s, k) => sum + (k === i ? 0 : Math.exp(s)), 0)) - scores[j];
    };
    expect(fewer.contrastive?.itemSync()).toBeCloseTo((lost(0, 1) + lost(1, 0)) / 5, 12);
  });

  it("refuses batches in which nobody has a neighbour, weights that are all 0, and rows that are not of length 1", () => {
    expect(() => neighbourLoss(f, g, new Int32Array(), settings)).toThrow(
      "no two of these sentences follow each other",
    );
    const none = { ...settings, alignWeight: 0, uniformWeight: 0, contrastiveWeight: 0 };
    expect(() => neighbourLoss(f, g, followed, none)).toThrow("neighbourLoss: all weights are 0");
    expect(() => neighbourLoss(f, g, followed, { ...settings, alignWeight: -1 })).toThrow("alignWeight must be >= 0");
    expect(() => neighbourLoss(f.mul(2), g, followed, settings)).toThrow(/row 0 of .* has length 2/);
  });
});
