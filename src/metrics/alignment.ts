import { checkOptions } from "../options.ts";
import { type PointsInput, type PointsOptions, readPoints, rowsOf } from "./points.ts";
import type { RowSource } from "./row-source.ts";
import { atOnce } from "./survey.ts";
import { Turns } from "./turns.ts";

export interface AlignmentOptions extends PointsOptions {
  /** Exponent of the distance, > 0: 2 unless given. */
  alpha?: number;
}

export interface Alignment {
  /** Mean of |x_i − y_i|^alpha: 0 when all pairs coincide. */
  readonly value: number;
  /** Standard deviation over √n; NaN for one pair. */
  readonly standardError: number;
  /** Number of pairs. */
  readonly n: number;
}

/**
 * How close positive pairs are: mean_i ‖x_i − y_i‖₂^α, over a whole data set and in float64. Row i of `x` and of `y`, both
 * [n, d], come from the same sample; rows are scaled to unit length unless `normalize: false`.
 * Throws for different shapes, no rows, alpha <= 0.
 */
export async function alignment(x: PointsInput, y: PointsInput, options: AlignmentOptions = {}): Promise<Alignment> {
  const { alpha = 2, ...reading } = checkOptions("alignment", options, ["alpha", "dim", "normalize"]);
  if (!(alpha > 0)) throw new RangeError(`alignment: alpha must be > 0, got ${alpha}`);
  const [a, b] = [await readPoints("alignment: x", x, reading), await readPoints("alignment: y", y, reading)];
  const rows = [rowsOf("alignment: x", a), rowsOf("alignment: y", b)] as const;
  return joined(await countDistances(rows, alpha));
}

/** Mean of some numbers and their squared deviations from it, summed: what such are joined from without cancellation. */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly deviations: number;
}

/**
 * The moments of |x_i − y_i|^alpha over some pairs of rows after the other. `note` is told each pair's distance. Throws
 * unless both have one shape with n >= 1.
 */
export async function countDistances(
  [x, y]: readonly [RowSource, RowSource],
  alpha: number,
  note?: (i: number, distance: number) => void,
): Promise<Moments[]> {
  const { n, d } = x;
  if (n !== y.n || d !== y.d || n === 0) {
    throw new RangeError(`alignment: needs two views [n, d] with n >= 1, got [${n}, ${d}] and [${y.n}, ${y.d}]`);
  }
  const most = Math.max(1, Math.min(n, Math.floor(atOnce / d)));
  const [a, b] = [new Float64Array(most * d), new Float64Array(most * d)];
  const found: Moments[] = [];
  const turns = new Turns();
  for (let start = 0; start < n; start += most) {
    const count = Math.min(most, n - start);
    await x.read(start, count, a);
    await y.read(start, count, b);
    const powers = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      let squared = 0;
      for (let c = i * d; c < (i + 1) * d; c++) squared += (a[c] - b[c]) ** 2;
      powers[i] = squared ** (alpha / 2);
      note?.(start + i, Math.sqrt(squared));
    }
    const mean = powers.reduce((sum, z) => sum + z, 0) / count;
    found.push({ n: count, mean, deviations: powers.reduce((sum, z) => sum + (z - mean) ** 2, 0) });
    await turns.give();
  }
  return found;
}

/** Of all of them, in their order (Chan, Golub & LeVeque 1979). Throws for none. */
export function joined(parts: readonly Moments[]): Alignment {
  const { n, mean, deviations } = parts.reduce((a, b) => {
    const n = a.n + b.n;
    const step = b.mean - a.mean;
    return {
      n,
      mean: a.mean + (step * b.n) / n,
      deviations: a.deviations + b.deviations + (step * step * a.n * b.n) / n,
    };
  });
  return { value: mean, standardError: Math.sqrt(deviations / (n - 1) / n), n };
}
