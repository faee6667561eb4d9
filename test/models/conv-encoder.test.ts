import { describe, expect, it } from "vitest";
import { generator, noGrad, reference, zeros } from "../../src/index.ts";
import { type BlockEncoder, type ConvEncoderOptions, convEncoder } from "../../src/models/index.ts";

const device = reference("float64");

const small = (options: Partial<ConvEncoderOptions> = {}): BlockEncoder =>
  convEncoder({ generator: generator(0), imageSize: 9, channels: [2, 3], hidden: 5, featDim: 4, device, ...options });

describe("convEncoder", () => {
  it("is the MNIST encoder unless told otherwise, under PyTorch's names", () => {
    const shapes = Object.entries(convEncoder({ generator: generator(0) }).stateDict());
    const norm = (block: string, n: number) => [
      ...["weight", "bias", "running_mean", "running_var"].map((name) => [`blocks.${block}.${name}`, [n]]),
      [`blocks.${block}.num_batches_tracked`, []],
    ];
    expect(shapes.map(([name, { shape }]) => [name, shape])).toEqual([
      ["blocks.0.0.weight", [32, 1, 3, 3]],
      ...norm("0.1", 32),
      ["blocks.1.0.weight", [64, 32, 3, 3]],
      ...norm("1.1", 64),
      ["blocks.2.0.weight", [128, 64, 3, 3]],
      ...norm("2.1", 128),
      ["blocks.3.1.weight", [256, 1152]],
      ...norm("3.2", 256),
      ["blocks.4.0.weight", [64, 256]],
      ["blocks.4.0.bias", [64]],
    ]);
  });

  it("gives rows of length 1", () => {
    const y = small().forward(generator(1).normal([3, 1, 9, 9], { device }));
    expect(y.shape).toEqual([3, 4]);
    for (const length of y.norm({ dim: 1 }).dataSync()) expect(length).toBeCloseTo(1, 14);
  });

  it("stops after the block that layerIndex names, negative ones counted from the end", () => {
    const encoder = small().eval();
    const x = generator(1).normal([2, 1, 9, 9], { device });
    const at = (layerIndex: number) => noGrad(() => encoder.forward(x, { layerIndex }));
    expect([0, 1, 2, 3].map((i) => at(i).shape)).toEqual([
      [2, 2, 4, 4],
      [2, 3, 2, 2],
      [2, 5],
      [2, 4],
    ]);
    for (const i of [0, 1, 2, 3]) expect(at(i - 4).dataSync()).toEqual(at(i).dataSync());
    expect(at(-1).dataSync()).toEqual(noGrad(() => encoder.forward(x)).dataSync());
    expect(Math.min(...at(-2).dataSync())).toBe(0); // fc7 is taken after its ReLU
    expect(encoder.blocks[3].forward(at(-2)).dataSync()).toEqual(at(-1).dataSync());
    expect(() => at(4)).toThrow(/convEncoder: layerIndex must be a whole number in -4..3, got 4/);
    expect(() => encoder.forward(x, { layer: 1 } as never)).toThrow(/unknown option "layer"/);
  });

  it("names the images it was made for", () => {
    const refused = (shape: number[]) => () => small({ inChannels: 3 }).forward(zeros(shape, { device }));
    const needed = "convEncoder: needs images [n, 3, 9, 9], got";
    expect(refused([2, 3, 28, 28])).toThrow(`${needed} [2, 3, 28, 28]; inChannels and imageSize choose others`);
    expect(refused([2, 1, 9, 9])).toThrow(`${needed} [2, 1, 9, 9]`);
    expect(refused([3, 9, 9])).toThrow(`${needed} [3, 9, 9]`);
  });

  it("draws the same weights from the same seed, others from another", () => {
    const weights = (seed: number) =>
      small({ generator: generator(seed) })
        .parameters()
        .map((p) => p.dataSync());
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)).not.toEqual(weights(2));
  });

  it("refuses sizes that make no encoder", () => {
    expect(() => small({ imageSize: 3 })).toThrow(
      /imageSize 3 cannot be halved 2 times, once for each entry of channels \[2,3\]/,
    );
    expect(() => small({ featDim: 0 })).toThrow(/Linear: sizes must be whole numbers >= 1/);
    expect(() => small({ channels: [1.5] })).toThrow(/convEncoder: sizes must be whole numbers/);
    expect(() => small({ depth: 3 } as never)).toThrow(/convEncoder: unknown option "depth"/);
  });
});
