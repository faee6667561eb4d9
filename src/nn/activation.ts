import type { Tensor } from "../autograd/tensor.ts";
import { type Activation, normalize, relu } from "../ops/index.ts";
import { Module } from "./module.ts";
import type { OnnxGraph, OnnxValue } from "./onnx-graph.ts";

/** max(x, 0) */
export class ReLU extends Module {
  override get activation(): Activation {
    return "relu";
  }

  forward(x: Tensor): Tensor {
    return relu(x);
  }

  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    return graph.node("Relu", [x], x.shape);
  }
}

/** Rows of [n, d] onto the unit sphere, x / max(‖x‖₂, 1e-12): the last layer of an encoder trained with these losses. */
export class L2Norm extends Module {
  forward(x: Tensor): Tensor {
    return normalize(x);
  }

  // Not LpNormalization, which divides by 0 where a row is 0.
  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    const lengths = x.shape.map((n, d) => (d === 1 ? 1 : n));
    const norm = graph.node("ReduceL2", [x], lengths, { axes: { ints: [1] } });
    const least = graph.constant("eps", Float32Array.of(1e-12), []);
    return graph.node("Div", [x, graph.node("Max", [norm, least], lengths)], x.shape);
  }
}
