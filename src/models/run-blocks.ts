import type { Tensor } from "../autograd/tensor.ts";
import type { Sequential } from "../nn/index.ts";

/** How far an encoder made of blocks goes. */
export interface BlocksForward {
  /** The block whose output is wanted; negative ones count from the end: −1, the features, unless given. */
  layerIndex?: number;
}

/** What block `layerIndex` gives, −1 being the last. Throws, naming `what`, where there is no such block. */
export function runBlocks(what: string, blocks: Sequential, x: Tensor, layerIndex: number): Tensor {
  const count = blocks.length;
  if (!Number.isInteger(layerIndex) || layerIndex < -count || layerIndex >= count) {
    throw new RangeError(`${what}: layerIndex must be a whole number in ${-count}..${count - 1}, got ${layerIndex}`);
  }
  const last = layerIndex < 0 ? layerIndex + count : layerIndex;
  let h = x;
  for (let i = 0; i <= last; i++) h = blocks[i].forward(h);
  return h;
}
