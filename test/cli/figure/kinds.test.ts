import { describe, expect, it } from "vitest";
import { circle } from "../../../src/cli/figure/circle/circle.ts";
import { usualConfig } from "../../../src/cli/figure/config.ts";
import { madeEncoder } from "../../../src/cli/figure/encoder.ts";
import { finetune } from "../../../src/cli/figure/finetune/finetune.ts";
import { measure } from "../../../src/cli/figure/measure.ts";
import { correlations } from "../../../src/cli/figure/scatter/correlations.ts";
import { scatter } from "../../../src/cli/figure/scatter/scatter.ts";
import type { ScatterPart } from "../../../src/cli/figure/scatter/scatter-part.ts";
import { freshEncoder, type Studio } from "../../../src/cli/figure/studio.ts";
import { sweep } from "../../../src/cli/figure/sweep/sweep.ts";
import { ratios } from "../../../src/cli/figure/sweep/sweep-part.ts";
import { trainerOf } from "../../../src/cli/figure/trainer.ts";
import { generator } from "../../../src/ops/index.ts";
import { studio } from "./studio-sample.ts";

const quiet = (): void => {};

describe("the parts of a figure", () => {
  it("of the circle are the features of each class as angles, and the distances of views", async () => {
    const { config } = studio;
    const flat: Studio = { ...studio, config: { ...config, network: { ...config.network, featDim: 2 } } };
    const [plan] = circle.plans(flat.config);
    expect(plan).toMatchObject({ name: "Random initialisation", epochs: 0 });
    const part = await circle.maker(flat)(0, quiet);
    const seen = await measure(freshEncoder(flat, generator(config.seed)), flat, quiet);
    expect(part.angles.map(({ length }) => length)).toEqual([6, 4, 6, 4, 0, 0, 0, 0, 0, 0]); // of 20 evenly spaced of 24
    seen.labels.forEach((label, i) => {
      const [x, y] = seen.features.data.subarray(2 * i);
      const near = part.angles[label].some((angle) => Math.hypot(Math.cos(angle) - x, Math.sin(angle) - y) < 2e-4);
      expect(near).toBe(true);
    });
    expect(part.distances.mean).toBeCloseTo(seen.distances.reduce((sum, each) => sum + each, 0) / 20, 12);
    const within = seen.distances.filter((distance) => distance < 0.02).length / 20;
    expect(part.distances.shares[0]).toBeCloseTo(within, 12);
    expect(part.distances.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it("of the sweep have weights in the ratio that they are named by, and of one sum", () => {
    type Weighed = {
      readonly name: string;
      readonly objective: Partial<Record<"align" | "uniform", { weight: number }>>;
    };
    const plans = sweep.plans(usualConfig("mnist")) as readonly unknown[] as readonly Weighed[];
    expect(plans.map(({ name }) => name).join(" ")).toBe("0:1 1:16 1:8 1:4 1:2 1:1 2:1 4:1 8:1 16:1 32:1 1:0");
    for (const [i, { name, objective }] of plans.entries()) {
      const [a, u] = [objective.align?.weight ?? 0, objective.uniform?.weight ?? 0];
      expect(a + u).toBeCloseTo(2, 12);
      expect(a / u, name).toBeCloseTo(ratios[i] ?? Number.POSITIVE_INFINITY, 9);
    }
  });

  it("of the scatter are as many as asked for, all different, and the first of more those of fewer", () => {
    const plans = (encoders: number) => scatter.plans({ ...usualConfig("mnist"), encoders });
    expect(plans(40)).toHaveLength(40);
    expect(plans(40).slice(0, 12)).toEqual(plans(12));
    expect(new Set(plans(40).map(({ name }) => name.replace(/^\d+: /, ""))).size).toBe(40);
    expect(scatter.plans({ ...usualConfig("mnist"), encoders: 12, seed: 1 })).not.toEqual(plans(12));
  });

  it("of fine-tuning go on from one encoder, which each finds as it was", async () => {
    const { config } = studio;
    const make = finetune.maker(studio);
    const alone = await make(0, quiet);
    const both = await make(2, quiet);
    expect(both.points[0]).toEqual(alone.points[0]);
    expect(both.points.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);

    // The same by hand, on with the encoder itself instead of a copy.
    const random = generator(config.seed);
    const encoder = freshEncoder(studio, random);
    const { epochs, lr } = config;
    const start = { objective: { contrastive: { weight: 1, tau: 2.5 } }, epochs, lr, decays: true, random };
    await trainerOf(encoder, studio, start).upTo(8, quiet);
    expect(alone.points[0]).toMatchObject((await measure(encoder, studio, quiet)).measured);
    const { objective } = both;
    const on = { objective, epochs, lr: lr / 4, decays: false, random: random.fork("fine-tuning") };
    const trainer = trainerOf(encoder, studio, on);
    await trainer.upTo(5, quiet);
    expect(both.points[5]).toMatchObject((await measure(encoder, studio, quiet)).measured);
  });

  it("depend on their plan alone: an encoder is the same whichever was made before it", async () => {
    const make = scatter.maker(studio);
    await make(0, quiet);
    const second = await make(1, quiet);
    expect(await scatter.maker(studio)(1, quiet)).toEqual(second);
    const [plan] = sweep.plans(studio.config).slice(5);
    const { part } = await madeEncoder(studio, plan as never, generator(studio.config.seed), quiet);
    expect(await sweep.maker(studio)(5, quiet)).toEqual({ ...part, ratio: 1 });
  });
});

describe("the correlations of a scatter", () => {
  const part = (align: number, uniform: number, probe: number): ScatterPart =>
    ({ alignment: { value: align }, uniformity: { value: uniform }, accuracy: { probe, knn: 0 } }) as ScatterPart;

  it("are negative where lower metrics are better", () => {
    const parts = [part(0.1, -3, 0.9), part(0.2, -2.5, 0.8), part(0.3, -2.6, 0.7), part(0.9, -1, 0.1)];
    const found = correlations(parts);
    expect(found.alignment).toBeCloseTo(-1, 12);
    expect(found.uniformity).toBeCloseTo(-0.8, 12);
  });

  it("at an equal other metric tell the two apart", () => {
    // accuracy follows alignment alone, of which uniformity is a noisy picture
    const noise = [1, -1, 2, -2, 0, 2, -1, 1];
    const parts = noise.map((each, i) => part(i, i + each, -i));
    const found = correlations(parts);
    expect(found.alignment).toBeCloseTo(-1, 12);
    expect(found.uniformity).toBeLessThan(-0.7);
    expect(found.uniformityAtEqualAlignment).toBeNaN(); // nothing is left to explain
    const less = correlations(
      parts.map((each, i) => (i === 3 ? { ...each, accuracy: { probe: -4.5, knn: 0 } } : each)),
    );
    expect(less.alignmentAtEqualUniformity).toBeLessThan(-0.85);
    expect(Math.abs(less.uniformityAtEqualAlignment)).toBeLessThan(0.3);
  });
});
