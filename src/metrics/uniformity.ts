import type { Generator } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { type Pass, passesOf } from "./passes.ts";
import { type PointsInput, type PointsOptions, readPoints, rowsOf } from "./points.ts";
import { countRing } from "./ring.ts";
import type { RowSource } from "./row-source.ts";
import { countStrips, type StripSums } from "./strips.ts";
import { survey } from "./survey.ts";
import { ofPasses, ofRing, type Uniformity } from "./u-statistic.ts";

export interface UniformityOptions extends PointsOptions {
  /** Sharpness of the Gaussian potential, in 0..1e6, above 0: 2 unless given. */
  t?: number;
  /** At most this many pairs instead of all, at least n; needs `generator`. */
  pairs?: number;
  /** Draws which pairs. */
  generator?: Generator;
}

/**
 * How evenly a data set covers the sphere: log mean_{i<j} exp(−t ‖x_i − x_j‖²), over all pairs, with a memory of
 * O(n·d). x: [n, d], n >= 2; rows are scaled to unit length unless `normalize: false`. All is in float64 for up to
 * 1,024 points, and where t times the squared distance of a point from the mean is above 16, or below 0.005 on average;
 * else potentials come from products in float32, many times as fast, and are summed in float64, which leaves `value`
 * right to 3e-7; of some 15,000 points and more from products in 16-bit whole numbers rounded by chance, to 1e-6.
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
  if (!(typeof t === "number" && t > 0 && t <= 1e6))
    throw new RangeError(`uniformity: t must be in 0..1e6, above 0, got ${t}`);
  const rows = rowsOf("uniformity: x", await readPoints("uniformity: x", x, reading));
  const [found] = await uniformities(rows, [t], { normalized: reading.normalize !== false, pairs, generator });
  return found;
}

export interface UniformitiesOptions {
  /** Whether the rows have length 1: else there is no optimum. */
  readonly normalized: boolean;
  readonly pairs?: number | undefined;
  readonly generator?: Generator | undefined;
  /** Whether all is to be computed by plain loops in float64. */
  readonly plain?: boolean | undefined;
  /** Told how many more pairs were counted; pairs that are looked at twice are told twice. */
  readonly tell?: ((pairs: number) => void) | undefined;
}

/** `uniformity` at several t > 0 of rows that are read when they are needed, in their order. Throws for fewer than two rows. */
export async function uniformities(
  rows: RowSource,
  ts: readonly number[],
  { normalized, pairs, generator, plain, tell }: UniformitiesOptions,
): Promise<Uniformity[]> {
  const { n, d } = rows;
  const points = { n, d, normalized };
  if (n < 2) throw new RangeError(`${rows.name}: needs n >= 2 rows, for a pair, got [${n}, ${d}]`);
  if (pairs !== undefined && !(pairs >= n)) {
    throw new RangeError(`uniformity: pairs must be at least n = ${n}, so that each point counts, got ${pairs}`);
  }
  if (pairs !== undefined && pairs < (n * (n - 1)) / 2) {
    if (generator === undefined) throw new TypeError("uniformity: pairs are drawn at random: pass { generator } too");
    const k = Math.floor(pairs / n);
    const drawn = await countRing(rows, ts, generator.permutation(n), k, tell);
    return drawn.map((sums) => ofRing(sums, points, k));
  }
  const about = await survey(rows);
  const counted: (readonly [Pass, StripSums])[] = [];
  for (const pass of await passesOf(rows, about, ts, { plain, tell })) {
    counted.push([pass, await countStrips(rows, about.mean, pass.strips, { ...pass, tell })]);
  }
  return ofPasses(ts, counted, points);
}
