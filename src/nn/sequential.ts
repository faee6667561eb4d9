import type { Tensor } from "../autograd/tensor.ts";
import { Module } from "./module.ts";

/** Modules one after another; their names are their numbers, as in PyTorch: `0.weight`. */
export class Sequential extends Module {
  readonly [index: number]: Module;
  readonly length: number;

  constructor(...layers: Module[]) {
    super();
    this.length = layers.length;
    Object.assign(this, layers); // fields "0", "1", ...: the names in the state dict
  }

  forward(x: Tensor): Tensor {
    let h = x;
    for (let i = 0; i < this.length; i++) h = this[i].forward(h);
    return h;
  }
}
