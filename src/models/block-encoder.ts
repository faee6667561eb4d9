import type { Tensor } from "../autograd/tensor.ts";
import { Module, type Sequential } from "../nn/index.ts";
import { checkOptions } from "../options.ts";
import { show } from "../shape.ts";

/** How far a `BlockEncoder` goes. */
export interface BlockEncoderForward {
  /** The block whose output is wanted; negative ones count from the end: −1, the features, unless given, −2 is fc7. */
  layerIndex?: number;
}

/** What a `BlockEncoder` takes, and what its errors call it. */
export interface BlockEncoderInput {
  /** The function that made it, such as `convEncoder`. */
  readonly name: string;
  /** The shape of one image. */
  readonly image: readonly [channels: number, height: number, width: number];
}

/** Blocks one after another, of which the last gives features of length 1: `convEncoder` and `smallAlexNet` make one. */
export class BlockEncoder extends Module {
  readonly blocks: Sequential;
  readonly #name: string;
  readonly #image: BlockEncoderInput["image"];

  constructor(blocks: Sequential, { name, image }: BlockEncoderInput) {
    super();
    this.blocks = blocks;
    this.#name = name;
    this.#image = image;
  }

  /** x: [n, channels, height, width] -> [n, featDim], or what block `layerIndex` gives. Throws for images of another size. */
  forward(x: Tensor, options: BlockEncoderForward = {}): Tensor {
    const { layerIndex = -1 } = checkOptions(this.#name, options, ["layerIndex"]);
    const count = this.blocks.length;
    if (!Number.isInteger(layerIndex) || layerIndex < -count || layerIndex >= count) {
      const range = `${-count}..${count - 1}`;
      throw new RangeError(`${this.#name}: layerIndex must be a whole number in ${range}, got ${layerIndex}`);
    }
    if (x.shape.length !== 4 || this.#image.some((size, d) => x.shape[d + 1] !== size)) {
      const needed = `images [n, ${this.#image.join(", ")}]`;
      throw new RangeError(
        `${this.#name}: needs ${needed}, got ${show(x.shape)}; inChannels and imageSize choose others`,
      );
    }
    const last = layerIndex < 0 ? layerIndex + count : layerIndex;
    let h = x;
    for (let i = 0; i <= last; i++) h = this.blocks[i].forward(h);
    return h;
  }
}
