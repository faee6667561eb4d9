import { type Alignment, alignment, type Uniformity, uniformity } from "../../metrics/index.ts";
import type { LayeredEncoder } from "../../models/index.ts";
import { generator } from "../../ops/index.ts";
import { type Tell, within } from "../phases.ts";
import { encode, encodeViews, type Features } from "../train/encode.ts";
import { evenly } from "../train/gallery.ts";
import { distancesOf } from "../train/layout.ts";
import { knnAccuracy, probeAccuracy } from "../train/probes.ts";
import { type Studio, testRows, trainingRows } from "./studio.ts";

/** A number and how far off it may be. */
type Estimate = Pick<Alignment & Uniformity, "value" | "standardError">;

/** Where an encoder stands, by the test pictures and the features it puts out. */
export interface Measured {
  /** Of two views of each picture, α = 2. */
  readonly alignment: Estimate;
  /**
   * Of one view of each picture, t = 2: the paper's p_data is the marginal of its positive pairs, so views are what is to
   * spread.
   */
  readonly uniformity: Estimate;
  /** Of the pictures as they are, which are no views: digits that nobody turned or moved, say. */
  readonly plainUniformity: Estimate;
  /** Share of the pictures named rightly, in 0..1: by a linear classifier, and by the five nearest, of at most 5,000 training pictures. */
  readonly accuracy: { readonly probe: number; readonly knn: number };
}

/** With what is drawn of single pictures. */
export interface Seen {
  readonly measured: Measured;
  /** [n, featDim]: of one view of each picture. */
  readonly features: Features;
  /** [n]: from it to the features of the other view. */
  readonly distances: Float64Array;
  /** [n] */
  readonly labels: Int32Array;
}

/** Training pictures that a probe learns from, at most. */
const mostKnown = 5000;

/** Rows of the output have length 1 and take large steps: what `train mnist` has for them. */
const probeRate = 1e-2;

/** Measures an encoder. The views of the test pictures, and what the probe draws, depend on the seed alone. */
export async function measure(encoder: LayeredEncoder, studio: Studio, tell: Tell): Promise<Seen> {
  const { pictures, config, device } = studio;
  const { known, asked } = pictures;
  const [all, rows] = [trainingRows(studio), testRows(studio)];
  const learnt = evenly(all.length, Math.min(all.length, mostKnown)).map((place) => all[place]);
  const views = generator(config.seed).fork("test views");
  const [plain] = await encode(encoder, [-1], rows, asked.plain, device, within(tell, 0, 0.15));
  const seen = (some: Int32Array) => asked.views(some, views);
  const [x, y] = await encodeViews(encoder, rows, seen, device, within(tell, 0.15, 0.5));
  const [spread, plainSpread] = [await uniformity(x), await uniformity(plain)];
  tell(0.55);
  const [own] = await encode(encoder, [-1], learnt, known.plain, device, within(tell, 0.55, 0.7));
  const from = { features: own, labels: learnt.map((row) => known.labels[row]) };
  const to = { features: plain, labels: rows.map((row) => asked.labels[row]) };
  const draw = generator(config.seed).fork("probe");
  const options = { classes: pictures.classes.length, lr: probeRate, generator: draw, device };
  const probe = await probeAccuracy(from, to, options, within(tell, 0.7, 0.9));
  const knn = await knnAccuracy(from, to, device, within(tell, 0.9, 1));
  const close = await alignment(x, y);
  return {
    measured: {
      alignment: estimate(close),
      uniformity: estimate(spread),
      plainUniformity: estimate(plainSpread),
      accuracy: { probe, knn },
    },
    features: x,
    distances: distancesOf(x, y.data),
    labels: to.labels,
  };
}

function estimate({ value, standardError }: Estimate): Estimate {
  return { value, standardError };
}
