import type { Tensor } from "../../../autograd/tensor.ts";
import { alignLoss } from "../../../losses/align.ts";
import { queueContrastiveLoss } from "../../../losses/contrastive.ts";
import { guarded } from "../../../losses/features.ts";
import { queueUniformLoss } from "../../../losses/queue-uniform.ts";
import { checkOptions } from "../../../options.ts";
import { type Weighed, weighed } from "../weighed.ts";

/** Weights and settings of the three terms, with the defaults of the released ImageNet code. */
export interface MomentumLossOptions {
  /** 3 unless given. */
  readonly alignWeight?: number;
  /** Exponent of the distance: 2 unless given. */
  readonly alpha?: number;
  /** 1 unless given. */
  readonly uniformWeight?: number;
  /** Sharpness of the Gaussian potential: 3 unless given. */
  readonly t?: number;
  /** Whether pairs inside the batch count too (Eq. 18) or only pairs with the queue (Eq. 17): yes unless turned off. */
  readonly intraBatch?: boolean;
  /** 0 unless given. */
  readonly contrastiveWeight?: number;
  /** Temperature: 0.07 unless given. */
  readonly tau?: number;
}

/** The terms that may be in it. */
type Term = "align" | "uniform" | "contrastive";

export type MomentumLoss = Weighed<Term>;

/**
 * alignWeight · `alignLoss`(q, k) + uniformWeight · `queueUniformLoss`(q, queue) + contrastiveWeight ·
 * `queueContrastiveLoss`(q, k, queue), of the terms whose weight is not 0 (Wang & Isola 2020, App. B.3). q, k: [n, d],
 * queue: [K, d], unit rows; those of q and k are checked, a queue's were when they were new. Throws for a weight below 0
 * and where all are 0.
 */
export function momentumLoss(q: Tensor, k: Tensor, queue: Tensor, options: MomentumLossOptions = {}): MomentumLoss {
  const what = "momentumLoss";
  const known = ["alignWeight", "alpha", "uniformWeight", "t", "intraBatch", "contrastiveWeight", "tau"] as const;
  const { alpha, t, intraBatch, tau, ...weights } = checkOptions(what, options, known);
  const { alignWeight = 3, uniformWeight = 1, contrastiveWeight = 0 } = weights;
  const [a, b] = guarded(what, true, { q, k });
  return weighed<Term>(what, [
    ["align", alignWeight, () => alignLoss(a, b, { alpha, checkNorm: false })],
    ["uniform", uniformWeight, () => queueUniformLoss(a, queue, { t, intraBatch, checkNorm: false })],
    ["contrastive", contrastiveWeight, () => queueContrastiveLoss(a, b, queue, { tau, checkNorm: false })],
  ]);
}
