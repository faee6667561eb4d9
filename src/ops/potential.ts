import { arange } from "../autograd/create.ts";
import { defineOp, type Op } from "../autograd/op.ts";
import { recording } from "../autograd/recording.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { show } from "../shape.ts";
import { checkPoints, pdist, squaredDistances, weightedDifferences } from "./distance.ts";
import { fusedKernel } from "./fused-kernel.ts";
import { reshape, unsqueeze } from "./layout.ts";
import { equal, exp, keepWhere, mul, square, sub } from "./pointwise.ts";
import { logSumExp } from "./reduce.ts";

/**
 * The logarithm of the total Gaussian potential, log Σ exp(−t ‖a − b‖²), t > 0: over the pairs i < j of x, or, given y,
 * over all pairs (x_i, y_j). From differences, and finite also where every potential underflows. x: [n, d], y: [m, d] ->
 * scalar. Where the device has the kernel no array over pairs is kept; the second order is O(n m) in memory everywhere.
 * Throws where there is no pair. Derivation: docs/derivations.md#potentials.
 */
export const logPotential: Op<[x: Tensor, t: number, y?: Tensor]> = defineOp({
  name: "logPotential",
  kernel: "logPotential",
  names: ["a", "b"],
  plan(x: Tensor, t: number, y?: Tensor) {
    checkPoints("logPotential", x, y);
    const pairs = y ? x.shape[0] * y.shape[0] : (x.shape[0] * (x.shape[0] - 1)) / 2;
    if (pairs === 0) {
      throw new RangeError(
        `logPotential: needs a pair of points, got ${show(x.shape)}${y ? `, ${show(y.shape)}` : ""}`,
      );
    }
    // On its own x is both sets, and the first vjp speaks for both: the second set is then a constant.
    return { inputs: [x, y ?? x.detach()], shape: [], t, alone: y === undefined };
  },
  compose: (x, t, y) => logSumExp(mul(y ? reshape(squaredDistances(x, y), [-1]) : square(pdist(x)), -t)), // -> [pairs] -> scalar
  forward(device, [a, b], { t, alone, wanted, shapes: [[n, d], [m]] }) {
    const { total, gradients } = fusedKernel(device, "logPotential")(a, alone ? undefined : b, n, m, d, t, wanted);
    const [inA, inB] = gradients;
    return { y: total, extras: { ...(inA && { inA: [inA, [n, d]] }), ...(inB && { inB: [inB, [m, d]] }) } };
  },
  // What came with the total is a constant: where the gradient is to have a gradient itself it is composed.
  vjp: [
    (g, { a, b, y, inA }, { t, alone }) =>
      mul(g, recording() ? potentialGradient(a, y, t, alone ? undefined : b) : inA),
    (g, { a, b, y, inB }, { t }) => mul(g, recording() ? potentialGradient(b, y, t, a) : inB),
  ],
  saves: [
    ["a", "b", "y", "inA"],
    ["a", "b", "y", "inB"],
  ],
});

/**
 * The gradient of `logPotential` in x: row i is 2t Σ_j exp(−t ‖x_i − y_j‖² − total) (y_j − x_i), over the other points of
 * x unless there is a y. `total` is the `logPotential`, so no exponent is above 0. x: [n, d], y: [m, d], total: scalar ->
 * [n, d]. Written with ops, O(n m) in memory: for second order.
 * Derivation: docs/derivations.md#potentials.
 */
export function potentialGradient(x: Tensor, total: Tensor, t: number, y?: Tensor): Tensor {
  checkPoints("potentialGradient", x, y);
  if (total.size !== 1) throw new RangeError(`potentialGradient: total must be one number, got ${show(total.shape)}`);
  const exponents = sub(mul(squaredDistances(x, y ?? x), -t), total); // [n, m]
  if (y) return mul(weightedDifferences(exp(exponents), x, y), -2 * t);
  const index = arange(x.shape[0], { device: x.device });
  const apart = sub(1, equal(unsqueeze(index, 1), index)); // [n, n], 0 where a point meets itself
  // Chosen twice: a total far below 0 would make exp(−total) infinite there, and 0 · ∞ in its gradient NaN.
  return mul(weightedDifferences(keepWhere(apart, exp(keepWhere(apart, exponents))), x, x), -2 * t);
}
