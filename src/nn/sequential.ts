import type { Tensor } from "../autograd/tensor.ts";
import { Module } from "./module.ts";
import type { OnnxGraph, OnnxValue } from "./onnx-graph.ts";
import { ownerOf } from "./owner-of.ts";

/**
 * Modules one after another; their names are their numbers, as in PyTorch: `0.weight`. Where a layer has a way to apply the
 * activation that follows it in the same pass over memory (`Linear`, `Conv2d` or batch norm before ReLU), both are one call;
 * where it has one for max pooling too (batch norm, ReLU, `MaxPool2d`), all three are. A layer whose `forward` was replaced,
 * in a subclass or on the object, is called as it is.
 */
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
    for (let i = 0; i < this.length; i++) {
      const layer = this[i];
      const activation = i + 1 < this.length ? activationOf(this[i + 1]) : undefined;
      if (activation && layer.forwardWith && speaksOfForward(layer, "forwardWith")) {
        i++; // its activation is done too
        const maxPool = i + 1 < this.length ? maxPoolingOf(this[i + 1]) : undefined;
        if (maxPool && layer.forwardPooled && speaksOfForward(layer, "forwardPooled")) {
          h = layer.forwardPooled(h, activation, maxPool);
          i++; // and the pooling
        } else h = layer.forwardWith(h, activation);
      } else h = layer.forward(h);
    }
    return h;
  }

  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    return Array.from(this).reduce((h, layer) => graph.through(layer, h), x);
  }
}

function activationOf(layer: Module): Module["activation"] {
  return speaksOfForward(layer, "activation") ? layer.activation : undefined;
}

function maxPoolingOf(layer: Module): Module["maxPooling"] {
  return speaksOfForward(layer, "maxPooling") ? layer.maxPooling : undefined;
}

/** Whether what a layer declares stands beside its `forward`: inherited past a new `forward` it would be about another. */
function speaksOfForward(layer: Module, declared: keyof Module): boolean {
  return ownerOf(layer, declared) === ownerOf(layer, "forward");
}
