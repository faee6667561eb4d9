/**
 * How wide the kernels are: Scott's rule for two dimensions, h = σ n^(−1/6) (Scott 1992, Multivariate Density Estimation,
 * 6.3), with the σ = 1/√2 that n points spread evenly over the circle have along each axis. The same for all encoders and
 * classes: a width fitted to each would hide how far they gather. In units of the circle's radius, so about in radians.
 */
export function scottBandwidth(n: number): number {
  return Math.SQRT1_2 * n ** (-1 / 6);
}

/** The concentration of the von Mises-Fisher kernel that is as wide: for small h it is Gaussian along the circle, h² = 1/κ. */
export function concentrationFor(bandwidth: number): number {
  return 1 / bandwidth ** 2;
}
