import { generator } from "../../../ops/index.ts";
import type { FigureConfig } from "../config.ts";
import { type EncoderPart, type EncoderPlan, encoderMisfits, madeEncoder } from "../encoder.ts";
import type { FigureKind } from "../kind.ts";
import { measuredTable } from "../table.ts";

/** An encoder trained with the two losses, alignment weighing so many times as much as uniformity. */
export interface SweepPart extends EncoderPart {
  /** 0 for uniformity alone, null for alignment alone. */
  readonly ratio: number | null;
}

/** From uniformity alone to alignment alone, in steps of two. */
export const ratios: readonly (number | null)[] = [0, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 32, null];

interface SweepPlan extends EncoderPlan {
  readonly ratio: number | null;
}

/**
 * The weights sum to 2, as 1 and 1 do: with the ratio alone moved, the length of a step stays.
 */
function planOf(ratio: number | null, { epochs, lr }: FigureConfig): SweepPlan {
  const [a, u] = ratio === null ? [2, 0] : [(2 * ratio) / (1 + ratio), 2 / (1 + ratio)];
  const objective = {
    ...(a > 0 ? { align: { weight: a, alpha: 2 } } : {}),
    ...(u > 0 ? { uniform: { weight: u, t: 2 } } : {}),
  };
  return { name: ratioName(ratio), ratio, objective, epochs, lr, measurements: 1 };
}

/** "1:4" for alignment weighing a quarter of uniformity, "0:1" and "1:0" for one of them alone. */
export function ratioName(ratio: number | null): string {
  if (ratio === null) return "1:0";
  return ratio > 0 && ratio < 1 ? `1:${1 / ratio}` : `${ratio}:1`;
}

/** Figure 7: what the weights of the two losses do. All encoders start from the same weights and see the same views. */
export const sweep: FigureKind<SweepPart> = {
  name: "sweep",
  defaults: () => ({
    seed: 0,
    epochs: 2,
    batchSize: 256,
    lr: 0.12,
    images: 20_000,
    testImages: 5000,
    encoders: ratios.length,
    network: { channels: [8, 16, 32], hidden: 64, featDim: 16 },
  }),
  plans: (config) => ratios.map((ratio) => planOf(ratio, config)),
  maker: (studio) => async (at, tell) => {
    const plan = planOf(ratios[at], studio.config);
    const { part } = await madeEncoder(studio, plan, generator(studio.config.seed), tell);
    return { ...part, ratio: plan.ratio };
  },
  misfits(name, part) {
    const { ratio } = (part ?? {}) as Partial<SweepPart>;
    const known = ratios.some((one) => one === ratio);
    return [...encoderMisfits(name, part), ...(known ? [] : [`${name}.ratio: needs one of ${ratios.join(", ")}`])];
  },
  summary(parts) {
    const best = parts.reduce((a, b) => (b.accuracy.probe > a.accuracy.probe ? b : a));
    return { best: best.name, probe: best.accuracy.probe };
  },
  table: ({ parts }) => measuredTable("alignment : uniformity", parts.map((part) => [part.name, part])),
  drawing: async () => (await import("./sweep-drawing.ts")).drawSweep,
};
