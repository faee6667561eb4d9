import { checkOptions } from "../options.ts";
import { type PointsInput, type PointsOptions, readPoints } from "./points.ts";

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
  const a = await readPoints("alignment: x", x, reading);
  const b = await readPoints("alignment: y", y, reading);
  if (a.n !== b.n || a.d !== b.d || a.n === 0) {
    throw new RangeError(`alignment: needs two views [n, d] with n >= 1, got [${a.n}, ${a.d}] and [${b.n}, ${b.d}]`);
  }
  const distances = new Float64Array(a.n);
  for (let i = 0; i < a.n; i++) {
    let squared = 0;
    for (let c = i * a.d; c < (i + 1) * a.d; c++) squared += (a.data[c] - b.data[c]) ** 2;
    distances[i] = squared ** (alpha / 2);
  }
  const value = meanOf(distances);
  const squares = distances.reduce((sum, z) => sum + (z - value) ** 2, 0);
  return { value, standardError: Math.sqrt(squares / (a.n - 1) / a.n), n: a.n };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, z) => sum + z, 0) / values.length;
}
