import { generator } from "../../../ops/index.ts";
import { sharesIn } from "../../metrics/bins.ts";
import { misfitsOfEach } from "../../misfits.ts";
import { type FigureConfig, usualConfig } from "../config.ts";
import { type EncoderPlan, encoderMisfits, madeEncoder } from "../encoder.ts";
import type { FigureKind } from "../kind.ts";
import type { Seen } from "../measure.ts";
import { measuredTable } from "../table.ts";
import { type CirclePart, distanceBins } from "./circle-part.ts";

/** The rows of the figure, from above: figure 3's, and the two losses themselves. */
function plansOf({ epochs, lr }: FigureConfig): EncoderPlan[] {
  const losses = { align: { weight: 1, alpha: 2 }, uniform: { weight: 1, t: 2 } };
  const trained = { epochs, lr, measurements: 1 };
  return [
    { ...trained, name: "Random initialisation", objective: losses, epochs: 0 },
    { ...trained, name: "Supervised: cross-entropy of labels", objective: "labels" },
    { ...trained, name: "Contrastive, without labels", objective: { contrastive: { weight: 1, tau: 0.5 } } },
    { ...trained, name: "Alignment + uniformity, without labels", objective: losses },
  ];
}

/** Figures 3 and 4: features on the circle of four encoders, which start from the same weights and see the same views. */
export const circle: FigureKind<CirclePart> = {
  name: "circle",
  defaults(pictures) {
    const usual = usualConfig(pictures);
    const more = pictures === "mnist" ? { images: 60_000 } : { epochs: 10 };
    return { ...usual, ...more, testImages: 10_000, encoders: 4, network: { ...usual.network, featDim: 2 } };
  },
  plans: plansOf,
  maker: (studio) => async (at, tell) => {
    const plan = plansOf(studio.config)[at];
    const { part, ...seen } = await madeEncoder(studio, plan, generator(studio.config.seed), tell);
    return { ...part, distances: distancesIn(seen), angles: anglesIn(seen) };
  },
  misfits(name, part) {
    const { distances, angles } = (part ?? {}) as Partial<CirclePart>;
    const lists = Array.isArray(angles) && angles.length === 10 ? angles : [undefined];
    const few = distances?.shares?.length === distanceBins.count ? [] : [`${name}.distances.shares: needs 100 numbers`];
    return [
      ...encoderMisfits(name, part),
      ...misfitsOfEach(`${name}.distances.shares`, distances?.shares, 0),
      ...few,
      ...lists.flatMap((list, label) => misfitsOfEach(`${name}.angles[${label}]`, list, 0)),
    ];
  },
  summary: () => ({}),
  table: ({ parts }) =>
    measuredTable(
      "on the circle",
      parts.map((part) => [part.name, part]),
    ),
  drawing: async () => (await import("./circle-drawing.ts")).drawCircle,
};

function distancesIn({ distances }: Seen): CirclePart["distances"] {
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  return { mean, shares: Array.from(sharesIn(distanceBins, distances)) };
}

function anglesIn({ features: { data }, labels }: Seen): number[][] {
  const angles: number[][] = Array.from({ length: 10 }, () => []);
  labels.forEach((label, i) => {
    angles[label].push(Math.round(1e4 * Math.atan2(data[2 * i + 1], data[2 * i])) / 1e4);
  });
  return angles;
}
