import { describe, expect, it } from "vitest";
import {
  Buffer,
  generator,
  L2Norm,
  Linear,
  Module,
  noGrad,
  Parameter,
  ReLU,
  reference,
  Sequential,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";

const device = reference("float64");

class Encoder extends Module {
  readonly blocks = [
    new Linear(4, 3, { generator: generator(1), device }),
    new Linear(3, 2, { generator: generator(2), device }),
  ];
  readonly head = new Sequential(new ReLU(), new Linear(2, 2, { generator: generator(3), bias: false, device }));
  readonly scale = new Parameter(tensor(1, { device }));
  readonly count = new Buffer(tensor(0, { device }));
  readonly note = "not state";

  forward(x: Tensor): Tensor {
    return this.head.forward(this.blocks.reduce((h, block) => block.forward(h), x)).mul(this.scale);
  }
}

describe("a module's state", () => {
  const names = [
    "scale",
    "count",
    "blocks.0.weight",
    "blocks.0.bias",
    "blocks.1.weight",
    "blocks.1.bias",
    "head.1.weight",
  ];

  it("goes by the names of its fields, arrays and sequences by number, as in PyTorch", () => {
    expect(Object.keys(new Encoder().stateDict())).toEqual(names);
    expect(new Encoder().namedParameters().map(([name]) => name)).toEqual(names.filter((n) => n !== "count"));
    expect(new Encoder().parameters()).toHaveLength(6);
    expect(new Encoder().namedBuffers().map(([name]) => name)).toEqual(["count"]);
  });

  it("is a snapshot: later updates leave it as it was", () => {
    const model = new Encoder();
    const before = model.stateDict();
    model.scale.value = tensor(5, { device });
    expect(before.scale.itemSync()).toBe(1);
    expect(model.stateDict().scale.itemSync()).toBe(5);
  });

  it("moves from one model to another, outputs and all", () => {
    const [a, b] = [new Encoder(), new Encoder()];
    a.blocks[0].weight.value = zeros([3, 4], { device });
    b.loadStateDict(a.stateDict());
    const x = generator(7).normal([5, 4], { device });
    expect(b.forward(x).dataSync()).toEqual(a.forward(x).dataSync());
  });

  it("is refused whole when it does not fit, with every reason at once", () => {
    const model = new Encoder();
    const state = model.stateDict();
    const { scale: _, "head.1.weight": __, ...rest } = state;
    const wrong = {
      ...rest,
      "blocks.0.bias": zeros([7], { device }),
      extra: zeros([1], { device }),
      other: zeros([], { device }),
    };
    expect(() => model.loadStateDict(wrong)).toThrow(
      [
        "loadStateDict: nothing was loaded:",
        'missing "scale" []',
        '"blocks.0.bias" has shape [7], needs [3]',
        'missing "head.1.weight" [2, 2]',
        'unexpected "extra"',
        'unexpected "other"',
      ].join("\n  "),
    );
    expect(model.stateDict()["blocks.0.bias"].dataSync()).toEqual(state["blocks.0.bias"].dataSync());
  });

  it("may be partial when that is asked for, but never misshapen", () => {
    const model = new Encoder();
    model.loadStateDict({ scale: tensor(3, { device }), extra: zeros([1], { device }) }, { strict: false });
    expect(model.scale.itemSync()).toBe(3);
    expect(() => model.loadStateDict({ scale: zeros([2], { device }) }, { strict: false })).toThrow(
      /"scale" has shape \[2\], needs \[\]/,
    );
    expect(() => model.loadStateDict({}, { Strict: false } as object)).toThrow(/unknown option "Strict"/);
  });
});

it("a layer that is used twice is one set of weights, updated once", () => {
  const shared = new Linear(2, 2, { generator: generator(0), device });
  const tied = new Sequential(shared, new ReLU(), shared);
  expect(tied.namedParameters().map(([name]) => name)).toEqual(["0.weight", "0.bias"]);
  expect(Object.keys(tied.stateDict())).toEqual(["0.weight", "0.bias", "2.weight", "2.bias"]);
});

it("arrays of parameters are state too, by number", () => {
  class Scales extends Module {
    readonly scales = [new Parameter(tensor(1)), new Parameter(tensor(2))];
    forward(x: Tensor): Tensor {
      return x.mul(this.scales[0]).mul(this.scales[1]);
    }
  }
  expect(Object.keys(new Scales().stateDict())).toEqual(["scales.0", "scales.1"]);
});

it("a state dict on another device, or of arrays, is refused", () => {
  const model = new Encoder();
  expect(() => model.loadStateDict({ scale: tensor(3, { device: reference("float32") }) }, { strict: false })).toThrow(
    /"scale" is on reference\(float32\), needs reference\(float64\)/,
  );
  expect(() => model.loadStateDict({ scale: [3] } as never, { strict: false })).toThrow(/"scale" is not a tensor/);
});

describe("a module", () => {
  it("names itself and all inside it, what is shared once, by its first name", () => {
    const encoder = new Encoder();
    const named = encoder.namedModules();
    expect(named.map(([name]) => name)).toEqual(["", "blocks.0", "blocks.1", "head", "head.0", "head.1"]);
    expect(named.map(([, module]) => module).slice(0, 2)).toEqual([encoder, encoder.blocks[0]]);
    const shared = new Sequential(new ReLU());
    const both = new Sequential(shared, new Sequential(shared, shared[0]));
    expect(both.namedModules().map(([name]) => name)).toEqual(["", "0", "0.0", "1"]);
  });

  it("passes train and eval on to all inside it", () => {
    const model = new Encoder();
    expect(model.eval().head[0].training).toBe(false);
    expect(model.train().blocks[1].training).toBe(true);
  });

  it("stops training when frozen: nothing requires a gradient", () => {
    const model = new Encoder().freeze();
    expect(model.parameters().some((p) => p.requiresGrad)).toBe(false);
    expect(model.forward(zeros([1, 4], { device })).requiresGrad).toBe(false);
  });

  it("moves to another device, weights and buffers", async () => {
    const model = await new Encoder().to(reference("float32"));
    expect(Object.values(model.stateDict()).map((t) => t.dtype)).toEqual(new Array(7).fill("float32"));
    expect(model.forward(zeros([1, 4], { device: reference("float32") })).dtype).toBe("float32");
  });
});

describe("Linear", () => {
  it("draws weight and bias from U(±1/√inputs), the same for the same seed", () => {
    const layer = new Linear(100, 50, { generator: generator(5) });
    const again = new Linear(100, 50, { generator: generator(5) });
    for (const t of [layer.weight, layer.bias as Parameter]) {
      const values = [...t.dataSync()];
      expect(Math.max(...values)).toBeLessThanOrEqual(0.1);
      expect(Math.max(...values)).toBeGreaterThan(0.09);
      expect(Math.min(...values)).toBeLessThan(-0.09);
    }
    expect(again.weight.dataSync()).toEqual(layer.weight.dataSync());
  });

  it("names the size it needs", () => {
    const layer = new Linear(3, 2, { generator: generator(0) });
    expect(() => layer.forward(zeros([5, 4]))).toThrow(/Linear: needs \[..., 3\].*got \[5, 4\]/);
    expect(() => new Linear(0, 2, { generator: generator(0) })).toThrow(/sizes must be whole numbers >= 1, got 0, 2/);
    expect(() => new Linear(2, 2, { generator: generator(0), seed: 1 } as never)).toThrow(/unknown option "seed"/);
  });

  it("takes more than one leading dimension", () => {
    const layer = new Linear(3, 2, { generator: generator(0), device });
    const x = generator(1).normal([2, 4, 3], { device });
    expect(layer.forward(x).shape).toEqual([2, 4, 2]);
    expect(layer.forward(x).reshape([8, 2]).dataSync()).toEqual(layer.forward(x.reshape([8, 3])).dataSync());
  });
});

it("L2Norm puts rows on the unit sphere", () => {
  const y = noGrad(() => new L2Norm().forward(generator(0).normal([6, 3], { device })));
  for (const length of y.norm({ dim: 1 }).dataSync()) expect(length).toBeCloseTo(1, 14);
});
