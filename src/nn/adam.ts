import type { Parameter, Tensor } from "../autograd/tensor.ts";
import { add, div, mul, sqrt, square, sub } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { Optimizer } from "./optimizer.ts";

/** Learning rate, averages and decay. */
export interface AdamOptions {
  /** 1e-3 unless given. */
  lr?: number;
  /** How much of the old mean and of the old mean square is kept: [0.9, 0.999] unless given. */
  betas?: readonly [number, number];
  /** Added to the root, outside of it: 1e-8 unless given. */
  eps?: number;
  /** λ of the penalty λ/2 ‖p‖², added to the gradient: 0 unless given. */
  weightDecay?: number;
}

/**
 * Adam (Kingma & Ba 2015) as in PyTorch: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²,
 * p ← p − lr · m/(1 − β₁ᵏ) / (√(v/(1 − β₂ᵏ)) + eps) at step k.
 */
export class Adam extends Optimizer {
  readonly #betas: readonly [number, number];
  readonly #eps: number;
  readonly #weightDecay: number;

  constructor(parameters: readonly Parameter[], options: AdamOptions = {}) {
    const known = ["lr", "betas", "eps", "weightDecay"] as const;
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0 } = checkOptions("Adam", options, known);
    super("Adam", parameters, lr);
    if (betas.length !== 2 || betas.some((b) => !(b >= 0 && b < 1)))
      throw new RangeError(`Adam: betas must be two numbers in [0, 1), got [${betas}]`);
    if (!(eps >= 0) || !(weightDecay >= 0)) {
      throw new RangeError(`Adam: eps and weightDecay must be >= 0, got ${eps} and ${weightDecay}`);
    }
    this.#betas = betas;
    this.#eps = eps;
    this.#weightDecay = weightDecay;
  }

  protected slots(): readonly string[] {
    return ["exp_avg", "exp_avg_sq"];
  }

  protected update(p: Tensor, gradient: Tensor, index: number, step: number): Tensor {
    const [beta1, beta2] = this.#betas;
    const g = this.#weightDecay === 0 ? gradient : add(gradient, mul(p, this.#weightDecay));
    const mixed = (old: Tensor | undefined, next: Tensor, keep: number): Tensor =>
      old ? add(mul(old, keep), mul(next, 1 - keep)) : mul(next, 1 - keep);
    const m = this.moved("exp_avg", index, (before) => mixed(before, g, beta1));
    const v = this.moved("exp_avg_sq", index, (before) => mixed(before, square(g), beta2));
    const scale = add(sqrt(div(v, 1 - beta2 ** step)), this.#eps);
    return sub(p, mul(div(m, scale), this.lr / (1 - beta1 ** step)));
  }
}
