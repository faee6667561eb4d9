import type { Tensor } from "../../../autograd/tensor.ts";
import { alignLoss } from "../../../losses/align.ts";
import { queueContrastiveLoss } from "../../../losses/contrastive.ts";
import { guarded } from "../../../losses/features.ts";
import { queueUniformLoss } from "../../../losses/queue-uniform.ts";
import { add, mul } from "../../../ops/index.ts";
import { checkOptions } from "../../../options.ts";

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

/** Scalars with gradients: the loss and, by name, each term whose weight is not 0, unweighted. */
export type MomentumLoss = { readonly loss: Tensor } & { readonly [name in Term]?: Tensor };

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
  const terms: readonly (readonly [name: Term, weight: number, term: () => Tensor])[] = [
    ["align", alignWeight, () => alignLoss(a, b, { alpha, checkNorm: false })],
    ["uniform", uniformWeight, () => queueUniformLoss(a, queue, { t, intraBatch, checkNorm: false })],
    ["contrastive", contrastiveWeight, () => queueContrastiveLoss(a, b, queue, { tau, checkNorm: false })],
  ];
  const wrong = terms.find(([, weight]) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (wrong) throw new RangeError(`${what}: ${wrong[0]}Weight must be >= 0 and finite, got ${wrong[1]}`);
  const present = terms
    .filter(([, weight]) => weight > 0)
    .map(([name, weight, term]) => ({ name, weight, value: term() }));
  if (present.length === 0) throw new RangeError(`${what}: all three weights are 0: nothing is left to learn from`);
  const loss = present.map(({ weight, value }) => mul(value, weight)).reduce((sum, term) => add(sum, term));
  return { ...Object.fromEntries(present.map(({ name, value }) => [name, value])), loss };
}
