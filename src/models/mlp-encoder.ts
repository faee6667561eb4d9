import type { Device } from "../devices/device.ts";
import { L2Norm, Linear, type Module, ReLU, Sequential } from "../nn/index.ts";
import type { Generator } from "../ops/index.ts";
import { checkOptions } from "../options.ts";

export interface MlpEncoderOptions {
  /** Width of the input, of each hidden layer, and of the features: [784, 128, 64, 8] for MNIST. */
  sizes: readonly number[];
  /** Draws the initial weights. */
  generator: Generator;
  /** Where the weights are made: the default device unless given. */
  device?: Device;
}

/**
 * Linear-ReLU-...-Linear-L2Norm: [n, sizes[0]] -> [n, sizes.at(-1)], rows of length 1, for the losses of this library.
 * Weights are called `0.weight`, `0.bias`, `2.weight`, ... Throws for fewer than two sizes.
 */
export function mlpEncoder(options: MlpEncoderOptions): Sequential {
  const { sizes, generator, device } = checkOptions("mlpEncoder", options, ["sizes", "generator", "device"]);
  if (sizes.length < 2) throw new RangeError(`mlpEncoder: sizes needs an input and a feature width, got [${sizes}]`);
  const layers = sizes.slice(1).flatMap((width, i): Module[] => {
    const linear = new Linear(sizes[i], width, { generator, device });
    return i === 0 ? [linear] : [new ReLU(), linear];
  });
  return new Sequential(...layers, new L2Norm());
}
