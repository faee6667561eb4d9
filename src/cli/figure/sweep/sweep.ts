import { generator } from "../../../ops/index.ts";
import { type FigureConfig, usualConfig } from "../config.ts";
import { type EncoderPlan, encoderMisfits, madeEncoder } from "../encoder.ts";
import type { FigureKind } from "../kind.ts";
import { measuredTable } from "../table.ts";
import { ratioName, ratios, type SweepPart } from "./sweep-part.ts";

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

/** Figure 7: what the weights of the two losses do. All encoders start from the same weights and see the same views. */
export const sweep: FigureKind<SweepPart> = {
  name: "sweep",
  defaults: (pictures) => ({ ...usualConfig(pictures), encoders: ratios.length }),
  plans: (config) => ratios.map((ratio) => planOf(ratio, config)),
  maker: (studio) => async (at, tell) => {
    const plan = planOf(ratios[at], studio.config);
    const { part } = await madeEncoder(studio, plan, generator(studio.config.seed), tell);
    return { ...part, ratio: plan.ratio };
  },
  misfits(name, part) {
    const { ratio } = (part ?? {}) as Partial<SweepPart>;
    const known = ratios.some((one) => one === ratio);
    return [
      ...encoderMisfits(name, part),
      ...(known ? [] : [`${name}.ratio: needs one of ${ratios.map((one) => one ?? "null").join(", ")}`]),
    ];
  },
  summary(parts) {
    const best = parts.reduce((a, b) => (b.accuracy.probe > a.accuracy.probe ? b : a));
    return { best: best.name, probe: best.accuracy.probe };
  },
  table: ({ parts }) =>
    measuredTable(
      "alignment : uniformity",
      parts.map((part) => [part.name, part]),
    ),
  drawing: async () => (await import("./sweep-drawing.ts")).drawSweep,
};
