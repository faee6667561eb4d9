import { describe, expect, it } from "vitest";
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  BatchNorm1d,
  BatchNorm2d,
  batchNorm,
  Conv2d,
  checkGradients,
  conv2d,
  Dropout,
  Flatten,
  generator,
  LayerNorm,
  Linear,
  layerNorm,
  MaxPool2d,
  type Module,
  maxPool2d,
  ones,
  type Parameter,
  reference,
  Sequential,
  tensor,
  zeros,
} from "../../src/index.ts";

const device = reference("float64");
const drawn = (seed: number) => ({ generator: generator(seed), device });

describe("Conv2d", () => {
  it("is conv2d with its own weights and options", () => {
    const layer = new Conv2d(2, 3, [3, 2], { ...drawn(0), stride: [2, 1], padding: 1, dilation: [1, 2] });
    const x = generator(1).normal([2, 2, 6, 5], { device });
    const bias = layer.bias as Parameter;
    const expected = conv2d(x, layer.weight, { bias, stride: [2, 1], padding: 1, dilation: [1, 2] });
    expect(layer.forward(x).dataSync()).toEqual(expected.dataSync());
    expect(Object.entries(layer.stateDict()).map(([name, { shape }]) => [name, shape])).toEqual([
      ["weight", [3, 2, 3, 2]],
      ["bias", [3]],
    ]);
    expect(Object.keys(new Conv2d(1, 1, 1, { ...drawn(0), bias: false }).stateDict())).toEqual(["weight"]);
  });

  it("names the images it needs, and wrong options when it is made", () => {
    const layer = new Conv2d(3, 2, 3, drawn(0));
    expect(() => layer.forward(zeros([1, 1, 5, 5], { device }))).toThrow(
      /Conv2d: needs images \[n, 3, height, width\], got \[1, 1, 5, 5\]/,
    );
    expect(() => layer.forward(zeros([3, 5, 5], { device }))).toThrow(/got \[3, 5, 5\]/);
    expect(() => new Conv2d(0, 2, 3, drawn(0))).toThrow(/Conv2d: channels must be whole numbers >= 1, got \[0, 2\]/);
    expect(() => new Conv2d(1, 2, 0, drawn(0))).toThrow(/Conv2d: kernel must be whole numbers >= 1/);
    expect(() => new Conv2d(1, 2, 3, { ...drawn(0), padding: -1 })).toThrow(
      /Conv2d: padding must be whole numbers >= 0/,
    );
    expect(() => new Conv2d(1, 2, 3, { ...drawn(0), groups: 2 } as never)).toThrow(/Conv2d: unknown option "groups"/);
  });
});

describe("batch norm", () => {
  const state = (layer: Module): number[][] => Object.values(layer.stateDict()).map((t) => [...t.dataSync()]);

  it("starts as PyTorch's, under PyTorch's names", () => {
    const layer = new BatchNorm2d(2, { device });
    const names = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];
    expect(Object.keys(layer.stateDict())).toEqual(names);
    expect(state(layer)).toEqual([[1, 1], [0, 0], [0, 0], [1, 1], [0]]);
    expect(layer.stateDict().num_batches_tracked.shape).toEqual([]);
    expect(layer.namedParameters().map(([name]) => name)).toEqual(["weight", "bias"]);
    expect(layer.namedBuffers().map(([name]) => name)).toEqual(names.slice(2));
    expect(Object.keys(new BatchNorm1d(2, { affine: false }).stateDict())).toEqual(names.slice(2));
  });

  it("moves its statistics in training only, counts the batches, and normalises by them in evaluation", () => {
    const layer = new BatchNorm1d(1, { device });
    layer.forward(tensor([[1], [3]], { device })); // mean 2, unbiased variance 2
    expect(state(layer)).toEqual([[1], [0], [0.2], [0.9 + 0.1 * 2], [1]]);
    const y = layer.eval().forward(tensor([[5]], { device }));
    expect(y.itemSync()).toBeCloseTo((5 - 0.2) / Math.sqrt(1.1 + 1e-5), 14);
    expect(state(layer)[4]).toEqual([1]);
  });

  it("with momentum null averages all batches alike, also from a loaded state on", () => {
    const layer = new BatchNorm1d(1, { momentum: null, device });
    const batch = (mean: number) => tensor([[mean - 1], [mean + 1]], { device });
    for (const mean of [1, 2, 6]) layer.forward(batch(mean));
    expect(layer.running_mean.itemSync()).toBeCloseTo(3, 14);
    const again = new BatchNorm1d(1, { momentum: null, device });
    again.loadStateDict(layer.stateDict());
    again.forward(batch(7));
    expect(again.running_mean.itemSync()).toBeCloseTo(4, 14);
  });

  it("counts no batch that it refused", () => {
    const layer = new BatchNorm1d(2, { device });
    expect(() => layer.forward(zeros([1, 2], { device }))).toThrow(/more than one value a channel/);
    expect(layer.num_batches_tracked.itemSync()).toBe(0);
  });

  it("names the shapes it takes", () => {
    const refused = (layer: Module, shape: number[]) => () => layer.forward(zeros(shape, { device }));
    const one = new BatchNorm1d(3, { device });
    expect(refused(one, [4, 2])).toThrow("BatchNorm1d: needs [n, 3] or [n, 3, length], got [4, 2]");
    expect(refused(one, [4, 3, 2, 2])).toThrow("BatchNorm1d: needs [n, 3] or [n, 3, length], got [4, 3, 2, 2]");
    expect(refused(new BatchNorm2d(3, { device }), [4, 3])).toThrow("needs [n, 3, height, width], got [4, 3]");
    expect(() => new BatchNorm2d(3, { momentum: 2 })).toThrow(/momentum must be in 0..1, or null.*got 2/);
    expect(() => new BatchNorm2d(3, { eps: -1 })).toThrow(/eps must be >= 0/);
    expect(() => new BatchNorm2d(1.5)).toThrow(/BatchNorm2d: sizes must be whole numbers/);
    expect(() => new BatchNorm1d(3, { trackRunningStats: false } as never)).toThrow(/unknown option/);
  });

  it("uses its eps", () => {
    const layer = new BatchNorm2d(2, { eps: 0.5, device });
    const x = generator(0).normal([3, 2, 2, 2], { device });
    expect(layer.forward(x).dataSync()).toEqual(batchNorm(x, { training: true, eps: 0.5 }).dataSync());
  });
});

describe("LayerNorm", () => {
  it("is layerNorm over its shape, scaled and shifted by what is learnt", () => {
    const layer = new LayerNorm([2, 3], { device, eps: 0.1 });
    const x = generator(0).normal([4, 2, 3], { device });
    expect(layer.forward(x).dataSync()).toEqual(layerNorm(x, [2, 3], { eps: 0.1 }).dataSync());
    layer.loadStateDict({ weight: ones([2, 3], { device }).mul(3), bias: ones([2, 3], { device }) });
    expect(layer.forward(x).dataSync()).toEqual(layerNorm(x, [2, 3], { eps: 0.1 }).mul(3).add(1).dataSync());
    expect(new LayerNorm(3, { elementwiseAffine: false }).parameters()).toEqual([]);
    expect(() => layer.forward(zeros([3, 2], { device }))).toThrow(/does not end in \[2, 3\]/);
    expect(() => new LayerNorm(-1)).toThrow(/LayerNorm: sizes must be whole numbers/);
  });
});

describe("pooling", () => {
  const ramp = tensor(
    Float64Array.from({ length: 36 }, (_, i) => i),
    { shape: [1, 1, 6, 6], device },
  );

  it("moves by its own size unless a stride is given", () => {
    expect(new MaxPool2d(3).forward(ramp).dataSync()).toEqual(Float64Array.of(14, 17, 32, 35));
    expect(new AvgPool2d([2, 6]).forward(ramp).dataSync()).toEqual(Float64Array.of(5.5, 17.5, 29.5));
    const how = { stride: 1, padding: [1, 0] as const };
    expect(new MaxPool2d(2, how).forward(ramp).dataSync()).toEqual(maxPool2d(ramp, 2, how).dataSync());
    expect(() => new MaxPool2d(0)).toThrow(/MaxPool2d: kernel must be whole numbers >= 1/);
    expect(() => new MaxPool2d(2, { stride: 0 })).toThrow(/MaxPool2d: stride must be whole numbers >= 1, got \[0, 0\]/);
    expect(() => new AvgPool2d(2, { stride: [1, 0] })).toThrow(
      /AvgPool2d: stride must be whole numbers >= 1, got \[1, 0\]/,
    );
    expect(() => new AvgPool2d(2, { padding: 0.5 })).toThrow(/AvgPool2d: padding must be whole numbers >= 0/);
    expect(() => new MaxPool2d(2, { padding: -1 })).toThrow(/MaxPool2d: padding must be whole numbers >= 0/);
    expect(() => new AvgPool2d(2, { dilation: 2 } as never)).toThrow(/AvgPool2d: unknown option "dilation"/);
  });

  it("adapts to any size of image and grid, with the right gradient", async () => {
    expect(new AdaptiveAvgPool2d(1).forward(ramp).dataSync()).toEqual(Float64Array.of(17.5));
    expect(new AdaptiveAvgPool2d(2).forward(ramp).dataSync()).toEqual(new AvgPool2d(3).forward(ramp).dataSync());
    expect(new AdaptiveAvgPool2d(6).forward(ramp).dataSync()).toEqual(ramp.dataSync());
    expect(new AdaptiveAvgPool2d([1, 4]).forward(ramp).dataSync()).toEqual(Float64Array.of(15.5, 16.5, 18.5, 19.5));
    const layer = new AdaptiveAvgPool2d([4, 5]);
    const report = await checkGradients((x) => layer.forward(x), [generator(0).normal([2, 2, 7, 3], { device })]);
    expect(report.ok).toBe(true);
    expect(() => layer.forward(zeros([2, 3]))).toThrow(/AdaptiveAvgPool2d: needs images.*got \[2, 3\]/);
    expect(() => new AdaptiveAvgPool2d(0)).toThrow(/AdaptiveAvgPool2d: size must be whole numbers >= 1/);
  });

  it("keeps an infinity in its own bin", () => {
    const x = tensor([[[[1, 2, Number.POSITIVE_INFINITY, 4]]]], { device });
    expect([...new AdaptiveAvgPool2d([1, 2]).forward(x).dataSync()]).toEqual([1.5, Number.POSITIVE_INFINITY]);
  });
});

describe("Dropout", () => {
  it("drops about p of the entries in training and scales the others up; evaluation leaves all", () => {
    const x = ones([100, 100], { device });
    const layer = new Dropout(0.3, { generator: generator(1) });
    const y = layer.forward(x).dataSync();
    expect(new Set(y)).toEqual(new Set([0, 1 / 0.7]));
    const dropped = y.filter((v) => v === 0).length / y.length;
    expect(Math.abs(dropped - 0.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / 10_000)); // five standard deviations
    expect(layer.eval().forward(x)).toBe(x);
  });

  it("draws another mask each time, the same ones for the same seed", () => {
    const x = ones([20], { device });
    const [a, b] = [0, 0].map((seed) => new Dropout(0.5, { generator: generator(seed) }));
    const first = a.forward(x).dataSync();
    expect(b.forward(x).dataSync()).toEqual(first);
    expect(a.forward(x).dataSync()).not.toEqual(first);
    expect(() => new Dropout(1.1, { generator: generator(0) })).toThrow(/Dropout: p must be in 0..1, got 1.1/);
    expect(() => new Dropout(0.5, {} as never).forward(x)).toThrow();
  });
});

it("Flatten joins all dimensions but the batch, or from where it is told", () => {
  expect(new Flatten().forward(zeros([2, 3, 4, 5])).shape).toEqual([2, 60]);
  expect(new Flatten(2).forward(zeros([2, 3, 4, 5])).shape).toEqual([2, 3, 20]);
});

it("Linear takes a single vector, and an empty batch", () => {
  const layer = new Linear(3, 2, drawn(0));
  const x = generator(1).normal([3], { device });
  expect(layer.forward(x).shape).toEqual([2]);
  expect(layer.forward(x).dataSync()).toEqual(layer.forward(x.reshape([1, 3])).dataSync());
  expect(layer.forward(zeros([0, 3], { device })).shape).toEqual([0, 2]);
});

it("layers in a row pass on training, evaluation and device", async () => {
  const model = new Sequential(new Conv2d(1, 2, 3, drawn(0)), new BatchNorm2d(2, { device }), new Flatten());
  const moved = await model.eval().to(reference("float32"));
  expect(moved.forward(zeros([2, 1, 4, 4], { device: reference("float32") })).shape).toEqual([2, 8]);
  expect(Object.values(moved.stateDict()).every(({ dtype }) => dtype === "float32")).toBe(true);
});
