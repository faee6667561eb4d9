import type { Parameter, Tensor } from "../autograd/tensor.ts";
import { addBias } from "../ops/add-bias.ts";
import { type Activation, gemm, reshape } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { type Shape, show } from "../shape.ts";
import { type InitialOptions, initial } from "./initial.ts";
import { Module } from "./module.ts";
import type { OnnxGraph, OnnxValue } from "./onnx-graph.ts";

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
    const shape = this.#outputs(x.shape);
    const rows = reshape(x, [-1, this.weight.shape[1]]); // one product, and one weight gradient, whatever the leading dimensions
    const y = addBias("Linear", gemm(rows, this.weight, { transposeB: true }), this.bias, activation);
    return reshape(y, shape);
  }

  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    const { weight, bias } = this;
    const shape = this.#outputs(x.shape);
    if (shape.length === 2) return graph.node("Gemm", [x, weight, bias], shape, { transB: { int: 1 } });
    const turned = graph.node("Transpose", [weight], weight.shape.toReversed());
    const product = graph.node("MatMul", [x, turned], shape);
    return bias ? graph.node("Add", [product, bias], shape) : product;
  }

  /** [..., inputs] -> [..., outputs]. Throws for what has not so many inputs. */
  #outputs(shape: Shape): Shape {
    const [outputs, inputs] = this.weight.shape;
    if (shape.at(-1) !== inputs) throw new RangeError(`Linear: needs [..., ${inputs}], got ${show(shape)}`);
    return [...shape.slice(0, -1), outputs];
  }
}
