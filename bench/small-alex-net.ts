import {
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  type Device,
  Flatten,
  type Generator,
  L2Norm,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
} from "align-uniform";

/** Channels after each convolution, and whether a pool of 3×3, stride 2, follows. */
const convolutions = [
  [96, true],
  [192, true],
  [384, false],
  [384, false],
  [192, true],
] as const;

/**
 * The encoder for STL-10 in the code that was published with Wang & Isola 2020, here for images of 32×32 instead of 64×64:
 * three pools leave 3×3 places instead of 7×7, so fc6 is smaller, 27,221,088 weights instead of 58,678,368. Weights start as
 * the layers' own: time does not depend on them. [n, 3, 32, 32] -> [n, 128], unit rows.
 */
export function smallAlexNet(generator: Generator, device: Device): Sequential {
  const blocks = convolutions.map(([width, pooled], i) => {
    const conv = { generator, device, padding: 1, bias: false };
    return new Sequential(
      new Conv2d(convolutions[i - 1]?.[0] ?? 3, width, 3, conv),
      new BatchNorm2d(width, { device }),
      new ReLU(),
      ...(pooled ? [new MaxPool2d(3, { stride: 2 })] : []),
    );
  });
  const hidden = (inputs: number) => [
    new Linear(inputs, 4096, { generator, device, bias: false }),
    new BatchNorm1d(4096, { device }),
    new ReLU(),
  ];
  return new Sequential(
    ...blocks,
    new Sequential(new Flatten(), ...hidden(192 * 3 * 3)),
    new Sequential(...hidden(4096)),
    new Sequential(new Linear(4096, 128, { generator, device }), new L2Norm()),
  );
}
