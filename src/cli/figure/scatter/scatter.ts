import { type Generator, generator } from "../../../ops/index.ts";
import { type FigureConfig, usualConfig } from "../config.ts";
import { type EncoderPlan, encoderMisfits, madeEncoder } from "../encoder.ts";
import type { FigureKind } from "../kind.ts";
import { described, type Objective } from "../objective.ts";
import { measuredTable } from "../table.ts";
import { type Correlations, correlations } from "./correlations.ts";
import { type Family, families, type ScatterPart } from "./scatter-part.ts";

interface ScatterPlan extends EncoderPlan {
  readonly family: Family;
}

/** What an encoder is trained for, by the losses it has: temperatures, weights and exponents over the paper's ranges. */
const draws = {
  contrastive: (g) => ({ contrastive: { weight: 1, tau: between(g, 0.05, 5) } }),
  "align + uniform": (g) => ({
    align: { weight: between(g, 1 / 16, 8), alpha: 1 + g.below(2) },
    uniform: { weight: 1, t: between(g, 1, 8) },
  }),
  "all three": (g) => ({
    contrastive: { weight: 1, tau: between(g, 0.05, 5) },
    align: { weight: between(g, 1 / 16, 2), alpha: 2 },
    uniform: { weight: between(g, 1 / 16, 2), t: 2 },
  }),
} satisfies Record<Family, (g: Generator) => Objective>;

/** The plan of encoder `at`: drawn from its own stream, so that the first of more encoders are the same as of fewer. */
function planOf(at: number, { seed, epochs, lr }: FigureConfig): ScatterPlan {
  const g = generator(seed).fork(`encoder ${at}`).fork("plan");
  const family = families[[0, 1, 1, 0, 2][at % 5]]; // two of five have the paper's losses, two the usual one, one has both
  const objective = draws[family](g);
  const plan = { family, objective, epochs: epochs + g.below(2), lr: lr * between(g, 1 / 8, 1), measurements: 1 };
  return { ...plan, name: `${at + 1}: ${described(objective)}` };
}

/** A number between two, uniform in its logarithm, to three digits. */
function between(g: Generator, low: number, high: number): number {
  return Number((low * (high / low) ** g.float()).toPrecision(3));
}

/** Figures 5 and 9: alignment against uniformity of many encoders, and how well their features serve. */
export const scatter: FigureKind<ScatterPart> = {
  name: "scatter",
  defaults: (pictures) => ({ ...usualConfig(pictures), epochs: pictures === "mnist" ? 1 : 2, lr: 0.24, encoders: 40 }),
  plans: (config) => Array.from({ length: config.encoders }, (_, at) => planOf(at, config)),
  maker: (studio) => async (at, tell) => {
    const plan = planOf(at, studio.config);
    const { part } = await madeEncoder(studio, plan, generator(studio.config.seed).fork(`encoder ${at}`), tell);
    return { ...part, family: plan.family };
  },
  misfits(name, part) {
    const { family } = (part ?? {}) as Partial<ScatterPart>;
    const known = families.some((one) => one === family);
    return [...encoderMisfits(name, part), ...(known ? [] : [`${name}.family: needs one of ${families.join(", ")}`])];
  },
  summary: (parts) => ({ ...correlations(parts) }),
  table: ({ parts }) =>
    measuredTable(
      "encoder",
      parts.map((part) => [part.name, part]),
    ) + told(correlations(parts)),
  drawing: async () => (await import("./scatter-drawing.ts")).drawScatter,
};

function told({ alignment, uniformity, alignmentAtEqualUniformity, uniformityAtEqualAlignment }: Correlations): string {
  const shown = (r: number): string => (Number.isNaN(r) ? "–" : r.toFixed(2));
  return `rank correlation of the linear probe with alignment ${shown(alignment)} (${shown(alignmentAtEqualUniformity)} at equal uniformity), with uniformity ${shown(uniformity)} (${shown(uniformityAtEqualAlignment)} at equal alignment)\n`;
}
