import type { Tensor } from "../autograd/tensor.ts";
import { Module, type OnnxChoice, type OnnxGraph, type OnnxValue } from "../nn/index.ts";
import { checkOptions } from "../options.ts";
import { type Shape, show } from "../shape.ts";

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

  /** The shape of one image that the first block takes; a size that may be any has a name. */
  abstract readonly image: readonly [channels: number, height: number | string, width: number | string];

  /** Which options choose other images, for errors. */
  protected abstract readonly remedy: string;

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
    return this.#through(x, layers, (block, h) => block.forward(h));
  }

  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    const [output] = graph.within(this, () => this.toOnnxOutputs(graph, x, [-1]), "toOnnxOutputs", ["outputs"]);
    return output;
  }

  /** Gives `features`, which is what `toOnnx` says they are, and blocks by number from 0 on: `block6`. */
  override toOnnxGraph(graph: OnnxGraph, { input = this.image, layers = [-1] }: OnnxChoice): void {
    const names = layers.map((layer) => this.#outputName(layer));
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined) throw new RangeError(`exportOnnx: layers [${layers}] has ${twice} twice`);
    const x = graph.input("images", ["n", ...input]);
    const others = (): OnnxValue[] =>
      graph.within(this, () => this.toOnnxOutputs(graph, x, layers), "toOnnxOutputs", ["outputs", "forward", "toOnnx"]);
    const values = names.every((name) => name === "features") ? [graph.through(this, x)] : others();
    for (const [i, value] of values.entries()) graph.output(names[i], value, "n");
  }

  /** As `outputs`, for a graph: see `Module.toOnnx`. */
  toOnnxOutputs(graph: OnnxGraph, x: OnnxValue, layers: readonly number[]): OnnxValue[] {
    return this.#through(x, layers, (block, h) => graph.through(block, h));
  }

  /** The number from 0 on of the block that `layerIndex` means. Throws where there is none. */
  blockAt(layerIndex: number): number {
    const count = this.blockCount;
    if (Number.isInteger(layerIndex) && layerIndex >= -count && layerIndex < count) {
      return layerIndex < 0 ? layerIndex + count : layerIndex;
    }
    throw new RangeError(
      `${this.what}: layerIndex must be a whole number in ${-count}..${count - 1}, got ${layerIndex}`,
    );
  }

  #outputName(layer: number): string {
    const block = this.blockAt(layer);
    return block === this.blockCount - 1 ? "features" : `block${block}`;
  }

  /** What comes out of the blocks that are wanted, where `step` is what a block makes of what is before it. */
  #through<T extends { readonly shape: Shape }>(
    x: T,
    layers: readonly number[],
    step: (block: Module, h: T) => T,
  ): T[] {
    const wanted = layers.map((layer) => this.blockAt(layer));
    this.#checkImages(x.shape);
    const given: T[] = [];
    for (const block of this.inOrder().slice(0, Math.max(...wanted) + 1)) given.push(step(block, given.at(-1) ?? x));
    return wanted.map((layer) => given[layer]);
  }

  #checkImages(shape: Shape): void {
    const fits = this.image.every((size, d) => typeof size === "string" || size === shape[d + 1]);
    if (shape.length === 4 && fits) return;
    const needed = `images [n, ${this.image.join(", ")}]`;
    throw new RangeError(`${this.what}: needs ${needed}, got ${show(shape)}; ${this.remedy}`);
  }
}
