import type { Gradients } from "../autograd/gradients.ts";
import { noGrad } from "../autograd/recording.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { add, clamp, div, mul, sqrt } from "../ops/index.ts";
import { sumOfSquares } from "../ops/sum-of-squares.ts";

/**
 * The same gradients, scaled down so that the norm of all of them together is at most `max`: times
 * min(1, max / (norm + 1e-6)), as PyTorch's `clip_grad_norm_`. All means every leaf that `grads` holds, so leave out what
 * is not trained. Throws unless max > 0.
 */
export function clipGradNorm(grads: Gradients, max: number): Gradients {
  if (!(max > 0)) throw new RangeError(`clipGradNorm: max must be > 0, got ${max}`);
  const norm = gradNorm(grads);
  return norm ? scaledDown(grads, norm, max) : grads;
}

/** The same where the norm is known. */
export function scaledDown(grads: Gradients, norm: Tensor, max: number): Gradients {
  return noGrad(() => {
    const scale = clamp(div(max, add(norm, 1e-6)), { max: 1 });
    return grads.map((g) => mul(g, scale));
  });
}

/** The norm of all gradients together, a scalar; undefined if there are none. */
export function gradNorm(grads: Gradients): Tensor | undefined {
  const all = grads.values();
  if (all.length === 0) return undefined;
  return noGrad(() => sqrt(sumOfSquares(all)));
}
