/**
 * The least value `uniformity` can approach on the sphere in R^dim, that of points spread evenly:
 * −2t + log ₀F₁(; dim/2; t²) (Wang & Isola 2020, App. A: the Gaussian potential's energy of the uniform distribution).
 * A finite sample may lie below it, for pairs of a point with itself are not counted. dim >= 1, t > 0, else throws.
 */
export function uniformityOptimum(dim: number, t: number): number {
  if (!Number.isInteger(dim) || dim < 1) {
    throw new RangeError(`uniformityOptimum: dim must be a whole number >= 1, got ${dim}`);
  }
  if (!(t > 0 && t <= 1e6)) throw new RangeError(`uniformityOptimum: t must be in 0..1e6, above 0, got ${t}`);
  // ₀F₁(; b; z) = Σ_k z^k / ((b)_k k!): all terms positive, so nothing cancels. They grow up to about e^(2t): when the
  // next one nears the largest double, sum and term are scaled down together and the scale is kept as a logarithm.
  const b = dim / 2;
  let term = 1;
  let sum = 1;
  let logScale = 0;
  for (let k = 0; term > sum * 1e-18; k++) {
    term *= (t / (b + k)) * (t / (k + 1));
    sum += term;
    if (sum > 1e250) {
      logScale += Math.log(sum);
      term /= sum;
      sum = 1;
    }
  }
  return logScale + Math.log(sum) - 2 * t;
}
