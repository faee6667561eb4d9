import type { Tensor } from "../autograd/tensor.ts";
import { mean, norm, pow, square, sub, sum } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { type CheckNorm, checkPositive, checkViews, guarded } from "./features.ts";

/** Options of `alignLoss`. */
export interface AlignOptions extends CheckNorm {
  /** Exponent of the distance, > 0: 2 unless given. */
  alpha?: number;
}

/**
 * Alignment of positive pairs, mean_i ‖x_i − y_i‖₂^α (Wang & Isola 2020, Eq. 9): in 0..2^α, lower is better, 0 when all
 * pairs coincide. x, y: [n, d], unit rows. At identical pairs the gradient is 0 for every α (PyTorch's is NaN for α < 1).
 * Throws for shapes that differ, an empty batch, alpha <= 0, or rows that are not of length 1.
 * Derivation: docs/derivations.md#alignloss.
 */
export function alignLoss(x: Tensor, y: Tensor, options: AlignOptions = {}): Tensor {
  const { alpha = 2, checkNorm = true } = checkOptions("alignLoss", options, ["alpha", "checkNorm"]);
  checkPositive("alignLoss", { alpha });
  const [a, b] = guarded("alignLoss", checkNorm, { x, y });
  checkViews("alignLoss", { x: a, y: b });
  const difference = sub(a, b);
  if (alpha === 2) return mean(sum(square(difference), { dim: 1 }));
  return mean(pow(norm(difference, { dim: 1 }), alpha)); // norm stops the infinite slope that pow has at 0 for alpha < 1
}
