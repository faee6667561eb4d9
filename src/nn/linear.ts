import type { Parameter, Tensor } from "../autograd/tensor.ts";
import { addBias } from "../ops/add-bias.ts";
import { type Activation, gemm, reshape } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { show } from "../shape.ts";
import { type InitialOptions, initial } from "./initial.ts";
import { Module } from "./module.ts";

/** Where the weights come from and whether there is a bias. */
export type LinearOptions = InitialOptions;

/**
 * y = x Wᵀ + b. x: [..., inputs] -> [..., outputs]; weight: [outputs, inputs], bias: [outputs]. Both start from
 * U(−1/√inputs, 1/√inputs), PyTorch's default (kaiming uniform with a = √5).
 */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(inputs: number, outputs: number, options: LinearOptions) {
    super();
    const given = checkOptions("Linear", options, ["generator", "bias", "std", "device"]);
    for (const n of [inputs, outputs]) {
      if (!Number.isInteger(n) || n < 1)
        throw new RangeError(`Linear: sizes must be whole numbers >= 1, got ${inputs}, ${outputs}`);
    }
    const { weight, bias } = initial("Linear", [outputs, inputs], given);
    this.weight = weight;
    this.bias = bias;
  }

  forward(x: Tensor): Tensor {
    return this.forwardWith(x);
  }

  override forwardWith(x: Tensor, activation?: Activation): Tensor {
    const inputs = this.weight.shape[1];
    if (x.shape.at(-1) !== inputs) throw new RangeError(`Linear: needs [..., ${inputs}], got ${show(x.shape)}`);
    const rows = reshape(x, [-1, inputs]); // one product, and one weight gradient, whatever the leading dimensions
    const y = addBias("Linear", gemm(rows, this.weight, { transposeB: true }), this.bias, activation);
    return reshape(y, [...x.shape.slice(0, -1), this.weight.shape[0]]);
  }
}
