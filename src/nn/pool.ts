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
import { show } from "../shape.ts";
import { Module } from "./module.ts";

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
    const [, , h, w] = x.shape;
    if (x.shape.length !== 4 || h === 0 || w === 0) {
      throw new RangeError(`AdaptiveAvgPool2d: needs images [n, channels, height, width], got ${show(x.shape)}`);
    }
    return binned(binned(x, 2, this.#size[0]), 3, this.#size[1]); // a mean of means: all bins of a row are equally high
  }
}

function binned(x: Tensor, dim: number, bins: number): Tensor {
  const n = x.shape[dim];
  const means = Array.from({ length: bins }, (_, i) => {
    const [start, end] = [Math.floor((i * n) / bins), Math.ceil(((i + 1) * n) / bins)];
    return mean(slice(x, { dim, start, end }), { dim, keepdim: true });
  });
  return concat(means, { dim });
}

function checkedOptions(what: string, kernel: Pair, options: PoolOptions): PoolOptions {
  const { stride = kernel, padding = 0 } = checkOptions(what, options, ["stride", "padding"]);
  return { stride: pair(`${what}: stride`, stride, 1), padding: pair(`${what}: padding`, padding, 0) };
}
