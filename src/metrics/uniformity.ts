import type { Generator } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { type PointsInput, type PointsOptions, readPoints } from "./points.ts";
import { Potentials } from "./potentials.ts";
import { uniformityOptimum } from "./uniformity-optimum.ts";

export interface UniformityOptions extends PointsOptions {
  /** Sharpness of the Gaussian potential, in 0..1e6, above 0: 2 unless given. */
  t?: number;
  /** At most this many pairs instead of all, at least n; needs `generator`. */
  pairs?: number;
  /** Draws which pairs. */
  generator?: Generator;
}

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

/**
 * How evenly a data set covers the sphere: log mean_{i<j} exp(−t ‖x_i − x_j‖²), over all pairs, with a memory of
 * O(n·d). x: [n, d], n >= 2; rows are scaled to unit length unless `normalize: false`. All is in float64 for up to
 * 1,024 points, and where t times the largest squared distance of a point from the mean is outside of 0.01..16; else
 * potentials come from products in float32, many times as fast, and are summed in float64, which leaves `value` right
 * to 3e-7.
 *
 * The mean is a U-statistic, whose variance is 4(n−2)/(n(n−1)) ζ₁ + 2/(n(n−1)) ζ₂ (Hoeffding 1948), with ζ₁ estimated by the
 * variance of each point's mean and ζ₂ by that of all pairs; the standard error follows through the logarithm. Pairs are
 * not independent, and treating them so would make it far too small.
 *
 * With `pairs` every point of a random ring is paired with its next k: each point counts equally often, and the two
 * coefficients become 2(2k−1)/(nk) and 1/(nk).
 */
export async function uniformity(x: PointsInput, options: UniformityOptions = {}): Promise<Uniformity> {
  const known = ["t", "pairs", "generator", "dim", "normalize"] as const;
  const { t = 2, pairs, generator, ...reading } = checkOptions("uniformity", options, known);
  if (!(t > 0 && t <= 1e6)) throw new RangeError(`uniformity: t must be in 0..1e6, above 0, got ${t}`);
  const points = await readPoints("uniformity: x", x, reading);
  const { n, d } = points;
  if (n < 2) throw new RangeError(`uniformity: needs n >= 2 rows, for a pair, got [${n}, ${d}]`);

  const all = (n * (n - 1)) / 2;
  if (pairs !== undefined && !(pairs >= n)) {
    throw new RangeError(`uniformity: pairs must be at least n = ${n}, so that each point counts, got ${pairs}`);
  }
  const sums = new Potentials(points, t);
  let counted = all;
  let variance: number; // of the mean of h
  if (pairs === undefined || pairs >= all) {
    await sums.countAll();
    // ζ₁ as it is, not less its share of ζ₂/n: for evenly spread points, where ζ₁ is 0, the error is overstated.
    variance = (4 * (n - 2) * sums.varianceOfMeans(n - 1) + 2 * sums.varianceOfPairs(all)) / (n * (n - 1));
  } else {
    if (generator === undefined) throw new TypeError("uniformity: pairs are drawn at random: pass { generator } too");
    const k = Math.floor(pairs / n);
    counted = n * k;
    await sums.countRing(generator.permutation(n), k);
    const zeta2 = sums.varianceOfPairs(counted);
    // A point's mean over 2k partners varies by ζ₁ + (ζ₂ − ζ₁)/(2k).
    const zeta1 = Math.max(0, (2 * k * sums.varianceOfMeans(2 * k) - zeta2) / (2 * k - 1));
    variance = (2 * (2 * k - 1) * zeta1 + zeta2) / counted;
  }
  const mean = sums.sum / counted;
  const value = Math.log(mean) + sums.logScale;
  const optimum = reading.normalize === false ? Number.NaN : uniformityOptimum(d, t);
  return { value, standardError: Math.sqrt(variance) / mean, optimum, gap: value - optimum, n, pairs: counted };
}
