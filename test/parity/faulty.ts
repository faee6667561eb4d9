import type { Parameter, Tensor } from "../../src/autograd/tensor.ts";
import { Optimizer } from "../../src/nn/index.ts";
import { add, div, mul, sqrt, square, sub } from "../../src/ops/index.ts";
import type { TrainingCase } from "./fixture.ts";

/** Mistakes that people make in optimizers. */
export const faults = {
  SGD: [
    "the learning rate goes into the buffer",
    "the first buffer is damped",
    "nesterov is forgotten",
    "decay is decoupled from the gradient",
    "decay leaves out biases",
    "decay has twice the rate",
  ],
  Adam: [
    "eps goes under the root",
    "bias is not corrected",
    "the first step counts as the second",
    "decay is decoupled from the gradient",
    "the second moment is of the first",
    "betas are exchanged",
  ],
} as const;

type Options = Partial<Record<"lr" | "momentum" | "weightDecay" | "eps", number>> & {
  nesterov?: boolean;
  betas?: readonly [number, number];
};

/** SGD and Adam once more, straight from PyTorch's documentation, with a fault at will. */
export class Faulty extends Optimizer {
  readonly #kind: "SGD" | "Adam";
  readonly #options: Options;
  readonly #fault: string | undefined;

  constructor({ optimizer, options }: TrainingCase, parameters: readonly Parameter[], fault?: string) {
    const given = options as Options;
    super("Faulty", parameters, given.lr ?? 1e-3);
    this.#kind = optimizer as "SGD" | "Adam";
    this.#options = given;
    this.#fault = fault;
  }

  protected slots(): readonly string[] {
    return [];
  }

  protected update(p: Tensor, gradient: Tensor, index: number, step: number): Tensor {
    const { weightDecay = 0 } = this.#options;
    const spared = this.#fault === "decay leaves out biases" && p.shape.length < 2;
    const decay = spared ? 0 : this.#fault === "decay has twice the rate" ? 2 * weightDecay : weightDecay;
    if (this.#fault !== "decay is decoupled from the gradient") {
      return this.#moved(p, add(gradient, mul(p, decay)), index, step);
    }
    return sub(this.#moved(p, gradient, index, step), mul(p, this.lr * decay));
  }

  #moved(p: Tensor, g: Tensor, index: number, step: number): Tensor {
    return this.#kind === "SGD" ? this.#sgd(p, g, index) : this.#adam(p, g, index, step);
  }

  #sgd(p: Tensor, g: Tensor, index: number): Tensor {
    const { momentum = 0, nesterov = false } = this.#options;
    const inside = this.#fault === "the learning rate goes into the buffer" ? this.lr : 1;
    const damped = this.#fault === "the first buffer is damped" ? 1 - momentum : 1;
    const buffer = this.moved("buffer", index, (b) =>
      b ? add(mul(b, momentum), mul(g, inside)) : mul(g, damped * inside),
    );
    const ahead = nesterov && this.#fault !== "nesterov is forgotten";
    return sub(p, mul(ahead ? add(mul(g, inside), mul(buffer, momentum)) : buffer, this.lr / inside));
  }

  #adam(p: Tensor, g: Tensor, index: number, step: number): Tensor {
    const { betas = [0.9, 0.999], eps = 1e-8 } = this.#options;
    const [beta1, beta2] = this.#fault === "betas are exchanged" ? [betas[1], betas[0]] : betas;
    const moment = (name: string, value: Tensor, beta: number): Tensor =>
      this.moved(name, index, (m) => (m ? add(mul(m, beta), mul(value, 1 - beta)) : mul(value, 1 - beta)));
    const m = moment("m", g, beta1);
    const v = moment("v", square(this.#fault === "the second moment is of the first" ? m : g), beta2);
    const k = this.#fault === "the first step counts as the second" ? step + 1 : step;
    const [c1, c2] = this.#fault === "bias is not corrected" ? [1, 1] : [1 - beta1 ** k, 1 - beta2 ** k];
    const spread = div(v, c2);
    const scale = this.#fault === "eps goes under the root" ? sqrt(add(spread, eps)) : add(sqrt(spread), eps);
    return sub(p, mul(div(m, scale), this.lr / c1));
  }
}
