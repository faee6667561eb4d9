import type { Tensor } from "../autograd/tensor.ts";
import type { Device } from "../devices/device.ts";
import {
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  L2Norm,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import type { Generator } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { checkShape, show } from "../shape.ts";

/** The sizes of a `convEncoder`; its defaults are those for MNIST digits. */
export interface ConvEncoderOptions {
  /** Draws the initial weights. */
  generator: Generator;
  /** Channels of the images: 1 unless given. */
  inChannels?: number;
  /** Height and width of the images: 28 unless given. */
  imageSize?: number;
  /** Channels after each convolution: [32, 64, 128] unless given. */
  channels?: readonly number[];
  /** Width of the hidden layer fc7: 256 unless given. */
  hidden?: number;
  /** Width of the features: 64 unless given. */
  featDim?: number;
  /** Where the weights are made: the default device unless given. */
  device?: Device;
}

/** How far a `ConvEncoder` goes. */
export interface ConvEncoderForward {
  /** The block whose output is wanted; negative ones count from the end: −1, the features, unless given, −2 is fc7. */
  layerIndex?: number;
}

/** Convolutional blocks, a hidden layer and features of length 1; `convEncoder` says which and makes one. */
export class ConvEncoder extends Module {
  readonly blocks: Sequential;
  readonly #image: readonly [channels: number, height: number, width: number];

  /** `image` is the shape of one input, [channels, height, width]. */
  constructor(blocks: Sequential, image: readonly [number, number, number]) {
    super();
    this.blocks = blocks;
    this.#image = image;
  }

  /** x: [n, channels, height, width] -> [n, featDim], or what block `layerIndex` gives. Throws for images of another size. */
  forward(x: Tensor, options: ConvEncoderForward = {}): Tensor {
    const { layerIndex = -1 } = checkOptions("ConvEncoder", options, ["layerIndex"]);
    const count = this.blocks.length;
    if (!Number.isInteger(layerIndex) || layerIndex < -count || layerIndex >= count) {
      const range = `${-count}..${count - 1}`;
      throw new RangeError(`ConvEncoder: layerIndex must be a whole number in ${range}, got ${layerIndex}`);
    }
    if (x.shape.length !== 4 || this.#image.some((size, d) => x.shape[d + 1] !== size)) {
      const needed = `images [n, ${this.#image.join(", ")}]`;
      throw new RangeError(
        `ConvEncoder: needs ${needed}, got ${show(x.shape)}; inChannels and imageSize choose others`,
      );
    }
    const last = layerIndex < 0 ? layerIndex + count : layerIndex;
    let h = x;
    for (let i = 0; i <= last; i++) h = this.blocks[i].forward(h);
    return h;
  }
}

/**
 * An encoder onto the unit sphere, by default the one for MNIST. Blocks: for each entry of `channels`
 * conv3×3(pad 1, no bias)-BN-ReLU-maxpool2; then flatten-linear(no bias)-BN-ReLU, called fc7; then linear-L2Norm:
 * [n, inChannels, imageSize, imageSize] -> [n, featDim]. Weights start as in PyTorch and have PyTorch's names,
 * `blocks.0.0.weight`. Throws for sizes below 1, or an image too small to be halved once a convolution.
 */
export function convEncoder(options: ConvEncoderOptions): ConvEncoder {
  const known = ["generator", "inChannels", "imageSize", "channels", "hidden", "featDim", "device"] as const;
  const {
    generator,
    inChannels = 1,
    imageSize = 28,
    channels = [32, 64, 128],
    hidden = 256,
    featDim = 64,
    device,
  } = checkOptions("convEncoder", options, known);
  checkShape([inChannels, imageSize, ...channels, hidden, featDim], "convEncoder");
  const side = Math.floor(imageSize / 2 ** channels.length);
  if (side < 1) {
    const how = `imageSize ${imageSize} cannot be halved ${channels.length} times`;
    throw new RangeError(`convEncoder: ${how}, once for each entry of channels [${channels}]`);
  }
  const convolutions = channels.map((width, i) => {
    const conv = { generator, padding: 1, bias: false, device };
    return new Sequential(
      new Conv2d(channels[i - 1] ?? inChannels, width, 3, conv),
      new BatchNorm2d(width, { device }),
      new ReLU(),
      new MaxPool2d(2),
    );
  });
  const flat = (channels.at(-1) ?? inChannels) * side * side;
  const fc7 = new Sequential(
    new Flatten(),
    new Linear(flat, hidden, { generator, bias: false, device }),
    new BatchNorm1d(hidden, { device }),
    new ReLU(),
  );
  const features = new Sequential(new Linear(hidden, featDim, { generator, device }), new L2Norm());
  return new ConvEncoder(new Sequential(...convolutions, fc7, features), [inChannels, imageSize, imageSize]);
}
