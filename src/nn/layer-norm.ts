import { ones, zeros } from "../autograd/create.ts";
import { Parameter, type Tensor } from "../autograd/tensor.ts";
import type { Device } from "../devices/device.ts";
import { layerNorm } from "../ops/index.ts";
import { checkEnd } from "../ops/normalize.ts";
import { checkOptions } from "../options.ts";
import { checkShape, type Shape, sizeOf } from "../shape.ts";
import { Module } from "./module.ts";
import type { OnnxGraph, OnnxValue } from "./onnx-graph.ts";

/** What is added to the variance, and whether a scale and a shift are learnt. */
export interface LayerNormLayerOptions {
  /** 1e-5 unless given. */
  eps?: number;
  /** Whether to learn weight and bias: yes unless turned off. */
  elementwiseAffine?: boolean;
  device?: Device;
}

/**
 * `layerNorm` over the last dimensions, whose shape is `shape` (a number for the last alone). x: [..., ...shape];
 * weight and bias: `shape`, 1 and 0 at first. No running statistics: training and evaluation are the same.
 */
export class LayerNorm extends Module {
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  readonly #shape: Shape;
  readonly #eps: number;

  constructor(shape: number | Shape, options: LayerNormLayerOptions = {}) {
    super();
    const known = ["eps", "elementwiseAffine", "device"] as const;
    const { eps = 1e-5, elementwiseAffine = true, device } = checkOptions("LayerNorm", options, known);
    this.#shape = typeof shape === "number" ? [shape] : [...shape];
    checkShape(this.#shape, "LayerNorm");
    if (!(eps >= 0)) throw new RangeError(`LayerNorm: eps must be >= 0, got ${eps}`);
    this.#eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones(this.#shape, { device })) : undefined;
    this.bias = elementwiseAffine ? new Parameter(zeros(this.#shape, { device })) : undefined;
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.#shape, { weight: this.weight, bias: this.bias, eps: this.#eps });
  }

  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    const shape = this.#shape;
    checkEnd("LayerNorm", x.shape, shape);
    const scale = this.weight ?? graph.constant("scale", new Float32Array(sizeOf(shape)).fill(1), shape);
    const attributes = { axis: { int: -shape.length }, epsilon: { float: this.#eps } };
    return graph.node("LayerNormalization", [x, scale, this.bias], x.shape, attributes);
  }
}
