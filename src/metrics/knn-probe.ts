import { checkOptions } from "../options.ts";
import { type Points, type PointsInput, type PointsOptions, readPoints } from "./points.ts";
import { Turns } from "./turns.ts";

export interface KnnOptions extends Pick<PointsOptions, "dim"> {
  /** Neighbours that vote: 5 unless given. */
  k?: number;
}

export interface KnnProbe {
  /** Share of test rows whose predicted label is right, in 0..1. */
  readonly accuracy: number;
  /** How many those are. */
  readonly correct: number;
  /** Number of test rows. */
  readonly n: number;
  /** Neighbours that voted. */
  readonly k: number;
  /** A label for each test row. */
  readonly predictions: number[];
}

/**
 * Classifies each test row by the majority of its k nearest training rows by cosine. Of labels with equally many votes the
 * one with the nearest neighbour wins; of rows whose computed cosines are equal the earlier counts as nearer (rows of one
 * direction but different length may differ by rounding). train: [n, d], test: [m, d].
 * Throws for different d, labels that do not match their rows, no test rows, k outside 1..n, a row of zeros.
 */
export async function knnProbe(
  train: PointsInput,
  trainLabels: ArrayLike<number>,
  test: PointsInput,
  testLabels: ArrayLike<number>,
  options: KnnOptions = {},
): Promise<KnnProbe> {
  const { k = 5, dim } = checkOptions("knnProbe", options, ["k", "dim"]);
  const known = await readPoints("knnProbe: train", train, { dim });
  const asked = await readPoints("knnProbe: test", test, { dim });
  if (known.d !== asked.d || asked.n === 0) {
    throw new RangeError(
      `knnProbe: needs train [n, d] and test [m, d] with m >= 1, got [${known.n}, ${known.d}] and [${asked.n}, ${asked.d}]`,
    );
  }
  checkLabels("train", known, trainLabels);
  checkLabels("test", asked, testLabels);
  if (!Number.isInteger(k) || k < 1 || k > known.n) {
    throw new RangeError(`knnProbe: k must be a whole number in 1..${known.n}, the number of train rows, got ${k}`);
  }
  const predictions: number[] = [];
  const turns = new Turns();
  for (let i = 0; i < asked.n; i++) {
    predictions.push(majority(nearest(known, asked, i, k), trainLabels));
    await turns.give();
  }
  const correct = predictions.filter((label, i) => label === testLabels[i]).length;
  return { accuracy: correct / asked.n, correct, n: asked.n, k, predictions };
}

function checkLabels(name: string, { n }: Points, labels: ArrayLike<number>): void {
  if (labels.length !== n) throw new RangeError(`knnProbe: ${name} has ${n} rows but ${labels.length} labels`);
}

/** The k rows of `known` nearest to row i of `asked`, nearest first. */
function nearest(known: Points, asked: Points, i: number, k: number): number[] {
  const rows: number[] = [];
  const cosines: number[] = [];
  for (let j = 0; j < known.n; j++) {
    const cosine = dot(asked, i, known, j);
    if (rows.length === k && !(cosine > cosines[k - 1])) continue;
    let place = rows.length;
    while (place > 0 && cosine > cosines[place - 1]) place--;
    rows.splice(place, 0, j);
    cosines.splice(place, 0, cosine);
    rows.length = Math.min(rows.length, k);
  }
  return rows;
}

/** Four sums side by side: a processor adds them at once, where one sum would wait for each addition. */
function dot(x: Points, i: number, y: Points, j: number): number {
  const { d } = x;
  const [a, b] = [x.data, y.data];
  let [p, q] = [i * d, j * d];
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const end = p + d - (d % 4);
  for (; p < end; p += 4, q += 4) {
    s0 += a[p] * b[q];
    s1 += a[p + 1] * b[q + 1];
    s2 += a[p + 2] * b[q + 2];
    s3 += a[p + 3] * b[q + 3];
  }
  for (; p < (i + 1) * d; p++, q++) s0 += a[p] * b[q];
  return s0 + s1 + (s2 + s3);
}

function majority(rows: readonly number[], labels: ArrayLike<number>): number {
  const votes = new Map<number, number>(); // in the order of each label's nearest row
  for (const row of rows) votes.set(labels[row], (votes.get(labels[row]) ?? 0) + 1);
  const most = Math.max(...votes.values());
  return [...votes].find(([, count]) => count === most)?.[0] ?? Number.NaN;
}
