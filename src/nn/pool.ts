import type { Tensor } from "../autograd/tensor.ts";
import {
  avgPool2d,
  concat,
  type MaxPooling,
  maxPool2d,
  mean,
  type Pair,
  type PoolOptions,
  slice,
} from "../ops/index.ts";
import { pair } from "../ops/pair.ts";
import { checkOptions } from "../options.ts";
import { type Shape, show } from "../shape.ts";
import { Module } from "./module.ts";
import type { OnnxGraph, OnnxValue } from "./onnx-graph.ts";
import { onnxWindow } from "./onnx-window.ts";

/** The largest value of each k×k window, as `maxPool2d`: [n, c, h, w] -> [n, c, oh, ow]. */
export class MaxPool2d extends Module {
  readonly #kernel: Pair;
  readonly #options: PoolOptions;

  constructor(kernel: Pair, options: PoolOptions = {}) {
    super();
    this.#kernel = pair("MaxPool2d: kernel", kernel, 1);
    this.#options = checkedOptions("MaxPool2d", this.#kernel, options);
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.#kernel, this.#options);
  }

  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    const { out, attributes } = onnxWindow("MaxPool2d", x.shape, this.#kernel, this.#options);
    return graph.node("MaxPool", [x], [...x.shape.slice(0, 2), ...out], attributes);
  }

  override get maxPooling(): MaxPooling {
    return { ...this.#options, kernel: this.#kernel };
  }
}

/** The mean of each k×k window, as `avgPool2d`: [n, c, h, w] -> [n, c, oh, ow]. */
export class AvgPool2d extends Module {
  readonly #kernel: Pair;
  readonly #options: PoolOptions;

  constructor(kernel: Pair, options: PoolOptions = {}) {
    super();
    this.#kernel = pair("AvgPool2d: kernel", kernel, 1);
    this.#options = checkedOptions("AvgPool2d", this.#kernel, options);
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.#kernel, this.#options);
  }

  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    const { out, attributes } = onnxWindow("AvgPool2d", x.shape, this.#kernel, this.#options);
    const all = { ...attributes, count_include_pad: { int: 1 } };
    return graph.node("AveragePool", [x], [...x.shape.slice(0, 2), ...out], all);
  }
}

/**
 * Means over a grid of `size` bins that cover images of any size: [n, c, h, w] -> [n, c, oh, ow]. Bin i of m over n
 * pixels holds those from ⌊i·n/m⌋ up to ⌈(i + 1)·n/m⌉, as in PyTorch, so bins overlap where m does not divide n.
 */
export class AdaptiveAvgPool2d extends Module {
  readonly #size: readonly [height: number, width: number];

  constructor(size: Pair) {
    super();
    this.#size = pair("AdaptiveAvgPool2d: size", size, 1);
  }

  forward(x: Tensor): Tensor {
    this.#check(x.shape);
    return binned(binned(x, 2, this.#size[0]), 3, this.#size[1]); // a mean of means: all bins of a row are equally high
  }

  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    this.#check(x.shape);
    const [n, c, h, w] = x.shape;
    const [oh, ow] = this.#size;
    if (oh === 1 && ow === 1) return graph.node("GlobalAveragePool", [x], [n, c, 1, 1]);
    if (Number.isNaN(h + w)) {
      throw new RangeError(`AdaptiveAvgPool2d: a grid of ${oh}x${ow} needs images of one size: give height and width`);
    }
    const rows = graph.node("MatMul", [graph.constant("rows", shares(oh, h), [oh, h]), x], [n, c, oh, w]);
    const columns = graph.node("Transpose", [graph.constant("columns", shares(ow, w), [ow, w])], [w, ow]);
    return graph.node("MatMul", [rows, columns], [n, c, oh, ow]);
  }

  #check(shape: Shape): void {
    const [, , h, w] = shape;
    if (shape.length === 4 && h !== 0 && w !== 0) return;
    throw new RangeError(`AdaptiveAvgPool2d: needs images [n, channels, height, width], got ${show(shape)}`);
  }
}

function binned(x: Tensor, dim: number, bins: number): Tensor {
  const n = x.shape[dim];
  const means = Array.from({ length: bins }, (_, i) => {
    const [start, end] = bin(i, bins, n);
    return mean(slice(x, { dim, start, end }), { dim, keepdim: true });
  });
  return concat(means, { dim });
}

/** Where bin i of so many over n pixels starts and ends. */
function bin(i: number, bins: number, n: number): [start: number, end: number] {
  return [Math.floor((i * n) / bins), Math.ceil(((i + 1) * n) / bins)];
}

/** What each pixel is to the mean of each bin: [bins, n]. */
function shares(bins: number, n: number): Float32Array {
  const out = new Float32Array(bins * n);
  for (let i = 0; i < bins; i++) {
    const [start, end] = bin(i, bins, n);
    out.fill(1 / (end - start), i * n + start, i * n + end);
  }
  return out;
}

function checkedOptions(what: string, kernel: Pair, options: PoolOptions): PoolOptions {
  const { stride = kernel, padding = 0 } = checkOptions(what, options, ["stride", "padding"]);
  return { stride: pair(`${what}: stride`, stride, 1), padding: pair(`${what}: padding`, padding, 0) };
}
