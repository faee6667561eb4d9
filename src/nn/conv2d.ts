import type { Parameter, Tensor } from "../autograd/tensor.ts";
import { type Activation, conv2d, type Pair, type WindowOptions } from "../ops/index.ts";
import { pair } from "../ops/pair.ts";
import { checkOptions } from "../options.ts";
import { type Shape, show } from "../shape.ts";
import { type InitialOptions, initial } from "./initial.ts";
import { Module } from "./module.ts";
import type { OnnxGraph, OnnxValue } from "./onnx-graph.ts";
import { onnxWindow } from "./onnx-window.ts";

/** Where the weights come from, how the window moves, and whether there is a bias. */
export interface Conv2dOptions extends WindowOptions, InitialOptions {}

/**
 * The cross-correlation of `conv2d` with weights of its own. x: [n, inputs, h, w] -> [n, outputs, oh, ow]; weight:
 * [outputs, inputs, kh, kw], bias: [outputs]. Both start from U(−1/√fan, 1/√fan) with fan = inputs·kh·kw, PyTorch's
 * default (kaiming uniform with a = √5). stride 1, padding 0, dilation 1 unless given.
 */
export class Conv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly #window: Readonly<Record<"stride" | "padding" | "dilation", readonly [number, number]>>;

  constructor(inputs: number, outputs: number, kernel: Pair, options: Conv2dOptions) {
    super();
    const known = ["generator", "stride", "padding", "dilation", "bias", "std", "device"] as const;
    const given = checkOptions("Conv2d", options, known);
    const { stride = 1, padding = 0, dilation = 1 } = given;
    const [kh, kw] = pair("Conv2d: kernel", kernel, 1);
    pair("Conv2d: channels", [inputs, outputs], 1);
    this.#window = {
      stride: pair("Conv2d: stride", stride, 1),
      padding: pair("Conv2d: padding", padding, 0),
      dilation: pair("Conv2d: dilation", dilation, 1),
    };
    const { weight, bias } = initial("Conv2d", [outputs, inputs, kh, kw], given);
    this.weight = weight;
    this.bias = bias;
  }

  forward(x: Tensor): Tensor {
    return this.forwardWith(x);
  }

  override forwardWith(x: Tensor, activation?: Activation): Tensor {
    this.#check(x.shape);
    return conv2d(x, this.weight, { bias: this.bias, activation, ...this.#window });
  }

  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    this.#check(x.shape);
    const { weight, bias } = this;
    const [outputs, , kh, kw] = weight.shape;
    const { out, attributes } = onnxWindow("Conv2d", x.shape, [kh, kw], this.#window);
    const dilations = { ints: this.#window.dilation };
    return graph.node("Conv", [x, weight, bias], [x.shape[0], outputs, ...out], { ...attributes, dilations });
  }

  #check(shape: Shape): void {
    const inputs = this.weight.shape[1];
    if (shape.length === 4 && shape[1] === inputs) return;
    throw new RangeError(`Conv2d: needs images [n, ${inputs}, height, width], got ${show(shape)}`);
  }
}
