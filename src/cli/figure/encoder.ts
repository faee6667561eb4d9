import type { Generator } from "../../ops/index.ts";
import { misfits } from "../misfits.ts";
import { type Tell, within } from "../phases.ts";
import { costOf, costs } from "./costs.ts";
import type { FigurePart, Plan } from "./kind.ts";
import { type Measured, measure, type Seen } from "./measure.ts";
import { freshEncoder, type Studio } from "./studio.ts";
import { type Training, trainerOf } from "./trainer.ts";

/** An encoder that is to be trained, or for no epochs, and measured. */
export interface EncoderPlan extends Plan {
  readonly objective: Training["objective"];
  readonly lr: number;
}

/** An encoder in numbers. */
export interface EncoderPart extends FigurePart, Measured {
  readonly objective: Training["objective"];
  readonly epochs: number;
  readonly lr: number;
}

/** Trains and measures a new encoder; all that is random comes from forks of `random`, but for what `measure` draws. */
export async function madeEncoder(
  studio: Studio,
  plan: EncoderPlan,
  random: Generator,
  tell: Tell,
): Promise<Seen & { readonly part: EncoderPart }> {
  const { name, objective, epochs, lr } = plan;
  const encoder = freshEncoder(studio, random);
  const share = costs.training(studio.config, epochs) / costOf(studio.config, plan);
  if (epochs > 0) {
    const trainer = trainerOf(encoder, studio, { objective, epochs, lr, decays: true, random });
    await trainer.upTo(trainer.steps, within(tell, 0, share));
  }
  const seen = await measure(encoder, studio, within(tell, share, 1));
  return { ...seen, part: { name, objective, epochs, lr, ...seen.measured } };
}

const estimate = { value: 0, standardError: 0 } as const;

/** What is wrong with measured numbers that were read. */
export function measuredMisfits(name: string, measured: unknown): string[] {
  return misfits(name, measured, {
    alignment: estimate,
    uniformity: estimate,
    plainUniformity: estimate,
    accuracy: { probe: 0, knn: 0 },
  } satisfies Measured);
}

/** What is wrong with an encoder's numbers that were read; what it was trained for is only told, not computed with. */
export function encoderMisfits(name: string, part: unknown): string[] {
  return [...misfits(name, part, { name: "", epochs: 0, lr: 0 }), ...measuredMisfits(name, part)];
}
