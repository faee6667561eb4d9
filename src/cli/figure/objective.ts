import type { Tensor } from "../../autograd/tensor.ts";
import { alignLoss } from "../../losses/align.ts";
import { contrastiveLoss } from "../../losses/contrastive.ts";
import { uniformLoss } from "../../losses/uniform.ts";
import { add, mul } from "../../ops/index.ts";

/** What an encoder is trained for without labels: the sum of the losses that are named, each with its weight. */
export interface Objective {
  readonly align?: { readonly weight: number; readonly alpha: number };
  readonly uniform?: { readonly weight: number; readonly t: number };
  readonly contrastive?: { readonly weight: number; readonly tau: number };
}

/** The weighted losses of two views, added up: `uniform` is the mean of both. x, y: [n, d], unit rows. Throws for none. */
export function objectiveLoss({ align, uniform, contrastive }: Objective, x: Tensor, y: Tensor): Tensor {
  const terms: Tensor[] = [];
  if (align) terms.push(mul(alignLoss(x, y, { alpha: align.alpha }), align.weight));
  if (uniform) {
    const { t, weight } = uniform;
    terms.push(mul(add(uniformLoss(x, { t }), uniformLoss(y, { t })), weight / 2));
  }
  if (contrastive) terms.push(mul(contrastiveLoss(x, y, { tau: contrastive.tau }), contrastive.weight));
  const [first, ...others] = terms;
  if (first === undefined) throw new Error("objectiveLoss: needs one of align, uniform and contrastive, got none");
  return others.reduce((sum, term) => add(sum, term), first);
}

/** It in words: "2 align (α 2) + uniform (t 2)". */
export function described({ align, uniform, contrastive }: Objective): string {
  const term = (weight: number, name: string): string => (weight === 1 ? name : `${shown(weight)} ${name}`);
  return [
    ...(contrastive ? [term(contrastive.weight, `contrastive (τ ${shown(contrastive.tau)})`)] : []),
    ...(align ? [term(align.weight, `align (α ${shown(align.alpha)})`)] : []),
    ...(uniform ? [term(uniform.weight, `uniform (t ${shown(uniform.t)})`)] : []),
  ].join(" + ");
}

function shown(n: number): string {
  return String(Number(n.toPrecision(3)));
}
