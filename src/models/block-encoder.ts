import type { Module, Sequential } from "../nn/index.ts";
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

  override get image(): BlockEncoderInput["image"] {
    return this.#image;
  }

  protected override get remedy(): string {
    return "inChannels and imageSize choose others";
  }
}
