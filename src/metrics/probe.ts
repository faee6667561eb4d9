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

/** Rows to learn from, [n, d], and rows to name, [m, d] with m >= 1, with their labels. */
export interface ProbeData {
  readonly known: Points;
  readonly asked: Points;
  readonly knownLabels: Float64Array;
  readonly askedLabels: Float64Array;
}

/**
 * Both sets as points, and their labels as numbers. Throws for different d, labels that do not match their rows or are
 * no whole numbers, no test rows.
 */
export async function readProbe(
  what: string,
  [train, trainLabels]: readonly [PointsInput, ArrayLike<number | bigint>],
  [test, testLabels]: readonly [PointsInput, ArrayLike<number | bigint>],
  reading: PointsOptions,
): Promise<ProbeData> {
  const known = await readPoints(`${what}: train`, train, reading);
  const asked = await readPoints(`${what}: test`, test, reading);
  if (known.d !== asked.d || asked.n === 0) {
    throw new RangeError(
      `${what}: needs train [n, d] and test [m, d] with m >= 1, got [${known.n}, ${known.d}] and [${asked.n}, ${asked.d}]`,
    );
  }
  return {
    known,
    asked,
    knownLabels: readLabels(`${what}: train`, known.n, trainLabels),
    askedLabels: readLabels(`${what}: test`, asked.n, testLabels),
  };
}

function readLabels(what: string, rows: number, labels: ArrayLike<number | bigint>): Float64Array {
  if (typeof labels?.length !== "number") {
    throw new TypeError(`${what}: labels must be an array of whole numbers; of a tensor, await data()`);
  }
  if (labels.length !== rows) throw new RangeError(`${what} has ${rows} rows but ${labels.length} labels`);
  return Float64Array.from(labels, (label, i) => {
    const number = typeof label === "bigint" ? Number(label) : label;
    if (Number.isSafeInteger(number)) return number;
    const remedy = "labels must be whole numbers below 2^53, such as 0, 1, 2 for the first three classes";
    throw new RangeError(`${what} label ${i} is ${label}: ${remedy}`);
  });
}

/** How many predictions are the labels. */
export function scored(predictions: number[], labels: ArrayLike<number>): Probe {
  const correct = predictions.filter((label, i) => label === labels[i]).length;
  return { accuracy: correct / predictions.length, correct, n: predictions.length, predictions };
}
