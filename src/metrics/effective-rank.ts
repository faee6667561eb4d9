import { checkOptions } from "../options.ts";
import { type PointsInput, type PointsOptions, readPointsSync } from "./points.ts";
import { type Spectrum, spectrumOfPoints } from "./spectrum.ts";

/**
 * How many directions features use: exp(−Σ p_k log p_k) with p_k = σ_k / Σ σ, σ the singular values of x: [n, d] (Roy &
 * Vetterli, "The effective rank", 2007; of embeddings RankMe, Garrido et al. 2023). In 1..min(n, d): 1 where all features
 * point one way or the opposite one, d where they use all directions alike. Rows are scaled to unit length unless
 * `normalize: false`; x is not centred.
 * Throws for no rows, and, without `normalize`, where all are zeros.
 */
export function effectiveRank(x: PointsInput, options: PointsOptions = {}): number {
  const points = readPointsSync("effectiveRank: x", x, checkOptions("effectiveRank", options, ["dim", "normalize"]));
  if (points.n === 0) throw new RangeError(`effectiveRank: x: needs n >= 1 rows, got [0, ${points.d}]`);
  const rank = rankOf(spectrumOfPoints(points));
  if (Number.isNaN(rank)) throw new RangeError("effectiveRank: x: all rows are zeros: they use no direction");
  return rank;
}

export function rankOf({ moments }: Spectrum): number {
  const sizes = moments.map(Math.sqrt);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const entropy = sizes.reduce((sum, size) => (size > 0 ? sum - (size / total) * Math.log(size / total) : sum), 0);
  return total > 0 ? Math.exp(entropy) : Number.NaN;
}
