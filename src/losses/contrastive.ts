import type { Tensor } from "../autograd/tensor.ts";
import { add, concat, crossEntropy, gemm, mul, sum } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { type CheckNorm, checkPositive, checkQueue, checkViews, guarded } from "./features.ts";

/** Options of the contrastive losses. */
export interface ContrastiveOptions extends CheckNorm {
  /** Temperature, > 0. */
  tau?: number;
}

/**
 * The in-batch contrastive loss of Wang & Isola 2020, App. B.1: −½ mean_i [ log softmax_j(x_i·y_j / τ)_i + the same with x
 * and y exchanged ], so the negatives of x_i are the n − 1 other rows of y. In 0..; chance is log n. x, y: [n, d], unit
 * rows; τ = 0.5 unless given.
 * Derivation: docs/derivations.md#contrastiveloss.
 */
export function contrastiveLoss(x: Tensor, y: Tensor, options: ContrastiveOptions = {}): Tensor {
  const { tau = 0.5, checkNorm = true } = checkOptions("contrastiveLoss", options, ["tau", "checkNorm"]);
  checkPositive("contrastiveLoss", { tau });
  const [a, b] = guarded("contrastiveLoss", checkNorm, { x, y });
  checkViews("contrastiveLoss", { x: a, y: b });
  const labels = Int32Array.from({ length: x.shape[0] }, (_, i) => i);
  const oneWay = (from: Tensor, to: Tensor): Tensor =>
    crossEntropy(mul(gemm(from, to, { transposeB: true }), 1 / tau), labels);
  return mul(add(oneWay(a, b), oneWay(b, a)), 0.5);
}

/**
 * MoCo's loss (He et al. 2020): −mean_i log softmax over [q_i·k_i, q_i·queue_1, q_i·queue_2, ...] / τ at the first place.
 * q, k: [n, d], queue: [K, d], unit rows; τ = 0.07 unless given.
 * Derivation: docs/derivations.md#queue-losses.
 */
export function queueContrastiveLoss(q: Tensor, k: Tensor, queue: Tensor, options: ContrastiveOptions = {}): Tensor {
  const what = "queueContrastiveLoss";
  const { tau = 0.07, checkNorm = true } = checkOptions(what, options, ["tau", "checkNorm"]);
  checkPositive(what, { tau });
  const [a, b, c] = guarded(what, checkNorm, { q, k, queue });
  checkViews(what, { q: a, k: b });
  checkQueue(what, a, c);
  const positive = sum(mul(a, b), { dim: 1, keepdim: true }); // [n, 1]
  const negatives = gemm(a, c, { transposeB: true }); // [n, K]
  return crossEntropy(mul(concat([positive, negatives], { dim: 1 }), 1 / tau), new Int32Array(q.shape[0]));
}
