import { uniformityOptimum } from "../../../metrics/uniformity-optimum.ts";

/**
 * Von Mises-Fisher kernel density estimate on the circle, per radian: f(θ) = 1/(n 2π I₀(κ)) Σ_i exp(κ cos(θ − θ_i)), of n >= 1
 * angles in radians with concentration κ > 0. It integrates to 1 around the circle; evenly spread angles have 1/2π everywhere.
 */
export function vonMisesFisherKde(angles: Float64Array, kappa: number): (angle: number) => number {
  // e^(−κ) I₀(κ) is the mean of exp(κ (cos θ − 1)) over the circle: the Gaussian potential of evenly spread points at t = κ/2.
  const scale = 1 / (angles.length * 2 * Math.PI * Math.exp(uniformityOptimum(2, kappa / 2)));
  return (angle) => scale * angles.reduce((sum, each) => sum + Math.exp(kappa * (Math.cos(angle - each) - 1)), 0);
}
