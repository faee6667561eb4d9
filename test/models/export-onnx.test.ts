import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gpu } from "../../src/gpu.ts";
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  convEncoder,
  Dropout,
  Embedding,
  exportOnnx,
  Flatten,
  GRU,
  type GruOptions,
  generator,
  L2Norm,
  LayerNorm,
  Linear,
  MaxPool2d,
  Module,
  MomentumQueue,
  mlpEncoder,
  noGrad,
  OnnxGraph,
  type OnnxValue,
  Parameter,
  ReLU,
  ResNet,
  reference,
  resnet18,
  resnet50,
  Sequential,
  smallAlexNet,
  type Tensor,
  tensor,
} from "../../src/index.ts";
import { onnxBytes, onnxGraphOf } from "../../src/models/export-onnx.ts";
import { version } from "../../src/version.ts";
import { inOnnxRuntime, loaded } from "./onnxruntime.ts";

const g = () => generator(1);
const drawn = (...shape: number[]): Tensor => generator(shape.length).normal(shape);

/**
 * Has norms of which nothing is as it was at first: scales of either sign, shifts, running statistics, and one channel whose
 * variance is so small that eps counts. Such a channel of many layers would drown all others.
 */
function stirred<M extends Module>(model: M, least = 1e-4): M {
  const draw = generator(9);
  const state = Object.fromEntries(
    Object.entries(model.stateDict()).flatMap(([name, { shape }]) => {
      if (shape.length !== 1) return [];
      const values = /running_var$/.test(name)
        ? draw.uniform(shape, { low: 0.5, high: 2 }).dataSync().with(0, least)
        : draw.normal(shape, { mean: /weight$/.test(name) ? 1 : 0 }).dataSync();
      return [[name, tensor(values, { device: model.parameters()[0]?.device })]];
    }),
  );
  model.loadStateDict(state, { strict: false });
  return model;
}

/** The largest difference of two results, as a share of the largest number of the second. */
function apart(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  const most = (f: (i: number) => number): number => {
    let max = 0;
    for (let i = 0; i < theirs.length; i++) max = Math.max(max, Number.isFinite(f(i)) ? f(i) : Infinity);
    return max;
  };
  if (ours.length !== theirs.length) return Infinity;
  return most((i) => Math.abs(ours[i] - theirs[i])) / (most((i) => Math.abs(theirs[i])) || 1);
}

interface Compared {
  readonly input?: readonly (number | string)[];
  readonly layers?: readonly number[];
}

/** How far a model is from what onnxruntime makes of its file, over all batches. Shapes are compared too. */
async function difference(model: Module, batches: readonly Tensor[], options: Compared = {}): Promise<number> {
  const run = await loaded(await exportOnnx(model, options));
  const { inputs, outputs } = onnxGraphOf(model, options);
  model.eval();
  const found: number[] = [];
  for (const x of batches) {
    const given = await run({ [inputs[0].name]: { shape: x.shape, data: Float32Array.from(x.dataSync()) } });
    const ours = noGrad(() =>
      options.layers && "outputs" in model
        ? (model as ReturnType<typeof convEncoder>).outputs(x, options.layers)
        : [model.forward(x)],
    );
    for (const [i, { name, shape }] of outputs.entries()) {
      expect(given[name].shape).toEqual(ours[i].shape);
      for (const [d, size] of shape.entries()) if (typeof size === "number") expect(size).toBe(given[name].shape[d]);
      found.push(apart(given[name].data, ours[i].dataSync()));
    }
  }
  return Math.max(...found);
}

const layers: readonly (readonly [name: string, layer: () => Module, input: readonly number[]])[] = [
  ["Linear", () => new Linear(5, 4, { generator: g() }), [5]],
  ["Linear without bias", () => new Linear(5, 4, { generator: g(), bias: false }), [5]],
  ["Linear of rows of rows", () => new Linear(5, 4, { generator: g() }), [3, 5]],
  ["Linear of rows of rows, without bias", () => new Linear(5, 4, { generator: g(), bias: false }), [2, 3, 5]],
  ["Conv2d", () => new Conv2d(3, 4, 3, { generator: g() }), [3, 8, 7]],
  ["BatchNorm1d of [n, c]", () => new BatchNorm1d(6), [6]],
  ["BatchNorm1d of [n, c, length]", () => new BatchNorm1d(6, { eps: 0.01 }), [6, 5]],
  ["BatchNorm2d", () => new BatchNorm2d(3), [3, 4, 5]],
  ["BatchNorm2d that learns nothing", () => new BatchNorm2d(3, { affine: false, eps: 1e-3 }), [3, 4, 5]],
  ["LayerNorm", () => new LayerNorm(6, { eps: 0.1 }), [6]],
  ["LayerNorm of [n, ..., 6]", () => new LayerNorm(6), [3, 6]],
  ["LayerNorm over two dimensions", () => new LayerNorm([3, 4]), [2, 3, 4]],
  ["LayerNorm that learns nothing", () => new LayerNorm([3, 4], { elementwiseAffine: false }), [3, 4]],
  ["ReLU", () => new ReLU(), [2, 3]],
  ["L2Norm", () => new L2Norm(), [7]],
  ["L2Norm of images, channel by channel", () => new L2Norm(), [3, 4, 5]],
  ["MaxPool2d", () => new MaxPool2d(2), [2, 5, 6]],
  ["AvgPool2d", () => new AvgPool2d(2), [2, 5, 6]],
  ["AdaptiveAvgPool2d to one number", () => new AdaptiveAvgPool2d(1), [3, 5, 7]],
  ["AdaptiveAvgPool2d to a grid that divides", () => new AdaptiveAvgPool2d([2, 3]), [3, 4, 6]],
  ["AdaptiveAvgPool2d to bins that overlap", () => new AdaptiveAvgPool2d([3, 4]), [3, 5, 7]],
  ["AdaptiveAvgPool2d to more bins than pixels", () => new AdaptiveAvgPool2d([1, 9]), [3, 5, 7]],
  ["Flatten", () => new Flatten(), [2, 3, 4]],
  ["Flatten from another dimension on", () => new Flatten(2), [2, 3, 4]],
  ["Flatten from the end", () => new Flatten(-2), [2, 3, 4]],
  ["GRU, which reads along the open dimension", () => new GRU(3, 4, { generator: g() }), [2, 3]],
  ["GRU without biases, batch first", () => new GRU(3, 4, { generator: g(), bias: false, batchFirst: true }), [5, 3]],
  ["GRU both ways, of two layers", () => new GRU(3, 4, { generator: g(), bidirectional: true, numLayers: 2 }), [2, 3]],
  [
    "GRU both ways, batch first",
    () => new GRU(3, 4, { generator: g(), bidirectional: true, batchFirst: true }),
    [5, 3],
  ],
  ["Dropout", () => new Dropout(0.5, { generator: g() }), [4]],
  ["Sequential", () => new Sequential(new Linear(3, 4, { generator: g() }), new BatchNorm1d(4), new ReLU()), [3]],
  ["Sequential of nothing", () => new Sequential(), [3]],
];

/** What `super` makes of images, twice as long. */
class Doubled extends ResNet {
  override forward(x: Tensor): Tensor {
    return super.forward(x).mul(2);
  }
  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    const features = super.toOnnx(graph, x);
    return graph.node("Mul", [features, graph.constant("two", Float32Array.of(2), [])], features.shape);
  }
}

inOnnxRuntime("exportOnnx, as onnxruntime runs it", () => {
  it.each(layers)("%s", async (_, make, input) => {
    const batches = [1, 4].map((n) => drawn(n, ...input));
    expect(await difference(stirred(make()), batches, { input })).toBeLessThan(1e-5);
  });

  it("L2Norm leaves 0 where it is, and lengths below 1e-12 short", async () => {
    const rows = [[0, 0], [3e-13, 4e-13], [3e-12, 0], [-3e10, 4e10]]; // biome-ignore format: short
    const x = tensor(rows);
    const known = [0, 0, 0.3, 0.4, 1, 0, -0.6, 0.8];
    expect(apart(noGrad(() => new L2Norm().forward(x)).dataSync(), known)).toBeLessThan(1e-6);
    expect(await difference(new L2Norm(), [x], { input: [2] })).toBeLessThan(1e-6);
  });

  const two = (least: number, most: number): fc.Arbitrary<[number, number]> =>
    fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }));

  it("Conv2d, whatever the window and how it moves", async () => {
    const options = { stride: two(1, 3), padding: two(0, 3), dilation: two(1, 2), bias: fc.boolean() };
    const window = fc.record({ channels: two(1, 3), kernel: two(1, 3), size: two(5, 9), ...options });
    await fc.assert(
      fc.asyncProperty(window, async ({ channels: [from, to], kernel, size, ...how }) => {
        const layer = new Conv2d(from, to, kernel, { generator: g(), ...how });
        expect(await difference(layer, [drawn(2, from, ...size)], { input: [from, ...size] })).toBeLessThan(1e-5);
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it.each([
    ["MaxPool2d", MaxPool2d],
    ["AvgPool2d", AvgPool2d],
  ])("%s, whatever the window and how it moves, of numbers below 0 too", async (_, Pool) => {
    const window = fc.record({ kernel: two(1, 4), size: two(5, 9), stride: two(1, 3), share: two(0, 2) });
    await fc.assert(
      fc.asyncProperty(window, async ({ kernel, size, stride, share }) => {
        const padding = [0, 1].map((d) => Math.floor((kernel[d] * share[d]) / 4)) as [number, number];
        const x = drawn(2, 3, ...size).sub(2);
        const pool = new Pool(kernel, { stride, padding });
        expect(await difference(pool, [x], { input: [3, ...size] })).toBeLessThan(1e-5);
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  const small = { generator: g(), channels: [3, 4], hidden: 6, featDim: 5, imageSize: 12, inChannels: 2 };

  it("convEncoder, each of its blocks and several at once", async () => {
    const encoder = stirred(convEncoder(small));
    const batches = [1, 2, 7].map((n) => drawn(n, 2, 12, 12));
    expect(await difference(encoder, batches)).toBeLessThan(1e-5);
    for (const layer of [0, 1, 2, -1, -2]) {
      expect(await difference(encoder, batches, { layers: [layer] }), `layer ${layer}`).toBeLessThan(1e-5);
    }
    expect(await difference(encoder, batches, { layers: [-2, -1, 0] })).toBeLessThan(1e-5);
  });

  it("convEncoder as it is trained, its statistics those of batches", async () => {
    const encoder = convEncoder({ generator: g() });
    for (let i = 0; i < 3; i++) noGrad(() => encoder.forward(drawn(16, 1, 28, 28).mul(2).add(0.5)));
    expect(await difference(encoder, [drawn(6, 1, 28, 28)])).toBeLessThan(1e-5);
  });

  it("mlpEncoder", async () => {
    const encoder = mlpEncoder({ sizes: [20, 12, 8, 4], generator: g() });
    expect(await difference(encoder, [drawn(1, 20), drawn(9, 20)], { input: [20] })).toBeLessThan(1e-5);
  });

  it("smallAlexNet", async () => {
    const encoder = stirred(smallAlexNet({ generator: g(), imageSize: 17, featDim: 6 }), 0.5);
    const batches = [1, 3].map((n) => drawn(n, 3, 17, 17));
    expect(await difference(encoder, batches, { layers: [-1, -2, 4] })).toBeLessThan(1e-5);
  });

  it("resnet18, of images of any size", async () => {
    const encoder = stirred(resnet18({ generator: g(), featDim: 8 }), 0.5);
    const batches = [drawn(1, 3, 32, 32), drawn(2, 3, 45, 33)];
    expect(await difference(encoder, batches, { layers: [-1, -2, 2] })).toBeLessThan(1e-5);
  });

  it("resnet50 for small images with a head of two layers", async () => {
    const encoder = stirred(resnet50({ generator: g(), featDim: 8, mlp: true, smallInput: true, inChannels: 1 }), 0.5);
    expect(await difference(encoder, [drawn(2, 1, 12, 12)])).toBeLessThan(1e-5);
  });

  it("MomentumQueue is its query encoder", async () => {
    const [encoder, other] = [0, 1].map(() => convEncoder(small));
    const queue = new MomentumQueue(encoder, other, { generator: g(), size: 4, featDim: 5, groups: 2 });
    stirred(queue);
    expect(queue.encoder_k.stateDict()["blocks.0.1.running_mean"].dataSync()).not.toEqual(
      queue.encoder_q.stateDict()["blocks.0.1.running_mean"].dataSync(),
    );
    expect(await difference(queue, [drawn(2, 2, 12, 12)], { input: [2, 12, 12] })).toBeLessThan(1e-5);
    const weights = [...onnxGraphOf(queue, { input: [2, 12, 12] }).weights.keys()];
    expect(weights.filter((name) => !name.startsWith("encoder_q.blocks."))).toEqual([]);
  });

  it("an encoder of float64, rounded, and one with a layer of one's own", async () => {
    const device = reference("float64");
    const encoder = stirred(convEncoder({ ...small, generator: g(), device }));
    expect(await difference(encoder, [await drawn(2, 2, 12, 12).to(device)])).toBeLessThan(1e-5);

    class Swish extends Module {
      forward(x: Tensor): Tensor {
        return x.mul(x.sigmoid());
      }
      override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
        return graph.node("Mul", [x, graph.node("Sigmoid", [x], x.shape)], x.shape);
      }
    }
    expect(await difference(new Sequential(new Swish(), new Swish()), [drawn(3, 4)], { input: [4] })).toBeLessThan(
      1e-5,
    );
  });

  it.each<[string, Omit<GruOptions, "generator">]>([
    ["of two layers both ways", { bidirectional: true, numLayers: 2 }],
    ["without bias, batch first", { bias: false, batchFirst: true }],
    ["without bias, of three layers", { bias: false, numLayers: 3 }],
  ])("both outputs of a GRU that stops where sequences end, %s", async (_, options) => {
    const [n, places, lengths] = [3, 5, [2, 5, 3]];
    const gru = new GRU(3, 4, { generator: g(), ...options });
    const shape = options.batchFirst ? [n, places, 3] : [places, n, 3];
    const names = gru.namedParameters().map(([name, weight]) => [weight, name] as const);
    const graph = new OnnxGraph({ layers: new Map(), weights: new Map(names) });
    const [x, ends] = [graph.input("x", shape), graph.input("ends", [n], "int64")];
    const given = gru.toOnnxOutputs(graph, x, graph.node("Cast", [ends], [n], { to: { int: 6 } }));
    for (const [name, value] of Object.entries(given)) graph.output(name, value, "");
    const batch = drawn(...shape);
    const found = await (await loaded(await onnxBytes(graph)))({
      x: { shape, data: Float32Array.from(batch.dataSync()) },
      ends: { shape: [n], data: BigInt64Array.from(lengths, BigInt) },
    });
    const { output, last } = noGrad(() => gru.outputs(batch, { lengths }));
    for (const [name, ours] of Object.entries({ output, last })) {
      expect(found[name].shape, name).toEqual(ours.shape);
      expect(apart(found[name].data, ours.dataSync()), name).toBeLessThan(1e-5);
    }
  });

  it("Embedding, by whole numbers", async () => {
    const embedding = new Embedding(7, 3, { generator: g() });
    const run = await loaded(await exportOnnx(embedding));
    for (const indices of [[6], [0, 5, 5, 2]]) {
      const given = await run({ indices: { shape: [indices.length], data: BigInt64Array.from(indices, BigInt) } });
      expect(given.features.shape).toEqual([indices.length, 3]);
      expect([...given.features.data]).toEqual([...embedding.forward(indices).dataSync()]);
    }
  });

  it("a ResNet whose forward and toOnnx are changed together", async () => {
    const depth = { blocks: [1, 1, 1, 1], bottleneck: false } as const;
    const doubled = new Doubled("doubled", depth, { generator: g(), featDim: 3 });
    expect(await difference(doubled, [drawn(2, 3, 8, 8)])).toBeLessThan(1e-5);
    expect(onnxGraphOf(doubled, { layers: [6] }).nodes).toEqual(onnxGraphOf(doubled).nodes); // features are those of forward
  });

  it("weights and constants whose names would fall together", async () => {
    class Scaled extends Module {
      readonly scale = [new Parameter(tensor([2])), new Parameter(tensor([3]))];
      forward(x: Tensor): Tensor {
        return x.mul(this.scale[0]).mul(this.scale[1]).mul(5).mul(7);
      }
      override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
        const constants = [5, 7].map((value) => graph.constant("scale", Float32Array.of(value), [1]));
        const scaled = this.scale.reduce((h, scale) => graph.node("Mul", [h, scale], x.shape), x);
        return constants.reduce((h, constant) => graph.node("Mul", [h, constant], x.shape), scaled);
      }
    }
    expect(await difference(new Scaled(), [drawn(2, 3)], { input: [3] })).toBeLessThan(1e-6);
    expect([...onnxGraphOf(new Scaled(), { input: [3] }).constants.keys()]).toEqual(["scale", "scale.2"]);
  });

  class NoLeast extends L2Norm {
    override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
      return graph.node("LpNormalization", [x], x.shape, { axis: { int: 1 }, p: { int: 2 } });
    }
  }
  class NoEps extends BatchNorm2d {
    override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
      const state = [this.weight, this.bias, this.running_mean, this.running_var];
      return graph.node("BatchNormalization", [x, ...state], x.shape, { epsilon: { float: 0 } });
    }
  }
  class OfTheBatch extends BatchNorm2d {
    override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
      return graph.node("InstanceNormalization", [x, this.weight, this.bias], x.shape);
    }
  }
  class NoBias extends Linear {
    override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
      return graph.node("Gemm", [x, this.weight], [x.shape[0], 4], { transB: { int: 1 } });
    }
  }
  it.each<[string, Module, Tensor]>([
    ["a norm without a least length", new NoLeast(), tensor([[3e-13, 4e-13]])],
    ["a batch norm without eps", new NoEps(3), drawn(2, 3, 4, 4)],
    ["one by other statistics than the running ones", new OfTheBatch(3), drawn(2, 3, 4, 4)],
    ["a layer without its bias", new NoBias(5, 4, { generator: g() }), drawn(2, 5)],
  ])("would be seen to differ: %s", async (_, layer, x) => {
    expect(await difference(stirred(layer), [x], { input: x.shape.slice(1) })).toBeGreaterThan(1e-4);
  });
});

describe("exportOnnx", () => {
  const encoder = convEncoder({ generator: g(), imageSize: 8, channels: [2, 3], hidden: 4, featDim: 3 });

  it("names weights as the state dict does, and nodes after their layers", () => {
    const { nodes, weights, constants, inputs, outputs } = onnxGraphOf(encoder);
    const names = Object.keys(encoder.stateDict()).filter((name) => !name.endsWith("num_batches_tracked"));
    expect([...weights.keys()].sort()).toEqual(names.sort());
    expect([...constants.keys()]).toEqual(["blocks.3.1.eps"]);
    expect(nodes.map(({ name }) => name)).toEqual([
      ...["blocks.0.0/Conv", "blocks.0.1/BatchNormalization", "blocks.0.2/Relu", "blocks.0.3/MaxPool"],
      ...["blocks.1.0/Conv", "blocks.1.1/BatchNormalization", "blocks.1.2/Relu", "blocks.1.3/MaxPool"],
      ...["blocks.2.0/Flatten", "blocks.2.1/Gemm", "blocks.2.2/BatchNormalization", "blocks.2.3/Relu"],
      ...["blocks.3.0/Gemm", "blocks.3.1/ReduceL2", "blocks.3.1/Max", "blocks.3.1/Div", "features/Identity"],
    ]);
    expect(nodes[4]).toEqual({
      name: "blocks.1.0/Conv",
      op: "Conv",
      inputs: ["blocks.0.3/MaxPool", "blocks.1.0.weight"],
      outputs: ["blocks.1.0/Conv"],
      attributes: {
        kernel_shape: { ints: [3, 3] },
        strides: { ints: [1, 1] },
        pads: { ints: [1, 1, 1, 1] },
        dilations: { ints: [1, 1] },
      },
    });
    expect(inputs).toEqual([{ name: "images", type: "float32", shape: ["n", 1, 8, 8] }]);
    expect(outputs).toEqual([{ name: "features", type: "float32", shape: ["n", 3] }]);
  });

  it("tells layers of one kind apart where they have no names, in a ResNet, whose image sizes are open", () => {
    const tiny = new ResNet("tiny", { blocks: [1, 1, 1, 1], bottleneck: false }, { generator: g(), featDim: 3 });
    const { nodes, inputs, outputs } = onnxGraphOf(tiny, { layers: [1, -1] });
    const names = nodes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.slice(0, 4)).toEqual(["conv1/Conv", "bn1/BatchNormalization", "Relu", "MaxPool"]);
    expect(names).toContain("layer1.0/Relu.1");
    expect(names).toContain("layer2.0.downsample.0/Conv");
    expect(inputs[0].shape).toEqual(["n", 3, "height", "width"]);
    expect(outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["block1", ["n", 64, "", ""]],
      ["features", ["n", 3]],
    ]);
  });

  it("gives the same bytes on every device, in either mode, and changes nothing", async () => {
    const small = stirred(mlpEncoder({ sizes: [4, 3, 2], generator: g() }));
    const [input, metadata] = [[4], { pixels: "divided by 255" }];
    const file = await exportOnnx(small, { input, metadata });
    expect(small.training).toBe(true);
    expect(await exportOnnx(small.eval(), { input, metadata })).toEqual(file);
    expect(await exportOnnx(small, { input })).not.toEqual(file);
    await small.to(await gpu({ mode: "webasm" }));
    expect(await exportOnnx(small, { input, metadata })).toEqual(file);
  });

  it("refuses layers that do not say what they are, by their names", async () => {
    class Swish extends Module {
      forward(x: Tensor): Tensor {
        return x.mul(x.sigmoid());
      }
    }
    class Twice extends ReLU {
      override forward(x: Tensor): Tensor {
        return super.forward(x).mul(2);
      }
    }
    const input = [4];
    await expect(exportOnnx(new Sequential(new ReLU(), new Sequential(new Swish())), { input })).rejects.toThrow(
      "exportOnnx: 1.0 (Swish) has no toOnnx: give Swish a method toOnnx(graph, x) that adds the nodes for what its forward",
    );
    await expect(exportOnnx(new Swish(), { input })).rejects.toThrow("exportOnnx: the model (Swish) has no toOnnx");
    await expect(exportOnnx(new Sequential(new Twice()), { input })).rejects.toThrow(
      "exportOnnx: 0 (Twice) has a method forward of its own but inherits toOnnx",
    );
    const changed = new Sequential(new ReLU());
    changed[0].forward = (x) => x.mul(3);
    await expect(exportOnnx(changed, { input })).rejects.toThrow("0 (ReLU) has a method forward of its own");
    class Other extends ResNet {
      override forward(x: Tensor): Tensor {
        return super.forward(x, { layerIndex: -2 });
      }
    }
    const other = new Other("other", { blocks: [1, 1, 1, 1], bottleneck: false }, { generator: g() });
    await expect(exportOnnx(other)).rejects.toThrow("exportOnnx: the model (Other) has a method forward of its own");
  });

  it("refuses blocks of an encoder that says only what its features are, and features by other outputs", async () => {
    const depth = { blocks: [1, 1, 1, 1], bottleneck: false } as const;
    const doubled = new Doubled("doubled", depth, { generator: g(), featDim: 3 });
    await expect(exportOnnx(doubled, { layers: [1] })).rejects.toThrow(
      "exportOnnx: the model (Doubled) has a method forward of its own but inherits toOnnxOutputs: give Doubled a method",
    );
    class Halved extends ResNet {
      override outputs(x: Tensor, layers: readonly number[]): Tensor[] {
        return super.outputs(x, layers).map((output) => output.div(2));
      }
    }
    const halved = new Halved("halved", depth, { generator: g(), featDim: 3 });
    for (const layers of [undefined, [1], [-1, 2]]) {
      await expect(exportOnnx(halved, { layers })).rejects.toThrow(
        "has a method outputs of its own but inherits toOnnxOutputs",
      );
    }
  });

  it.each(["input", "features"])("refuses a weight called as the graph's own %s", async (name) => {
    const model = Object.assign(new ReLU(), { [name]: new Parameter(tensor([1])) });
    await expect(exportOnnx(model, { input: [3] })).rejects.toThrow(
      `exportOnnx: the model has a weight or a constant called ${name}, as the graph's ${name === "input" ? name : "output"} is`,
    );
  });

  it("calls only that the batch which is as large", () => {
    const sizes = (model: Module, input: readonly (number | string)[]) =>
      onnxGraphOf(model, { input }).outputs[0].shape;
    expect(sizes(new Flatten(0), [2, 3])).toEqual([""]);
    expect(sizes(new Flatten(0), [1])).toEqual(["n"]);
    expect(sizes(new GRU(3, 4, { generator: g() }), ["m", 3])).toEqual(["n", "", 4]);
    expect(sizes(new Sequential(), ["m", 3])).toEqual(["n", "", 3]);
  });

  it("says what wrote it", async () => {
    const file = Buffer.from(await exportOnnx(new ReLU(), { input: [3] }));
    const text = (field: number, value: string) => Buffer.from([field, value.length, ...Buffer.from(value)]);
    const [name, number] = [text(0x12, "align-uniform"), text(0x1a, version)];
    expect(file.subarray(2, 2 + name.length + number.length)).toEqual(Buffer.concat([name, number])); // after ir_version
  });

  it("refuses a tensor that is no weight", async () => {
    class Scaled extends Module {
      forward(x: Tensor): Tensor {
        return x.mul(2);
      }
      override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
        return graph.node("Mul", [x, tensor([2])], x.shape);
      }
    }
    await expect(exportOnnx(new Sequential(new Scaled()), { input: [4] })).rejects.toThrow(
      "exportOnnx: 0 gives Mul a tensor [1] that is no Parameter or Buffer of the model: keep it in a field of the layer, or",
    );
  });

  it.each<[string, Module, object, string]>([
    [
      "no input",
      mlpEncoder({ sizes: [4, 2], generator: g() }),
      {},
      "a Sequential does not say what it takes: give { input",
    ],
    ["another input", encoder, { input: [1, 9, 9] }, "convEncoder: needs images [n, 1, 8, 8], got [NaN, 1, 9, 9]"],
    ["one of other rank", encoder, { input: [64] }, "convEncoder: needs images [n, 1, 8, 8], got [NaN, 64]"],
    ["open sizes", encoder, { input: [1, "h", "w"] }, "convEncoder: needs images [n, 1, 8, 8], got [NaN, 1, NaN, NaN]"],
    ["a layer that is not there", encoder, { layers: [4] }, "layerIndex must be a whole number in -4..3, got 4"],
    ["no layers", encoder, { layers: [] }, "exportOnnx: layers is empty: leave it out for the features"],
    ["a size below 0", new ReLU(), { input: [-4] }, "exportOnnx: input: sizes must be whole numbers >= 0, got [-4]"],
    [
      "half a size",
      new ReLU(),
      { input: ["h", 2.5] },
      "exportOnnx: input: sizes must be whole numbers >= 0, got [2.5]",
    ],
    [
      "no number",
      new ReLU(),
      { input: [Number.NaN] },
      "exportOnnx: input: sizes must be whole numbers >= 0, got [NaN]",
    ],
    ["the batch's name", new ReLU(), { input: [3, "n"] }, 'exportOnnx: input: "n" is the batch: call an open size by'],
    ["a size without name", new ReLU(), { input: [""] }, 'exportOnnx: input: "" is no name: call an open size by'],
    ["one layer twice", encoder, { layers: [-1, 3] }, "exportOnnx: layers [-1,3] has features twice"],
    ["layers of what has none", new ReLU(), { input: [4], layers: [0] }, "a ReLU has one output"],
    ["an option that is not known", encoder, { layer: -1 }, 'exportOnnx: unknown option "layer"'],
    ["Linear", new Linear(3, 2, { generator: g() }), { input: [4] }, "Linear: needs [..., 3], got [NaN, 4]"],
    [
      "Conv2d",
      new Conv2d(3, 2, 1, { generator: g() }),
      { input: [4, 1, 1] },
      "Conv2d: needs images [n, 3, height, width]",
    ],
    ["a window that does not fit", new MaxPool2d(3), { input: [1, 2, 2] }, "MaxPool2d: a 3x3 window does not fit into"],
    ["BatchNorm2d", new BatchNorm2d(3), { input: [3] }, "BatchNorm2d: needs [n, 3, height, width], got [NaN, 3]"],
    ["LayerNorm", new LayerNorm([2, 3]), { input: [3] }, "LayerNorm: shape [NaN, 3] does not end in [2, 3]"],
    ["AdaptiveAvgPool2d", new AdaptiveAvgPool2d(1), { input: [3] }, "AdaptiveAvgPool2d: needs images"],
    [
      "a grid",
      new AdaptiveAvgPool2d(2),
      { input: [3, "h", 4] },
      "a grid of 2x2 needs images of one size: give height and",
    ],
  ])("refuses what its layers do not take: %s", async (_, model, options, message) => {
    await expect(exportOnnx(model, options)).rejects.toThrow(message);
  });
});
