import { describe, expect, it } from "vitest";
import { generator, noGrad, type Tensor, zeros } from "../../src/index.ts";
import { type SmallAlexNetOptions, smallAlexNet } from "../../src/models/index.ts";

/** The least images, which leave fc6 the fewest weights; fc7 still has 16.8 million. */
const least = (options: Partial<SmallAlexNetOptions> = {}) =>
  smallAlexNet({ generator: generator(0), imageSize: 15, ...options });

const norm = (name: string, n: number): [string, number[]][] => [
  ...["weight", "bias", "running_mean", "running_var"].map((key): [string, number[]] => [`${name}.${key}`, [n]]),
  [`${name}.num_batches_tracked`, []],
];

const shapes = (inChannels: number, flat: number, featDim: number): [string, number[]][] => [
  ["blocks.0.0.weight", [96, inChannels, 3, 3]],
  ...norm("blocks.0.1", 96),
  ["blocks.1.0.weight", [192, 96, 3, 3]],
  ...norm("blocks.1.1", 192),
  ["blocks.2.0.weight", [384, 192, 3, 3]],
  ...norm("blocks.2.1", 384),
  ["blocks.3.0.weight", [384, 384, 3, 3]],
  ...norm("blocks.3.1", 384),
  ["blocks.4.0.weight", [192, 384, 3, 3]],
  ...norm("blocks.4.1", 192),
  ["blocks.5.1.weight", [4096, flat]],
  ...norm("blocks.5.2", 4096),
  ["blocks.6.0.weight", [4096, 4096]],
  ...norm("blocks.6.1", 4096),
  ["blocks.7.0.weight", [featDim, 4096]],
  ["blocks.7.0.bias", [featDim]],
];

const described = (tensors: readonly (readonly [string, Tensor])[]) =>
  tensors.map(([name, { shape }]) => [name, shape]);

describe("smallAlexNet", () => {
  it("has the 58,678,368 parameters of the published encoder, under its names", () => {
    const encoder = smallAlexNet({ generator: generator(0) });
    expect(described(Object.entries(encoder.stateDict()))).toEqual(shapes(3, 192 * 7 * 7, 128));
    expect(encoder.parameters().reduce((sum, p) => sum + p.size, 0)).toBe(58_678_368);
  });

  it("has 27,221,088 for images of 32×32, on which the pools leave 3×3 places", () => {
    const encoder = smallAlexNet({ generator: generator(0), imageSize: 32 });
    expect(encoder.parameters().reduce((sum, p) => sum + p.size, 0)).toBe(27_221_088);
  });

  it("starts from N(0, 0.02²), drawn layer by layer, biases from 0 and batch norms from 1 and 0", () => {
    const encoder = least();
    const g = generator(0);
    for (const [name, p] of encoder.namedParameters()) {
      const values = p.dataSync();
      const start = name.endsWith("weight") ? 1 : 0; // of a batch norm, or the bias of fc8
      const drawn = p.shape.length > 1 ? g.normal(p.shape, { std: 0.02 }).dataSync() : undefined;
      const odd = values.findIndex((w, i) => w !== (drawn ? drawn[i] : start));
      expect(odd, name).toBe(-1);
    }
  });

  it("stops after the block that layerIndex names: pools come after convolutions 1, 2 and 5, and -2 is fc7", () => {
    const encoder = least({ inChannels: 2, featDim: 5 }).eval();
    expect(described(Object.entries(encoder.stateDict()))).toEqual(shapes(2, 192, 5));
    const x = generator(1).normal([2, 2, 15, 15]);
    const at = (layerIndex: number) => noGrad(() => encoder.forward(x, { layerIndex }));
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((i) => at(i).shape)).toEqual([
      [2, 96, 7, 7],
      [2, 192, 3, 3],
      [2, 384, 3, 3],
      [2, 384, 3, 3],
      [2, 192, 1, 1],
      [2, 4096],
      [2, 4096],
      [2, 5],
    ]);
    for (const i of [0, 1, 2, 3, 4, 5, 6]) expect(Math.min(...at(i).dataSync()), `block ${i}`).toBe(0); // after ReLU
    expect(at(-2).dataSync()).toEqual(at(6).dataSync());
    const features = noGrad(() => encoder.forward(x));
    expect(features.dataSync()).toEqual(at(-1).dataSync());
    for (const length of features.norm({ dim: 1 }).dataSync()) expect(length).toBeCloseTo(1, 6);
  });

  it("refuses images that three pools leave nothing of, other sizes that make no encoder, and other images", () => {
    expect(() => least({ imageSize: 14 })).toThrow(
      "smallAlexNet: imageSize must be at least 15 for three pools of 3×3, stride 2, got 14; resize the images",
    );
    expect(() => least({ imageSize: 32.5 })).toThrow("smallAlexNet: sizes must be whole numbers");
    expect(() => least({ inChannels: 0 })).toThrow("Conv2d: channels must be whole numbers >= 1, got [0, 96]");
    expect(() => least({ hidden: 3 } as never)).toThrow('smallAlexNet: unknown option "hidden"');
    const refused = () => least().forward(zeros([1, 3, 64, 64]));
    expect(refused).toThrow("smallAlexNet: needs images [n, 3, 15, 15], got [1, 3, 64, 64]; inChannels and imageSize");
  });
});
