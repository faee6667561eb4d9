import { checkOptions } from "../options.ts";
import { type PointsInput, type PointsOptions, readPointsSync } from "./points.ts";
import { type Spectrum, spectrumOfPoints } from "./spectrum.ts";

/**
 * How far features are from evenly spread, seeing collapse of dimensions that uniformity hardly sees: the quadratic
 * Wasserstein distance between the normal distributions with the features' mean m and covariance Σ, and with those of
 * evenly spread points, 0 and I/d: √(|m|² + 1 + tr Σ − (2/√d) tr Σ^½) (Fang et al., "Rethinking the Uniformity Metric in
 * Self-Supervised Learning", ICLR 2024, arXiv 2403.00642). x: [n, d]; 0 is best, √2 is a single point. Σ is divided by n.
 * Rows are scaled to unit length unless `normalize: false`. Throws for no rows.
 */
export function wasserstein(x: PointsInput, options: PointsOptions = {}): number {
  const points = readPointsSync("wasserstein: x", x, checkOptions("wasserstein", options, ["dim", "normalize"]));
  if (points.n === 0) throw new RangeError(`wasserstein: x: needs n >= 1 rows, got [0, ${points.d}]`);
  return distanceOf(spectrumOfPoints(points), points.d);
}

export function distanceOf({ moments, variances }: Spectrum, d: number): number {
  // |m|² + tr Σ is the mean squared length.
  const square = moments.reduce((sum, value) => sum + value, 0);
  const roots = variances.reduce((sum, value) => sum + Math.sqrt(value), 0);
  return Math.sqrt(Math.max(0, square + 1 - (2 / Math.sqrt(d)) * roots));
}
