import { type Alignment, alignment, type Uniformity, uniformity } from "../../metrics/index.ts";
import type { ConvEncoder } from "../../models/index.ts";
import { generator } from "../../ops/index.ts";
import { type Tell, within } from "../phases.ts";
import { evenly, labelsAt, picturesAt } from "../train/digits.ts";
import { encode, type Features } from "../train/encode.ts";
import { between, distancesOf } from "../train/layout.ts";
import { knnAccuracy, probeAccuracy } from "../train/probes.ts";
import { type Studio, testRows, trainingRows } from "./studio.ts";
import { pairMaker } from "./views.ts";

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

/** Pictures of which views are held at once. */
const atOnce = 500;

/** Measures an encoder. The views of the test pictures, and what the probe draws, depend on the seed alone. */
export async function measure(encoder: ConvEncoder, studio: Studio, tell: Tell): Promise<Seen> {
  const { pictures, config, device } = studio;
  const { train, test } = pictures;
  const [all, asked] = [trainingRows(studio), testRows(studio)];
  const known = evenly(all.length, Math.min(all.length, mostKnown)).map((place) => all[place]);
  const encoded = async (set: typeof test, rows: Int32Array, part: Tell): Promise<Features> => {
    const shown = (start: number, end: number) => picturesAt(set, rows.subarray(start, end));
    return (await encode(encoder, rows.length, shown, device, part)).output;
  };
  const plain = await encoded(test, asked, within(tell, 0, 0.15));
  const { x, y } = await encodedPairs(encoder, studio, asked, within(tell, 0.15, 0.5));
  const [spread, plainSpread] = [await uniformity(x), await uniformity(plain)];
  tell(0.55);
  const from = { features: await encoded(train, known, within(tell, 0.55, 0.7)), labels: labelsAt(train, known) };
  const to = { features: plain, labels: labelsAt(test, asked) };
  const options = { lr: probeRate, generator: generator(config.seed).fork("probe"), device };
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

/** Features of both views of each test picture. */
async function encodedPairs(
  encoder: ConvEncoder,
  { pictures, config, device }: Studio,
  rows: Int32Array,
  tell: Tell,
): Promise<{ readonly x: Features; readonly y: Features }> {
  const n = rows.length;
  const pair = pairMaker(pictures.name, pictures.test);
  const views = generator(config.seed).fork("test views");
  const d = config.network.featDim;
  const [x, y] = [new Float32Array(n * d), new Float32Array(n * d)];
  for (let start = 0; start < n; start += atOnce) {
    const those = rows.subarray(start, start + atOnce);
    const seen = pair(those, views.fork(`from ${start}`));
    const part: Tell = (share) => tell((start + share * those.length) / n);
    const { output } = await encode(encoder, 2 * those.length, (a, b) => between(seen, a, b), device, part);
    x.set(output.data.subarray(0, those.length * d), start * d);
    y.set(output.data.subarray(those.length * d), start * d);
  }
  return { x: { data: x, shape: [n, d] }, y: { data: y, shape: [n, d] } };
}

function estimate({ value, standardError }: Estimate): Estimate {
  return { value, standardError };
}
