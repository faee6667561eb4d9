import type { Tensor } from "../autograd/tensor.ts";
import { type Activation, normalize, relu } from "../ops/index.ts";
import { Module } from "./module.ts";

/** max(x, 0) */
export class ReLU extends Module {
  override get activation(): Activation {
    return "relu";
  }

  forward(x: Tensor): Tensor {
    return relu(x);
  }
}

/** Rows of [n, d] onto the unit sphere, x / max(‖x‖₂, 1e-12): the last layer of an encoder trained with these losses. */
export class L2Norm extends Module {
  forward(x: Tensor): Tensor {
    return normalize(x);
  }
}
