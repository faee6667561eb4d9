import { type Points, type PointsInput, type PointsOptions, readPoints } from "./points.ts";

/** What every probe tells: how often labels could be read off features by a simple rule. */
export interface Probe {
  /** Share of test rows whose predicted label is right, in 0..1. */
  readonly accuracy: number;
  /** How many those are. */
  readonly correct: number;
  /** Number of test rows. */
  readonly n: number;
  /** A label for each test row. */
  readonly predictions: number[];
}

/** Rows to learn from, [n, d], and rows to name, [m, d] with m >= 1. */
export interface ProbeData {
  readonly known: Points;
  readonly asked: Points;
}

/** Both sets as points. Throws for different d, labels that do not match their rows, no test rows. */
export async function readProbe(
  what: string,
  [train, trainLabels]: readonly [PointsInput, ArrayLike<number>],
  [test, testLabels]: readonly [PointsInput, ArrayLike<number>],
  reading: PointsOptions,
): Promise<ProbeData> {
  const known = await readPoints(`${what}: train`, train, reading);
  const asked = await readPoints(`${what}: test`, test, reading);
  if (known.d !== asked.d || asked.n === 0) {
    throw new RangeError(
      `${what}: needs train [n, d] and test [m, d] with m >= 1, got [${known.n}, ${known.d}] and [${asked.n}, ${asked.d}]`,
    );
  }
  const checkCount = (name: string, { n }: Points, labels: ArrayLike<number>): void => {
    if (labels.length !== n) throw new RangeError(`${what}: ${name} has ${n} rows but ${labels.length} labels`);
  };
  checkCount("train", known, trainLabels);
  checkCount("test", asked, testLabels);
  return { known, asked };
}

/** How many predictions are the labels. */
export function scored(predictions: number[], labels: ArrayLike<number>): Probe {
  const correct = predictions.filter((label, i) => label === labels[i]).length;
  return { accuracy: correct / predictions.length, correct, n: predictions.length, predictions };
}
