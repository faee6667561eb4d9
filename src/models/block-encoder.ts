import type { Tensor } from "../autograd/tensor.ts";
import type { Module, Sequential } from "../nn/index.ts";
import { show } from "../shape.ts";
import { LayeredEncoder } from "./layered-encoder.ts";

/** What a `BlockEncoder` takes, and what its errors call it. */
export interface BlockEncoderInput {
  /** The function that made it, such as `convEncoder`. */
  readonly name: string;
  /** The shape of one image. */
  readonly image: readonly [channels: number, height: number, width: number];
}

/** An encoder whose weights are called `blocks.0.0.weight`, ...: `convEncoder` and `smallAlexNet` make one; −2 is fc7. */
export class BlockEncoder extends LayeredEncoder {
  readonly blocks: Sequential;
  readonly #name: string;
  readonly #image: BlockEncoderInput["image"];

  constructor(blocks: Sequential, { name, image }: BlockEncoderInput) {
    super();
    this.blocks = blocks;
    this.#name = name;
    this.#image = image;
  }

  protected override get what(): string {
    return this.#name;
  }

  protected override inOrder(): readonly Module[] {
    return Array.from({ length: this.blocks.length }, (_, i) => this.blocks[i]);
  }

  protected override checkImages(x: Tensor): void {
    if (x.shape.length === 4 && this.#image.every((size, d) => x.shape[d + 1] === size)) return;
    const needed = `images [n, ${this.#image.join(", ")}]`;
    throw new RangeError(
      `${this.#name}: needs ${needed}, got ${show(x.shape)}; inChannels and imageSize choose others`,
    );
  }
}
