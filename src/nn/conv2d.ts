import type { Parameter, Tensor } from "../autograd/tensor.ts";
import { type Activation, conv2d, type Pair, type WindowOptions } from "../ops/index.ts";
import { pair } from "../ops/pair.ts";
import { checkOptions } from "../options.ts";
import { show } from "../shape.ts";
import { type InitialOptions, initial } from "./initial.ts";
import { Module } from "./module.ts";

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
  readonly #window: WindowOptions;

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
    const inputs = this.weight.shape[1];
    if (x.shape.length !== 4 || x.shape[1] !== inputs) {
      throw new RangeError(`Conv2d: needs images [n, ${inputs}, height, width], got ${show(x.shape)}`);
    }
    return conv2d(x, this.weight, { bias: this.bias, activation, ...this.#window });
  }
}
