import { describe, expect, it } from "vitest";
import { checkGradients, generator, L2Norm, noGrad, reference, type Tensor, zeros } from "../../src/index.ts";
import { type ResNetOptions, resnet18, resnet34, resnet50 } from "../../src/models/index.ts";
import { ResidualBlock } from "../../src/models/residual-block.ts";

const drawn = (options: Partial<ResNetOptions> = {}): ResNetOptions => ({ generator: generator(0), ...options });
const images = (...shape: number[]): Tensor => generator(1).normal(shape);

/** `toEqual` takes seconds for so many. */
const sameNumbers = (x: Tensor, y: Tensor): boolean => {
  const others = y.dataSync();
  return x.dataSync().every((a, i) => a === others[i]);
};

/** Shared by the tests that leave it as it is. */
const eighteen = resnet18(drawn({ featDim: 6 })).eval();

describe("the ResNets", () => {
  it("have as many weights as torchvision's: of the others the parity spec has every shape", () => {
    expect(eighteen.parameters().reduce((sum, { size }) => sum + size, 0)).toBe(11_176_512 + 513 * 6);
  });

  it("start with kaiming normal convolutions by their fan out, norms at 1 and 0, and PyTorch's linear layer", () => {
    const start = eighteen.stateDict();
    for (const [name, fan] of Object.entries({
      "conv1.weight": 64 * 49,
      "layer2.0.conv1.weight": 128 * 9,
      "layer2.0.downsample.0.weight": 128,
      "layer4.1.conv2.weight": 512 * 9,
    })) {
      const values = [...start[name].dataSync()];
      const deviation = Math.sqrt(values.reduce((sum, a) => sum + a * a, 0) / values.length);
      expect(deviation / Math.sqrt(2 / fan), name).toBeCloseTo(1, 1);
      const outside = values.filter((a) => Math.abs(a) > 2 * deviation).length / values.length;
      expect(outside, `${name} is normal`).toBeGreaterThan(0.035);
    }
    expect(new Set(start["layer3.0.bn2.weight"].dataSync())).toEqual(new Set([1]));
    expect(new Set(start["layer3.0.bn2.bias"].dataSync())).toEqual(new Set([0]));
    const head = start["fc.weight"].dataSync().map(Math.abs);
    expect(Math.max(...head)).toBeLessThanOrEqual(1 / Math.sqrt(512));
    expect(Math.max(...head)).toBeGreaterThan(0.99 / Math.sqrt(512));
  });

  it("draw the same weights from the same seed, others from another", () => {
    const again = resnet18(drawn({ featDim: 6 })).stateDict();
    for (const [name, value] of Object.entries(eighteen.stateDict())) {
      expect(sameNumbers(again[name], value), name).toBe(true);
    }
    const weight = (seed: number): Tensor =>
      new ResidualBlock(2, 2, { bottleneck: false, generator: generator(seed) }).conv1.weight;
    expect(sameNumbers(weight(1), weight(2))).toBe(false);
  });

  it("stop after the block that layerIndex names: stem, four layers, pooled, features", () => {
    const x = images(2, 3, 40, 64);
    const at = (layerIndex: number): Tensor => noGrad(() => eighteen.forward(x, { layerIndex }));
    expect([0, 1, 2, 3, 4, 5, 6].map((i) => at(i).shape)).toEqual([
      [2, 64, 10, 16],
      [2, 64, 10, 16],
      [2, 128, 5, 8],
      [2, 256, 3, 4],
      [2, 512, 2, 2],
      [2, 512],
      [2, 6],
    ]);
    for (const i of [0, 3, 5, 6]) expect(at(i - 7).dataSync()).toEqual(at(i).dataSync());
    expect(noGrad(() => eighteen.forward(x)).dataSync()).toEqual(at(-1).dataSync());
    const pooled = at(4)
      .mean({ dim: [2, 3] })
      .dataSync();
    for (const [i, value] of at(-2).dataSync().entries()) expect(value).toBeCloseTo(pooled[i], 5);
    const features = noGrad(() => new L2Norm().forward(eighteen.fc.forward(at(-2))));
    expect(features.dataSync()).toEqual(at(-1).dataSync());
    expect(() => at(7)).toThrow(/resnet18: layerIndex must be a whole number in -7..6, got 7/);
    expect(() => eighteen.forward(x, { layer: 1 } as never)).toThrow(/resnet18: unknown option "layer"/);
  });

  it("keep the size of the image in the stem for small input", () => {
    const model = resnet18(drawn({ smallInput: true, inChannels: 1 })).eval();
    const at = (layerIndex: number): Tensor => noGrad(() => model.forward(images(1, 1, 12, 9), { layerIndex }));
    expect([0, 1, 4].map((i) => at(i).shape)).toEqual([
      [1, 64, 12, 9],
      [1, 64, 12, 9],
      [1, 512, 2, 2],
    ]);
  });

  it("give rows of length 1, for images of any size", () => {
    for (const side of [1, 2, 33]) {
      const y = noGrad(() => eighteen.forward(images(3, 3, side, side + 1)));
      expect(y.shape).toEqual([3, 6]);
      for (const length of y.norm({ dim: 1 }).dataSync()) expect(length).toBeCloseTo(1, 6);
    }
  });

  it("have a gradient for each of their weights", () => {
    const model = resnet50(drawn({ mlp: true, featDim: 3 }));
    const grads = model
      .forward(images(2, 3, 33, 33))
      .slice({ dim: 1, end: 1 })
      .sum()
      .backward();
    const still = model.namedParameters().filter(
      ([, p]) =>
        !grads
          .get(p)
          ?.dataSync()
          .some((g) => g !== 0),
    );
    expect(still.map(([name]) => name)).toEqual([]);
  });

  it("say which images and options they need", () => {
    const needed = "resnet18: needs images [n, 3, height, width], got";
    expect(() => eighteen.forward(zeros([2, 1, 8, 8]))).toThrow(`${needed} [2, 1, 8, 8]; inChannels chooses others`);
    expect(() => eighteen.forward(zeros([3, 8, 8]))).toThrow(`${needed} [3, 8, 8]`);
    expect(() => resnet34(drawn()).forward(zeros([1, 1, 8, 8]))).toThrow(/^resnet34: needs images/);
    expect(() => resnet50(drawn({ depth: 3 } as never))).toThrow(/resnet50: unknown option "depth"/);
    expect(() => resnet34(drawn({ featDim: 1.5 }))).toThrow(/resnet34: sizes must be whole numbers/);
  });
});

describe("a residual block", () => {
  const device = reference("float64");

  it.each([
    { bottleneck: false, stride: 1, inputs: 3 },
    { bottleneck: false, stride: 2, inputs: 2 },
    { bottleneck: true, stride: 2, inputs: 4 },
  ])("has the gradient of what it computes: %o", async ({ inputs, ...how }) => {
    const block = new ResidualBlock(inputs, 3, { ...how, generator: generator(2), device });
    const x = generator(3).normal([2, inputs, 5, 4], { device });
    expect(block.forward(x).shape).toEqual([
      2,
      how.bottleneck ? 12 : 3,
      how.stride === 1 ? 5 : 3,
      how.stride === 1 ? 4 : 2,
    ]);
    expect((await checkGradients((input) => block.forward(input), [x])).ok).toBe(true);
  });

  it("is its branch and its shortcut, added before the last ReLU", () => {
    const block = new ResidualBlock(3, 3, { bottleneck: false, generator: generator(2), device });
    const x = generator(3).normal([2, 3, 4, 4], { device });
    const inner = block.bn1.forward(block.conv1.forward(x)).relu();
    const branch = block.bn2.forward(block.conv2.forward(inner));
    const y = block.forward(x).dataSync();
    for (const [i, value] of branch.add(x).relu().dataSync().entries()) expect(y[i]).toBeCloseTo(value, 12);
    expect(block.downsample).toBeUndefined();
  });

  it("has a 1×1 convolution in its shortcut where the shape changes, and only there", () => {
    const made = (inputs: number, stride: number, bottleneck: boolean): boolean =>
      new ResidualBlock(inputs, 4, { stride, bottleneck, generator: generator(0), device }).downsample !== undefined;
    expect([made(4, 1, false), made(16, 1, true)]).toEqual([false, false]);
    expect([made(4, 2, false), made(2, 1, false), made(4, 1, true)]).toEqual([true, true, true]);
  });
});
