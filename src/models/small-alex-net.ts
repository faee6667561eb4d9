import type { Device } from "../devices/device.ts";
import {
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  L2Norm,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import type { Generator } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { checkShape } from "../shape.ts";
import { BlockEncoder } from "./block-encoder.ts";

/** The sizes of a `smallAlexNet` that may be chosen; its defaults are those for STL-10. */
export interface SmallAlexNetOptions {
  /** Draws the initial weights. */
  generator: Generator;
  /** Channels of the images: 3 unless given. */
  inChannels?: number;
  /** Height and width of the images: 64 unless given, at least 15. */
  imageSize?: number;
  /** Width of the features: 128 unless given. */
  featDim?: number;
  /** Where the weights are made: the default device unless given. */
  device?: Device;
}

/** Channels after each convolution, and whether a pool follows. */
const convolutions: readonly (readonly [channels: number, pooled: boolean])[] = [
  [96, true],
  [192, true],
  [384, false],
  [384, false],
  [192, true],
];

const hidden = 4096;
const pool = { kernel: 3, stride: 2 };

/** Standard deviation of every weight at first, those of batch norms aside. */
const std = 0.02;

/**
 * The encoder for STL-10 in the code published with Wang & Isola 2020: [n, inChannels, imageSize, imageSize] -> [n, featDim],
 * rows of length 1. Blocks 0 to 4: conv3×3(pad 1, no bias)-BN-ReLU to 96, 192, 384, 384 and 192 channels, and after 0, 1 and
 * 4 maxpool3×3, stride 2; 5 and 6, fc6 and fc7: linear(no bias) to 4096-BN-ReLU; 7, fc8: linear-L2Norm. All weights start
 * from N(0, 0.02²), biases from 0. State dicts have the names of the published code: `blocks.0.0.weight`,
 * `blocks.5.1.weight` (fc6, after a flatten), `blocks.7.0.bias`. 58,678,368 parameters, of which fc6 has most: from images
 * of 64×64 the pools leave 7×7 places; from 32×32, 3×3 and 27,221,088. Throws for images below 15×15, which leave none.
 */
export function smallAlexNet(options: SmallAlexNetOptions): BlockEncoder {
  const known = ["generator", "inChannels", "imageSize", "featDim", "device"] as const;
  const {
    generator,
    inChannels = 3,
    imageSize = 64,
    featDim = 128,
    device,
  } = checkOptions("smallAlexNet", options, known);
  checkShape([inChannels, imageSize, featDim], "smallAlexNet");
  const pooled = (side: number): number => Math.floor((side - pool.kernel) / pool.stride) + 1;
  const side = convolutions.reduce((side, [, pools]) => (pools ? pooled(side) : side), imageSize);
  if (side < 1) {
    const found = `imageSize must be at least 15 for three pools of 3×3, stride 2, got ${imageSize}`;
    throw new RangeError(`smallAlexNet: ${found}; resize the images`);
  }
  const blocks = convolutions.map(([channels, pools], i) => {
    const inputs = convolutions[i - 1]?.[0] ?? inChannels;
    return new Sequential(
      new Conv2d(inputs, channels, 3, { generator, padding: 1, bias: false, std, device }),
      new BatchNorm2d(channels, { device }),
      new ReLU(),
      ...(pools ? [new MaxPool2d(pool.kernel, { stride: pool.stride })] : []),
    );
  });
  const fully = (inputs: number): Module[] => [
    new Linear(inputs, hidden, { generator, bias: false, std, device }),
    new BatchNorm1d(hidden, { device }),
    new ReLU(),
  ];
  const fc6 = new Sequential(new Flatten(), ...fully(192 * side * side));
  const fc7 = new Sequential(...fully(hidden));
  const fc8 = new Sequential(new Linear(hidden, featDim, { generator, std, device }), new L2Norm());
  const image = [inChannels, imageSize, imageSize] as const;
  return new BlockEncoder(new Sequential(...blocks, fc6, fc7, fc8), { name: "smallAlexNet", image });
}
