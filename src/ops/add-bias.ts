import type { Tensor } from "../autograd/tensor.ts";
import { show } from "../shape.ts";
import { type Activation, isRelu } from "./activation.ts";
import { reshape } from "./layout.ts";
import { add, addRelu, relu } from "./pointwise.ts";

/**
 * y + bias for each channel (dimension 1) of y: [n, c, ...], bias: [c], and then the activation, if any, in the same pass over
 * memory. Throws in the name of `what`.
 */
export function addBias(what: string, y: Tensor, bias: Tensor | undefined, activation: Activation | undefined): Tensor {
  const [, channels, ...rest] = y.shape;
  const isLast = checkBias(what, channels, bias, activation);
  if (bias === undefined) return isLast ? relu(y) : y;
  // As it is where it can be: a tensor of its own on the bias's numbers would keep a step from writing the new ones there.
  const each = rest.length === 0 ? bias : reshape(bias, [channels, ...rest.map(() => 1)]);
  return isLast ? addRelu(y, each) : add(y, each);
}

/**
 * Throws unless the two fit: for those who know how many channels there will be before they compute. Gives whether a
 * ReLU comes last.
 */
export function checkBias(
  what: string,
  channels: number,
  bias: Tensor | undefined,
  activation: Activation | undefined,
): boolean {
  if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== channels)) {
    throw new RangeError(`${what}: bias ${show(bias.shape)} must have one entry a channel, ${show([channels])}`);
  }
  return isRelu(what, activation);
}
