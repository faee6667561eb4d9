import type { MomentSums, Spread } from "../devices/measuring.ts";
import type { RowSource } from "./row-source.ts";
import { Turns } from "./turns.ts";

/** Where points lie. */
export interface Survey extends Spread {
  /** [d] */
  readonly mean: Float64Array;
}

export interface SurveyOptions {
  /** Is given the rows less their mean. */
  readonly moments?: MomentSums;
  /** Told after each few rows how many of how many were read; all are read twice. */
  readonly tell?: (done: number, total: number) => void;
}

/** Numbers that are read at once. */
export const atOnce: number = 2 ** 18;

/** Reads all rows twice: for their mean, then for what lies around it. */
export async function survey(rows: RowSource, { moments, tell }: SurveyOptions = {}): Promise<Survey> {
  const { n, d } = rows;
  const sum = new Float64Array(d);
  await eachFew(rows, (few, start, count) => {
    for (let at = 0; at < count * d; at += d) for (let c = 0; c < d; c++) sum[c] += few[at + c];
    tell?.(start + count, 2 * n);
  });
  const mean = sum.map((x) => x / n);
  let total = 0;
  let [largestSquare, largest] = [0, 0];
  await eachFew(rows, (few, start, count) => {
    for (let at = 0; at < count * d; at += d) {
      let square = 0;
      for (let c = 0; c < d; c++) {
        const z = few[at + c] - mean[c];
        few[at + c] = z;
        square += z * z;
        if (z * z > largest) largest = z * z;
      }
      total += square;
      largestSquare = Math.max(largestSquare, square);
    }
    moments?.add(few.subarray(0, count * d));
    tell?.(n + start + count, 2 * n);
  });
  return { n, mean, meanSquare: total / n, largestSquare, largestEntry: Math.sqrt(largest) };
}

/** Calls `visit` with a few rows after the other, [count, d] at the front of `few`, which it may overwrite. */
export async function eachFew(
  rows: RowSource,
  visit: (few: Float64Array, start: number, count: number) => void,
): Promise<void> {
  const { n, d } = rows;
  const most = Math.max(1, Math.min(n, Math.floor(atOnce / d)));
  const few = new Float64Array(most * d);
  const turns = new Turns();
  for (let start = 0; start < n; start += most) {
    const count = Math.min(most, n - start);
    await rows.read(start, count, few);
    visit(few, start, count);
    await turns.give();
  }
}
