import type { Tensor } from "../autograd/tensor.ts";
import { Module } from "../nn/index.ts";
import { checkOptions } from "../options.ts";

/** How far a `LayeredEncoder` goes. */
export interface LayerOptions {
  /** The block whose output is wanted; negative ones count from the end: −1, the features, unless given. */
  layerIndex?: number;
}

/** Blocks one after another, of which the last gives features of length 1. */
export abstract class LayeredEncoder extends Module {
  /** The function that made it, for errors. */
  protected abstract readonly what: string;

  /** The blocks in their order. */
  protected abstract inOrder(): readonly Module[];

  /** Throws for images that are not what the first block takes. */
  protected abstract checkImages(x: Tensor): void;

  /** How many blocks there are. */
  get blockCount(): number {
    return this.inOrder().length;
  }

  /** x: [n, channels, height, width] -> [n, featDim], or what block `layerIndex` gives. Throws for images of another size. */
  forward(x: Tensor, options: LayerOptions = {}): Tensor {
    const { layerIndex = -1 } = checkOptions(this.what, options, ["layerIndex"]);
    const [output] = this.outputs(x, [layerIndex]);
    return output;
  }

  /** What each of these blocks gives, in one pass. `layers` as `layerIndex` of `forward`. */
  outputs(x: Tensor, layers: readonly number[]): Tensor[] {
    const blocks = this.inOrder();
    const count = blocks.length;
    const wanted = layers.map((layer) => {
      if (Number.isInteger(layer) && layer >= -count && layer < count) return layer < 0 ? layer + count : layer;
      throw new RangeError(`${this.what}: layerIndex must be a whole number in ${-count}..${count - 1}, got ${layer}`);
    });
    this.checkImages(x);
    const given: Tensor[] = [];
    for (const [i, block] of blocks.slice(0, Math.max(...wanted) + 1).entries()) {
      given.push(block.forward(i === 0 ? x : given[i - 1]));
    }
    return wanted.map((layer) => given[layer]);
  }
}
