import type { Tensor } from "../autograd/tensor.ts";
import { flatten } from "../ops/index.ts";
import { resolveDim, sizeOf } from "../shape.ts";
import { Module } from "./module.ts";
import type { OnnxGraph, OnnxValue } from "./onnx-graph.ts";

/** Joins all dimensions from `startDim` on into one, by default all but the batch: [n, c, h, w] -> [n, c*h*w]. */
export class Flatten extends Module {
  readonly #startDim: number;

  constructor(startDim: number = 1) {
    super();
    this.#startDim = startDim;
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.#startDim);
  }

  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    const start = resolveDim(this.#startDim, x.shape.length, "Flatten");
    const shape = [...x.shape.slice(0, start), sizeOf(x.shape.slice(start))];
    if (start === 1) return graph.node("Flatten", [x], shape, { axis: { int: 1 } });
    const sizes = BigInt64Array.from(shape, (_, d) => (d < start ? 0n : -1n)); // 0: as it is, -1: what is left
    return graph.node("Reshape", [x, graph.constant("shape", sizes, [sizes.length])], shape);
  }
}
