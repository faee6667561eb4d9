import type { Tensor } from "../autograd/tensor.ts";
import { logSumExp, stack, sub } from "../ops/index.ts";
import { logPotential } from "../ops/potential.ts";
import { checkOptions } from "../options.ts";
import { checkPositive, checkQueue, guarded } from "./features.ts";
import type { UniformOptions } from "./uniform.ts";

/** Options of `queueUniformLoss`. */
export interface QueueUniformOptions extends UniformOptions {
  /** Whether pairs inside the batch count too (Eq. 18) or only pairs with the queue (Eq. 17): yes unless turned off. */
  intraBatch?: boolean;
}

/**
 * Uniformity of a batch against a queue (Wang & Isola 2020, Eq. 17 and 18):
 * log of the mean of exp(−t |a − b|²) over the n·K pairs (q_i, queue_j) and, with `intraBatch`, the n(n−1)/2 unordered
 * pairs inside the batch (the paper prints i ≠ j; its code counts each pair once). q: [n, d], queue: [K, d], unit rows;
 * t = 3 unless given. Computed as log-sum-exp, so it does not underflow.
 * Derivation: docs/derivations.md#queue-losses.
 */
export function queueUniformLoss(q: Tensor, queue: Tensor, options: QueueUniformOptions = {}): Tensor {
  const what = "queueUniformLoss";
  const { t = 3, intraBatch = true, checkNorm = true } = checkOptions(what, options, ["t", "intraBatch", "checkNorm"]);
  checkPositive(what, { t });
  const [a, b] = guarded(what, checkNorm, { q, queue });
  checkQueue(what, a, b);
  const [n, k] = [a.shape[0], b.shape[0]];
  const across = logPotential(a, t, b);
  if (!intraBatch || n < 2) return sub(across, Math.log(n * k)); // one query has no pair in its batch
  return sub(logSumExp(stack([across, logPotential(a, t)])), Math.log(n * k + (n * (n - 1)) / 2));
}
