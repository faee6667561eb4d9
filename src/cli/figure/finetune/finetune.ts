import type { LayeredEncoder } from "../../../models/index.ts";
import { generator } from "../../../ops/index.ts";
import { misfits, misfitsOfEach } from "../../misfits.ts";
import { type Tell, within } from "../../phases.ts";
import { type FigureConfig, usualConfig } from "../config.ts";
import { costs } from "../costs.ts";
import { measuredMisfits } from "../encoder.ts";
import type { FigureKind, Plan } from "../kind.ts";
import { type Measured, measure } from "../measure.ts";
import type { Objective } from "../objective.ts";
import { freshEncoder, type Studio } from "../studio.ts";
import { measuredTable } from "../table.ts";
import { trainerOf } from "../trainer.ts";
import type { FinetunePart, Waypoint } from "./finetune-part.ts";

/** How often an encoder is measured on its way, after the start. */
const stops = 8;

/** The encoder at the start: contrastive with a temperature at which features do not spread enough (2.5, the paper's). */
const base: Objective = { contrastive: { weight: 1, tau: 2.5 } };

const objectives: readonly { readonly name: string; readonly objective: Objective }[] = [
  { name: "Alignment only", objective: { align: { weight: 1, alpha: 2 } } },
  { name: "Uniformity only", objective: { uniform: { weight: 1, t: 2 } } },
  { name: "Both", objective: { align: { weight: 1, alpha: 2 }, uniform: { weight: 1, t: 2 } } },
];

/** Share of the learning rate that fine-tuning has: its steps are to be followed, not taken at once. */
const gentle = 0.25;

/** Figure 8: an encoder that is not quite good, trained on with one of the two losses, with the other, and with both. */
export const finetune: FigureKind<FinetunePart> = {
  name: "finetune",
  defaults: (pictures) => ({ ...usualConfig(pictures), encoders: objectives.length }),
  plans: ({ epochs }) =>
    objectives.map(({ name }, at): Plan => ({ name, epochs: at === 0 ? 2 * epochs : epochs, measurements: stops })),
  maker(studio) {
    let start: Promise<Start> | undefined;
    return async (at, tell) => {
      const share = start === undefined ? 0.5 : 0;
      start ??= begun(studio, within(tell, 0, share));
      const { encoder, point } = await start;
      const { name, objective } = objectives[at];
      const points = await followed(encoder, objective, studio, within(tell, share, 1));
      return { name, objective, points: [point, ...points] };
    };
  },
  misfits(name, part) {
    const { points } = (part ?? {}) as Partial<FinetunePart>;
    const each = Array.isArray(points) ? points : [];
    return [
      ...misfits(name, part, { name: "" }),
      ...(each.length === stops + 1 ? [] : [`${name}.points: needs ${stops + 1}`]),
      ...misfitsOfEach(`${name}.points`, points, { step: 0 }),
      ...each.flatMap((point, i) => measuredMisfits(`${name}.points[${i}]`, point)),
    ];
  },
  summary: () => ({}),
  table: ({ parts }) => {
    const [start] = parts[0].points;
    const ends = parts.flatMap(({ name, points }) => points.slice(-1).map((end): [string, Measured] => [name, end]));
    return measuredTable("fine-tuned with", [["(before)", start], ...ends]);
  },
  drawing: async () => (await import("./finetune-drawing.ts")).drawFinetune,
};

interface Start {
  readonly encoder: LayeredEncoder;
  readonly point: Waypoint;
}

async function begun(studio: Studio, tell: Tell): Promise<Start> {
  const { seed, epochs, lr } = studio.config;
  const random = generator(seed);
  const encoder = freshEncoder(studio, random);
  const trainer = trainerOf(encoder, studio, { objective: base, epochs, lr, decays: true, random });
  await trainer.upTo(trainer.steps, within(tell, 0, 0.9));
  return { encoder, point: { step: 0, ...(await measure(encoder, studio, within(tell, 0.9, 1))).measured } };
}

/** Trains a copy on with `objective`; where it stands after each eighth of the way. */
async function followed(start: LayeredEncoder, objective: Objective, studio: Studio, tell: Tell): Promise<Waypoint[]> {
  const { config } = studio;
  const random = generator(config.seed).fork("fine-tuning");
  const encoder = freshEncoder(studio, random);
  encoder.loadStateDict(start.stateDict());
  const training = { objective, epochs: config.epochs, lr: gentle * config.lr, decays: false, random };
  const trainer = trainerOf(encoder, studio, training);
  const share = trainingShare(config);
  const points: Waypoint[] = [];
  for (let stop = 1; stop <= stops; stop++) {
    const step = Math.round((trainer.steps * stop) / stops);
    const part = within(tell, (stop - 1) / stops, stop / stops);
    await trainer.upTo(step, within(part, 0, share));
    points.push({ step, ...(await measure(encoder, studio, within(part, share, 1))).measured });
  }
  return points;
}

/** Of the time from one stop to the next, what goes into training. */
function trainingShare(config: FigureConfig): number {
  const training = costs.training(config, config.epochs) / stops;
  return training / (training + costs.measuring(config));
}
