import type { Tensor } from "../autograd/tensor.ts";
import { add, mul } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { type AlignOptions, alignLoss } from "./align.ts";
import { guarded } from "./features.ts";
import { type UniformOptions, uniformLoss } from "./uniform.ts";

/** The options of both losses, and their weights: 1 each unless given. */
export interface AlignUniformOptions extends AlignOptions, UniformOptions {
  alignWeight?: number;
  uniformWeight?: number;
}

/** All three are scalars with gradients; `uniform` is the mean of the two views' losses. */
export interface AlignUniformLoss {
  readonly loss: Tensor;
  readonly align: Tensor;
  readonly uniform: Tensor;
}

/**
 * The training loss of Wang & Isola 2020: alignWeight · align(x, y) + uniformWeight · (uniform(x) + uniform(y)) / 2.
 * x, y: [n, d], n >= 2, unit rows, row i of both from the same sample. Each view spreads on its own: a mean of two
 * logs, not the loss of the pooled batch.
 */
export function alignUniformLoss(x: Tensor, y: Tensor, options: AlignUniformOptions = {}): AlignUniformLoss {
  const known = ["alignWeight", "uniformWeight", "alpha", "t", "checkNorm"] as const;
  const {
    alignWeight = 1,
    uniformWeight = 1,
    alpha,
    t,
    checkNorm = true,
  } = checkOptions("alignUniformLoss", options, known);
  const [a, b] = guarded("alignUniformLoss", checkNorm, { x, y });
  const align = alignLoss(a, b, { alpha, checkNorm: false });
  const uniform = mul(add(uniformLoss(a, { t, checkNorm: false }), uniformLoss(b, { t, checkNorm: false })), 0.5);
  return { loss: add(mul(align, alignWeight), mul(uniform, uniformWeight)), align, uniform };
}
