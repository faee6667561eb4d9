import type { Pass } from "./passes.ts";
import type { StripSums } from "./strips.ts";
import { uniformityOptimum } from "./uniformity-optimum.ts";

export interface Uniformity {
  /** log of the mean of exp(−t |x_i − x_j|²) over pairs: lower is more uniform. */
  readonly value: number;
  /** Of `value`, over samples of n points; NaN for fewer than three points. */
  readonly standardError: number;
  /** What evenly spread points of this dimension come to: `uniformityOptimum(d, t)`. NaN without `normalize`. */
  readonly optimum: number;
  /** value − optimum. A little below 0 is possible by chance. */
  readonly gap: number;
  /** Number of points. */
  readonly n: number;
  /** Pairs that were counted. */
  readonly pairs: number;
}

/** Sums of the potential h over pairs of points, relative to exp(−t shift). */
export interface PotentialSums {
  readonly t: number;
  readonly shift: number;
  readonly sum: number;
  readonly squares: number;
  /** Each point's own sum. */
  readonly points: Float64Array;
}

/** What the points are of which pairs were counted. */
export interface Counted {
  readonly n: number;
  readonly d: number;
  /** Whether they lie on the sphere: else there is no optimum. */
  readonly normalized: boolean;
}

/** What a pass over all pairs comes to at each of its t. */
export function sumsOf({ ts, shifts }: Pick<Pass, "ts" | "shifts">, { totals, points }: StripSums): PotentialSums[] {
  const n = points.length / (2 * ts.length);
  return ts.map((t, k) => {
    const [coarse, fine] = [2 * k, 2 * k + 1].map((part) => points.subarray(part * n, (part + 1) * n));
    const over = (which: 0 | 1): number => totals.reduce((sum, strip) => sum + strip[2 * k + which], 0);
    return { t, shift: shifts[k], sum: over(0), squares: over(1), points: coarse.map((part, i) => part + fine[i]) };
  });
}

/** At each t of `ts`, in that order, of all pairs as passes have counted them. */
export function ofPasses(
  ts: readonly number[],
  counted: readonly (readonly [pass: Pick<Pass, "ts" | "shifts">, sums: StripSums])[],
  points: Counted,
): Uniformity[] {
  const all = counted.flatMap(([pass, sums]) => sumsOf(pass, sums));
  return ts.flatMap((t) => all.filter((sums) => sums.t === t).map((sums) => ofAllPairs(sums, points)));
}

/** Of all pairs: the variance of their mean is 4(n−2)/(n(n−1)) ζ₁ + 2/(n(n−1)) ζ₂. */
export function ofAllPairs(sums: PotentialSums, points: Counted): Uniformity {
  const { n } = points;
  const pairs = (n * (n - 1)) / 2;
  // ζ₁ as it is, not less its share of ζ₂/n: for evenly spread points, where ζ₁ is 0, the error is overstated.
  const variance = (4 * (n - 2) * varianceOfMeans(sums, n - 1) + 2 * varianceOfPairs(sums, pairs)) / (n * (n - 1));
  return concluded(sums, points, pairs, variance);
}

/** Of a ring of all points, each paired with its next k: the variance of their mean is 2(2k−1)/(nk) ζ₁ + 1/(nk) ζ₂. */
export function ofRing(sums: PotentialSums, points: Counted, k: number): Uniformity {
  const pairs = points.n * k;
  const zeta2 = varianceOfPairs(sums, pairs);
  // A point's mean over 2k partners varies by ζ₁ + (ζ₂ − ζ₁)/(2k).
  const zeta1 = Math.max(0, (2 * k * varianceOfMeans(sums, 2 * k) - zeta2) / (2 * k - 1));
  return concluded(sums, points, pairs, (2 * (2 * k - 1) * zeta1 + zeta2) / pairs);
}

/** variance: of the mean of h over the pairs. */
function concluded(
  { t, shift, sum }: PotentialSums,
  { n, d, normalized }: Counted,
  pairs: number,
  variance: number,
): Uniformity {
  const mean = sum / pairs;
  const value = Math.log(mean) - t * shift;
  const optimum = normalized ? uniformityOptimum(d, t) : Number.NaN;
  return { value, standardError: Math.sqrt(variance) / mean, optimum, gap: value - optimum, n, pairs };
}

/** Sample variance of the points' means over `partners` pairs each: how much it matters which points were drawn. */
function varianceOfMeans({ sum, points }: PotentialSums, partners: number): number {
  const mean = (2 * sum) / (points.length * partners);
  return points.reduce((total, point) => total + (point / partners - mean) ** 2, 0) / (points.length - 1);
}

/** Sample variance of the `count` pairs. */
function varianceOfPairs({ sum, squares }: PotentialSums, count: number): number {
  return Math.max(0, squares - sum ** 2 / count) / (count - 1);
}
