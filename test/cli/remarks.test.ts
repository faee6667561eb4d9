import { describe, expect, it } from "vitest";
import { remarksOn } from "../../src/cli/metrics/remarks.ts";
import type { MetricsResult } from "../../src/cli/metrics/result.ts";

type Numbers = Parameters<typeof remarksOn>[0];

const uniformity = { t: 2, value: -3.5, standardError: 0.01, optimum: -3.9, gap: 0.4, n: 1000, pairs: 499_500 };
const healthy: Numbers = {
  x: { name: "x.npy", format: "npy", n: 1000, d: 64 },
  normalize: true,
  ...{ alpha: 2, seed: 0, meanLength: 0.1, effectiveRank: 60, wasserstein: 0.2 },
  norms: { least: 1, mean: 1, most: 1, deviation: 0 },
  uniformity: [{ ...uniformity, vStatistic: -3.5 }],
};
const at = (value: number, more: Partial<MetricsResult["uniformity"][0]> = {}): Pick<Numbers, "uniformity"> => ({
  uniformity: [{ ...healthy.uniformity[0], value, gap: value + 3.9, ...more }],
});
const y = { name: "y.npy", format: "npy", n: 1000, d: 64 };
const alignment = (value: number): Pick<Numbers, "alignment" | "y"> => ({
  y,
  alignment: { value, standardError: 0.01, n: 1000 },
});

describe("remarks", () => {
  it.each<[string, Partial<Numbers>, RegExp | undefined, RegExp?]>([
    ["healthy rows", {}, /^Well spread: uniformity -3\.500 at t = 2, where 0 is a single point and -3\.900 evenly/],
    ["collapse", { ...at(-0.05), meanLength: 0.99 }, /^Collapsed: nearly all rows point one way.*subtract the mean/],
    ["crowding", at(-1.5), /^Crowded: /],
    ["some crowding", at(-2.8), /^Partly spread: /],
    ["evenly spread rows", at(-3.895), /^Spread as evenly as points at random/],
    ["rows beyond the optimum", at(-4.2), /^Spread more evenly than points at random.*few may lie below it/],
    ["a shared direction", { meanLength: 0.8 }, /share a direction: .*0\.800.*cosine similarity of about 0\.640/],
    ["unused dimensions", { effectiveRank: 9 }, /^Dimensional collapse: of 64 dimensions about 9 are in use/],
    ["no spectrum", { effectiveRank: Number.NaN }, undefined, /collapse/],
    ["lengths", { norms: { least: 2, mean: 3, most: 5, deviation: 1 } }, /lengths of 2 to 5 and were scaled to 1/],
    [
      "rows as they are",
      { normalize: false, ...at(-1, { optimum: NaN, gap: NaN }), norms: { least: 2, mean: 3, most: 5, deviation: 1 } },
      /were not scaled: .*Leave out --no-normalize/,
      /spread/,
    ],
    ["unit rows as they are", { normalize: false, ...at(-1, { optimum: NaN, gap: NaN }) }, undefined, /./],
    ["close pairs", alignment(0.2), /^Positive pairs lie at 32% of the distance between two rows at random\.$/],
    [
      "strangers",
      alignment(1.9),
      /hardly closer than two rows at random.*Is row i of y\.npy really the partner of row i of x\.npy/,
    ],
    [
      "close pairs of collapsed rows",
      { ...alignment(0.001), ...at(-0.05), meanLength: 0.99 },
      /^Collapsed/,
      /Positive/,
    ],
    ["rows that are all one", { ...alignment(0), ...at(0), meanLength: 1 }, /^Collapsed/, /Positive/],
    ["partners farther apart than strangers", alignment(3), /^Positive pairs are farther apart than two rows/],
    [
      "two rows, of which the mean is long by itself",
      { x: { ...healthy.x, n: 2 }, meanLength: 0.64 },
      undefined,
      /share a direction/,
    ],
    [
      "a t too sharp",
      at(-57, { t: 50, standardError: 0.7 }),
      /^No verdict on uniformity -57 at t = 50.*smaller t/,
      /evenly than/,
    ],
    ["few rows", { x: { ...healthy.x, n: 30 } }, /^These are only 30 rows/],
    [
      "tight labels",
      {
        classes: [
          { label: "a", n: 500, uniformity: at(-1).uniformity },
          { label: "b", n: 500, uniformity: at(-2).uniformity },
        ],
      },
      /Within a label uniformity is -1\.500 on average, over all -3\.500: .*closer together than/,
    ],
    [
      "loose labels",
      {
        classes: [
          { label: "a", n: 500, uniformity: at(-3.5).uniformity },
          { label: "b", n: 500, uniformity: at(-3.5).uniformity },
        ],
      },
      /hardly closer/,
    ],
    [
      "labels of one row each",
      {
        classes: [
          { label: "a", n: 1, uniformity: [] },
          { label: "b", n: 1, uniformity: [] },
        ],
      },
      undefined,
      /label/,
    ],
  ])("speak of %s", (_, given, wanted, unwanted) => {
    const remarks = remarksOn({ ...healthy, ...given });
    if (wanted) expect(remarks).toContainEqual(expect.stringMatching(wanted));
    if (unwanted) expect(remarks.join("\n")).not.toMatch(unwanted);
    expect(remarks.join("")).not.toMatch(/NaN|undefined/);
  });
});
