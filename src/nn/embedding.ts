import { Parameter, type Tensor } from "../autograd/tensor.ts";
import type { Device } from "../devices/device.ts";
import { type Generator, type Integers, take } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { checkShape } from "../shape.ts";
import { Module } from "./module.ts";
import { noChoice, type OnnxChoice } from "./onnx-choice.ts";
import type { OnnxGraph, OnnxValue } from "./onnx-graph.ts";

/** Where the weights come from. */
export interface EmbeddingOptions {
  /** Draws the initial weights. */
  generator: Generator;
  /** Their standard deviation: 1 unless given, PyTorch's default. */
  std?: number;
  device?: Device;
}

/**
 * A learnt row for each of `count` things, such as words: n whole numbers in 0..count-1 -> [n, width]. weight: [count, width],
 * from N(0, std²). Its gradient has a row of zeros for whatever was not asked for.
 */
export class Embedding extends Module<Integers> {
  readonly weight: Parameter;

  constructor(count: number, width: number, options: EmbeddingOptions) {
    super();
    const { generator, std = 1, device } = checkOptions("Embedding", options, ["generator", "std", "device"]);
    checkShape([count, width], "Embedding");
    if (!(std >= 0 && std < Infinity)) throw new RangeError(`Embedding: std must be a number >= 0, got ${std}`);
    this.weight = new Parameter(generator.normal([count, width], { std, device }));
  }

  /** Throws naming the first entry that is none of its numbers. */
  forward(indices: Integers): Tensor {
    return take(this.weight, indices);
  }

  /** x: int64, of any shape -> [..., width] */
  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    return graph.node("Gather", [this.weight, x], [...x.shape, this.weight.shape[1]]);
  }

  /** indices: int64 [n] -> features: [n, width] */
  override toOnnxGraph(graph: OnnxGraph, choice: OnnxChoice): void {
    noChoice(this, "whole numbers", choice);
    graph.output("features", graph.through(this, graph.input("indices", ["n"], "int64")), "n");
  }
}
