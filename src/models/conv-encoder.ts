import type { Device } from "../devices/device.ts";
import { BatchNorm1d, BatchNorm2d, Conv2d, Flatten, L2Norm, Linear, MaxPool2d, ReLU, Sequential } from "../nn/index.ts";
import type { Generator } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { checkShape } from "../shape.ts";
import { BlockEncoder } from "./block-encoder.ts";

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

/**
 * An encoder onto the unit sphere, by default the one for MNIST. Blocks: for each entry of `channels`
 * conv3×3(pad 1, no bias)-BN-ReLU-maxpool2; then flatten-linear(no bias)-BN-ReLU, called fc7; then linear-L2Norm:
 * [n, inChannels, imageSize, imageSize] -> [n, featDim]. Weights start as in PyTorch and have PyTorch's names,
 * `blocks.0.0.weight`. Throws for sizes below 1, or an image too small to be halved once a convolution.
 */
export function convEncoder(options: ConvEncoderOptions): BlockEncoder {
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
  const image = [inChannels, imageSize, imageSize] as const;
  return new BlockEncoder(new Sequential(...convolutions, fc7, features), { name: "convEncoder", image });
}
