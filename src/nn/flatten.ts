import type { Tensor } from "../autograd/tensor.ts";
import { flatten } from "../ops/index.ts";
import { Module } from "./module.ts";

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
}
