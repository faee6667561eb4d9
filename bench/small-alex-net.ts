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
 * The encoder for STL-10 in the code that was published with Wang & Isola 2020. Its images are of 64×64, of which three
 * pools leave 7×7 places and fc6 has most of the 58,678,368 weights; of 32×32 they leave 3×3, which makes 27,221,088.
 * Weights start as the layers' own: time does not depend on them. [n, 3, size, size] -> [n, 128], unit rows.
 */
export function smallAlexNet(generator: Generator, device: Device, size: number): Sequential {
  const blocks = convolutions.map(([width, pooled], i) => {
    const conv = { generator, device, padding: 1, bias: false };
    return new Sequential(
      new Conv2d(convolutions[i - 1]?.[0] ?? 3, width, 3, conv),
      new BatchNorm2d(width, { device }),
      new ReLU(),
      ...(pooled ? [new MaxPool2d(3, { stride: 2 })] : []),
    );
  });
  const pooled = (side: number): number => Math.floor((side - 3) / 2) + 1;
  const side = convolutions.reduce((side, [, pools]) => (pools ? pooled(side) : side), size);
  const hidden = (inputs: number) => [
    new Linear(inputs, 4096, { generator, device, bias: false }),
    new BatchNorm1d(4096, { device }),
    new ReLU(),
  ];
  return new Sequential(
    ...blocks,
    new Sequential(new Flatten(), ...hidden(192 * side * side)),
    new Sequential(...hidden(4096)),
    new Sequential(new Linear(4096, 128, { generator, device }), new L2Norm()),
  );
}
