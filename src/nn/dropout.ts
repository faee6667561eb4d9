import type { Tensor } from "../autograd/tensor.ts";
import { dropout, type Generator } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { Module } from "./module.ts";
import type { OnnxGraph, OnnxValue } from "./onnx-graph.ts";

/**
 * In training each entry is 0 with probability p, else x / (1 − p); in evaluation x itself. Masks come from `generator`,
 * whose state is not part of the state dict: keep `generator.getState()` beside it to go on with the same bits.
 */
export class Dropout extends Module {
  readonly #p: number;
  readonly #generator: Generator;

  /** Throws unless p is in 0..1. */
  constructor(p: number, options: { generator: Generator }) {
    super();
    const { generator } = checkOptions("Dropout", options, ["generator"]);
    if (!(p >= 0 && p <= 1)) throw new RangeError(`Dropout: p must be in 0..1, got ${p}`);
    this.#p = p;
    this.#generator = generator;
  }

  forward(x: Tensor): Tensor {
    return this.training ? dropout(x, this.#p, this.#generator) : x;
  }

  override toOnnx(_: OnnxGraph, x: OnnxValue): OnnxValue {
    return x;
  }
}
