import type { Tensor } from "../autograd/tensor.ts";
import { exp, log, mean, mul, pdist, square, sub } from "../ops/index.ts";
import { logPotential } from "../ops/potential.ts";
import { checkOptions } from "../options.ts";
import { show } from "../shape.ts";
import { type CheckNorm, checkPositive, checkTensor, requireUnitRows } from "./features.ts";

/** Options of `uniformLoss`. */
export interface UniformOptions extends CheckNorm {
  /** Sharpness of the Gaussian potential, > 0: 2 unless given. */
  t?: number;
}

/**
 * Uniformity on the sphere, log mean_{i<j} exp(−t ‖x_i − x_j‖²) (Wang & Isola 2020, Eq. 10): in −4t..0, lower is better,
 * 0 when all points coincide. x: [n, d], n >= 2, unit rows. Negative values are right: `uniformityOptimum(d, t)` is
 * where evenly spread points end up.
 *
 * Computed as the logarithm of the sum less log(pairs): finite where the mean itself would underflow (see
 * `uniformLossAsPrinted`).
 * Throws for n < 2, t <= 0, or rows that are not of length 1. Derivation: docs/derivations.md#uniformloss.
 */
export function uniformLoss(x: Tensor, options: UniformOptions = {}): Tensor {
  const { points, t } = checked("uniformLoss", x, options);
  const [n] = points.shape;
  return sub(logPotential(points, t), Math.log((n * (n - 1)) / 2));
}

/**
 * The same formula word for word as in the paper: what `uniformLoss` means. In float32 it is −∞ once every pair's
 * potential underflows, about t ‖x_i − x_j‖² > 103.
 */
export function uniformLossAsPrinted(x: Tensor, options: UniformOptions = {}): Tensor {
  const { points, t } = checked("uniformLossAsPrinted", x, options);
  return log(mean(exp(mul(square(pdist(points)), -t))));
}

/** The points, behind the check of their lengths unless that is turned off, and t. */
function checked(what: string, x: Tensor, options: UniformOptions): { points: Tensor; t: number } {
  const { t = 2, checkNorm = true } = checkOptions(what, options, ["t", "checkNorm"]);
  checkPositive(what, { t });
  checkTensor(what, x);
  if (x.shape.length !== 2 || x.shape[0] < 2) {
    throw new RangeError(`${what}: needs features [n, d] with n >= 2, for a pair, got ${show(x.shape)}`);
  }
  return { points: checkNorm ? requireUnitRows(x, what) : x, t };
}
