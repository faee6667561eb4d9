import type { Parameter, Tensor } from "../autograd/tensor.ts";
import type { AdamRates, FusedKernels } from "../devices/device.ts";
import { add, div, mul, sqrt, square, sub } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { type FusedStep, Optimizer } from "./optimizer.ts";

/** Learning rate, averages and decay. */
export interface AdamOptions {
  /** 1e-3 unless given. */
  lr?: number;
  /** How much of the old mean and of the old mean square is kept: [0.9, 0.999] unless given. */
  betas?: readonly [number, number];
  /** Added to the root, outside of it: 1e-8 unless given. */
  eps?: number;
  /** λ of the decay: for Adam 0 unless given, for AdamW 0.01. */
  weightDecay?: number;
}

/** What Adam and AdamW share; they differ in where the decay enters. */
abstract class AdamFamily extends Optimizer {
  readonly #betas: readonly [number, number];
  readonly #eps: number;
  readonly #weightDecay: number;

  constructor(what: string, parameters: readonly Parameter[], options: AdamOptions, usualDecay: number) {
    const known = ["lr", "betas", "eps", "weightDecay"] as const;
    const {
      lr = 1e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = usualDecay,
    } = checkOptions(what, options, known);
    super(what, parameters, lr);
    if (betas.length !== 2 || betas.some((b) => !(b >= 0 && b < 1)))
      throw new RangeError(`${what}: betas must be two numbers in [0, 1), got [${betas}]`);
    if (!(eps >= 0) || !(weightDecay >= 0)) {
      throw new RangeError(`${what}: eps and weightDecay must be >= 0, got ${eps} and ${weightDecay}`);
    }
    this.#betas = betas;
    this.#eps = eps;
    this.#weightDecay = weightDecay;
  }

  /** How much of λ goes into the gradient, and by what the parameter shrinks. */
  protected abstract decays(weightDecay: number): Pick<AdamRates, "weightDecay" | "shrink">;

  protected slots(): readonly string[] {
    return ["exp_avg", "exp_avg_sq"];
  }

  protected update(
    parameter: Tensor,
    gradient: Tensor,
    [mean, meanSquare]: readonly Tensor[],
    step: number,
  ): readonly [Tensor, ...Tensor[]] {
    const [beta1, beta2] = this.#betas;
    const { weightDecay, shrink } = this.decays(this.#weightDecay);
    const p = shrink === 1 ? parameter : mul(parameter, shrink);
    const g = weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay));
    const mixed = (old: Tensor | undefined, next: Tensor, keep: number): Tensor =>
      old ? add(mul(old, keep), mul(next, 1 - keep)) : mul(next, 1 - keep);
    const m = mixed(mean, g, beta1);
    const v = mixed(meanSquare, square(g), beta2);
    const scale = add(sqrt(div(v, 1 - beta2 ** step)), this.#eps);
    return [sub(p, mul(div(m, scale), this.lr / (1 - beta1 ** step))), m, v];
  }

  protected fused({ adam }: FusedKernels): FusedStep | undefined {
    const rates = { lr: this.lr, betas: this.#betas, eps: this.#eps, ...this.decays(this.#weightDecay) };
    return adam && ((updates, spent) => adam(updates, rates, spent));
  }
}

/**
 * Adam (Kingma & Ba 2015) as in PyTorch: g ← g + λp, m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²,
 * p ← p − lr · m/(1 − β₁ᵏ) / (√(v/(1 − β₂ᵏ)) + eps) at step k.
 */
export class Adam extends AdamFamily {
  constructor(parameters: readonly Parameter[], options: AdamOptions = {}) {
    super("Adam", parameters, options, 0);
  }

  protected decays(weightDecay: number): Pick<AdamRates, "weightDecay" | "shrink"> {
    return { weightDecay, shrink: 1 };
  }
}

/**
 * AdamW (Loshchilov & Hutter 2019) as in PyTorch: the decay stays out of the averages, p ← (1 − lr·λ)p before Adam's step
 * on the gradient as it is.
 */
export class AdamW extends AdamFamily {
  constructor(parameters: readonly Parameter[], options: AdamOptions = {}) {
    super("AdamW", parameters, options, 0.01);
  }

  protected decays(weightDecay: number): Pick<AdamRates, "weightDecay" | "shrink"> {
    return { weightDecay: 0, shrink: 1 - this.lr * weightDecay };
  }
}
