import { eigenvalues, tridiagonal } from "./eigenvalues.ts";
import { momentKernels } from "./passes.ts";
import type { Points } from "./points.ts";

/** How the second moments of points are spread over directions, largest first. */
export interface Spectrum {
  /** Eigenvalues of mean x xᵀ, the squares of x's singular values over n: at most min(n, d) that are not 0. */
  readonly moments: Float64Array;
  /** Eigenvalues of the covariance, mean (x − m)(x − m)ᵀ. */
  readonly variances: Float64Array;
}

/**
 * By the sum of (x − m)(x − m)ᵀ over n points, [d, d], which is used up, and the mean m. One tridiagonal form does for both,
 * in a basis that begins with m: there they differ in the first entry alone.
 */
export function spectrumOfMoments(sum: Float64Array, n: number, mean: Float64Array): Spectrum {
  const { diagonal, beside } = tridiagonal(
    sum.map((x) => x / n),
    mean,
  );
  const moments = diagonal.slice();
  moments[0] += mean.reduce((square, x) => square + x * x, 0);
  return {
    moments: cleaned(eigenvalues({ diagonal: moments, beside })),
    variances: cleaned(eigenvalues({ diagonal, beside })),
  };
}

/** Of points in memory, by their n inner products each where these are fewer than coordinates. */
export function spectrumOfPoints(points: Points): Spectrum {
  const { n, d, data } = points;
  if (n < d) return spectrumOfProducts(points);
  const mean = new Float64Array(d);
  for (let at = 0; at < data.length; at += d) for (let c = 0; c < d; c++) mean[c] += data[at + c] / n;
  const centred = data.map((x, at) => x - mean[at % d]);
  return spectrumOfMoments(productsOf(centred, n, d), n, mean);
}

/** X Xᵀ / n has the moments' eigenvalues; less what lies along (1, …, 1), which the mean adds, the covariance's. */
function spectrumOfProducts({ n, d, data }: Points): Spectrum {
  const turned = new Float64Array(n * d);
  for (let i = 0; i < n; i++) for (let c = 0; c < d; c++) turned[c * n + i] = data[i * d + c];
  const sum = productsOf(turned, d, n);
  const { diagonal, beside } = tridiagonal(
    sum.map((x) => x / n),
    new Float64Array(n).fill(1),
  );
  return {
    moments: cleaned(eigenvalues({ diagonal, beside })),
    variances: cleaned(eigenvalues({ diagonal: diagonal.subarray(1), beside: beside.subarray(1) })),
  };
}

/** The sum of x xᵀ over n rows x of d numbers. -> [d, d] */
function productsOf(rows: Float64Array, n: number, d: number): Float64Array {
  const sums = momentKernels(n, d).secondMoments(d);
  try {
    sums.add(rows);
    return sums.result();
  } finally {
    sums.free();
  }
}

/** What may be rounding of a 0 is one. */
function cleaned(values: Float64Array): Float64Array {
  const least = values.length * Number.EPSILON * (values[0] ?? 0);
  return values.map((value) => (value <= least ? 0 : value)); // a NaN stays one
}
