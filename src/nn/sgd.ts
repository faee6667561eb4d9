import type { Parameter, Tensor } from "../autograd/tensor.ts";
import type { FusedKernels } from "../devices/device.ts";
import { add, mul, sub } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { type FusedStep, Optimizer } from "./optimizer.ts";

/** Learning rate and what bends the path. */
export interface SgdOptions {
  lr: number;
  /** Share of the previous update that is kept: 0 unless given. */
  momentum?: number;
  /** λ of the penalty λ/2 ‖p‖², added to the gradient of every parameter: 0 unless given. */
  weightDecay?: number;
  /** Look ahead along the momentum. Needs momentum > 0. */
  nesterov?: boolean;
}

/**
 * Stochastic gradient descent as in PyTorch: g ← g + λp; b ← μb + g (first b = g); p ← p − lr·b, or with `nesterov`
 * p − lr·(g + μb). The learning rate stays outside the buffer.
 */
export class SGD extends Optimizer {
  readonly #momentum: number;
  readonly #weightDecay: number;
  readonly #nesterov: boolean;

  constructor(parameters: readonly Parameter[], options: SgdOptions) {
    const {
      lr,
      momentum = 0,
      weightDecay = 0,
      nesterov = false,
    } = checkOptions("SGD", options, ["lr", "momentum", "weightDecay", "nesterov"]);
    super("SGD", parameters, lr);
    if (!(momentum >= 0) || !(weightDecay >= 0)) {
      throw new RangeError(`SGD: momentum and weightDecay must be >= 0, got ${momentum} and ${weightDecay}`);
    }
    if (nesterov && momentum === 0) throw new RangeError("SGD: nesterov needs momentum > 0");
    this.#momentum = momentum;
    this.#weightDecay = weightDecay;
    this.#nesterov = nesterov;
  }

  protected slots(): readonly string[] {
    return this.#momentum === 0 ? [] : ["momentum_buffer"];
  }

  protected update(p: Tensor, gradient: Tensor, [b]: readonly Tensor[]): readonly [Tensor, ...Tensor[]] {
    const momentum = this.#momentum;
    const g = this.#weightDecay === 0 ? gradient : add(gradient, mul(p, this.#weightDecay));
    if (momentum === 0) return [sub(p, mul(g, this.lr))];
    const buffer = b ? add(mul(b, momentum), g) : g;
    return [sub(p, mul(this.#nesterov ? add(g, mul(buffer, momentum)) : buffer, this.lr)), buffer];
  }

  protected fused({ sgd }: FusedKernels): FusedStep | undefined {
    const rates = { lr: this.lr, momentum: this.#momentum, weightDecay: this.#weightDecay, nesterov: this.#nesterov };
    return sgd && ((updates, spent) => sgd(updates, rates, spent));
  }
}
