import { describe, expect, it, vi } from "vitest";
import {
  type Activation,
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  generator,
  Linear,
  MaxPool2d,
  Module,
  noGrad,
  type PoolOptions,
  ReLU,
  reference,
  Sequential,
  type Tensor,
} from "../../src/index.ts";
import { matchers } from "../../src/testing.ts";

expect.extend(matchers);
const device = reference("float64");

/** What runs on the device while `f` does. */
function launchesOf(f: () => unknown): Record<string, number> {
  const before = device.ranOn();
  f();
  const ran = Object.entries(device.ranOn()).map(([name, count]): [string, number] => [
    name,
    count - (before[name] ?? 0),
  ]);
  return Object.fromEntries(ran.filter(([, count]) => count > 0));
}

/** A batch norm whose scale and shift, drawn like the batch, leave some numbers on either side of 0. */
function drawn(seed: number): BatchNorm2d {
  const [layer, g] = [new BatchNorm2d(3, { device }), generator(seed)];
  layer.loadStateDict({ weight: g.normal([3], { device }), bias: g.normal([3], { device }) }, { strict: false });
  return layer;
}

const images = (): Tensor => generator(7).normal([4, 3, 2, 5], { device });
const vector = (): Tensor => generator(7).normal([5], { device });

describe("Sequential", () => {
  it.each([true, false])("runs batch norm and the ReLU behind it as one call: training %s", (training) => {
    const [model, layers] = [new Sequential(drawn(1), new ReLU()), [drawn(1), new ReLU()]];
    if (!training) for (const module of [model, ...layers]) module.eval();
    const [x, again] = [images().withGrad(), images().withGrad()];
    const y = model.forward(x);
    const z = layers.reduce((h, layer) => layer.forward(h), again);
    expect(y).toBeAllClose(z, { rtol: 1e-14 });
    const g = generator(8).normal(y.shape, { device });
    const [ours, theirs] = [y.backward({ gradient: g }), z.backward({ gradient: g })];
    const pairs = [[x, again], ...model.parameters().map((p, i) => [p, layers[0].parameters()[i]])];
    expect(pairs.length).toBe(3);
    for (const [a, b] of pairs) expect(ours.get(a)).toBeAllClose(theirs.get(b) as Tensor, { rtol: 1e-13, atol: 1e-15 });
    const buffers = layers[0].namedBuffers().map(([, buffer]) => buffer.dataSync());
    expect(model.namedBuffers().map(([, buffer]) => buffer.dataSync())).toEqual(buffers);
  });

  it("passes over memory once in evaluation too, where no gradient is wanted", () => {
    const model = new Sequential(drawn(1), new ReLU()).eval();
    const ran = launchesOf(() => noGrad(() => model.forward(images())));
    expect(Object.keys(ran).filter((name) => name.startsWith("map") || name.startsWith("zip"))).toEqual([]);
    expect(ran.batchNormalize).toBe(1);
  });

  it("reads the gradient once for the sums and once for the result", () => {
    const model = new Sequential(drawn(3), new ReLU());
    const ran = launchesOf(() => model.forward(images().withGrad()).sum().backward());
    expect(ran).toMatchObject({ batchNormalize: 1, batchNormalizeTotals: 1, batchNormalizeInput: 1 });
    expect(Object.keys(ran).filter((name) => /relu|keepWhere/.test(name))).toEqual([]);
  });

  /** Windows side by side, overlapping ones, and some that stick out. */
  const pools: [k: number, options?: PoolOptions][] = [[2], [3, { stride: 2 }], [3, { stride: [1, 2], padding: 1 }]];
  const larger = (): Tensor => generator(7).normal([4, 3, 7, 6], { device });

  it.each(pools)("runs the max pooling behind both in the same call: %s %s", (...window) => {
    const [model, layers] = [new Sequential(drawn(1), new ReLU(), new MaxPool2d(...window)), [drawn(1), new ReLU()]];
    const [x, again] = [larger().withGrad(), larger().withGrad()];
    expect(new Set(layers[0].parameters()[0].dataSync().map(Math.sign)).size).toBe(2); // the least of x pass too
    let y = x;
    const forward = launchesOf(() => {
      y = model.forward(x);
    });
    expect(forward).toMatchObject({ channelMoments: 1, extremePool2d: 1, batchNormalize: 1 });
    expect(forward.maxPool2d).toBeUndefined();
    const z = new MaxPool2d(...window).forward(layers.reduce((h, layer) => layer.forward(h), again));
    expect(y.dataSync()).toEqual(z.dataSync());
    expect(new Set(y.dataSync().map(Math.sign))).toEqual(new Set([0, 1])); // some on either side
    const g = generator(8).normal(y.shape, { device });
    let ours = z.backward({ gradient: g });
    const pairs = [[x, again], ...model.parameters().map((p, i) => [p, layers[0].parameters()[i]])];
    const theirs = pairs.map(([, b]) => ours.get(b) as Tensor);
    const back = launchesOf(() => {
      ours = y.backward({ gradient: g });
    });
    expect(back).toMatchObject({ batchNormalizeTotals: 1, batchNormalizePoolInput: 1 });
    expect(Object.keys(back).filter((name) => /[pP]ick/.test(name))).toEqual([]);
    expect(pairs.length).toBe(3);
    for (const [i, [a]] of pairs.entries()) expect(ours.get(a)).toBeAllClose(theirs[i], { rtol: 1e-12, atol: 1e-14 });
    const buffers = layers[0].namedBuffers().map(([, buffer]) => buffer.dataSync());
    expect(model.namedBuffers().map(([, buffer]) => buffer.dataSync())).toEqual(buffers);
  });

  it("pools in evaluation as its layers do", () => {
    const [model, x] = [new Sequential(drawn(1), new ReLU(), new MaxPool2d(2)).eval(), larger()];
    const layers = [model[0], model[1], model[2]];
    expect(model.forward(x).dataSync()).toEqual(layers.reduce((h, layer) => layer.forward(h), x).dataSync());
  });

  /** Layers with a bias, and what they are given. */
  const biased: [name: string, make: () => Module, x: () => Tensor][] = [
    ["Linear", () => new Linear(5, 4, { generator: generator(1), device }), images],
    ["Linear, of a vector", () => new Linear(5, 4, { generator: generator(1), device }), vector],
    ["Conv2d", () => new Conv2d(3, 4, 2, { generator: generator(1), device, padding: 1 }), images],
  ];

  it.each(biased)("adds a bias and applies the ReLU behind it in one pass: %s", (_, make, input) => {
    const [model, layer] = [new Sequential(make(), new ReLU()), make()];
    const [x, again] = [input().withGrad(), input().withGrad()];
    let y = x;
    const ran = launchesOf(() => {
      y = model.forward(x);
    });
    expect(ran["zip:addRelu"]).toBe(1);
    expect(Object.keys(ran).filter((name) => /zip:add$|map:relu/.test(name))).toEqual([]);
    const z = layer.forward(again).relu();
    expect(y.dataSync()).toEqual(z.dataSync());
    expect(new Set(y.dataSync().map(Math.sign))).toEqual(new Set([0, 1])); // some on either side
    const g = generator(8).normal(y.shape, { device });
    const [ours, theirs] = [y.backward({ gradient: g }), z.backward({ gradient: g })];
    const pairs = [[x, again], ...model.parameters().map((p, i) => [p, layer.parameters()[i]])];
    expect(pairs.length).toBe(3);
    for (const [a, b] of pairs) expect(ours.get(a)?.dataSync()).toEqual(theirs.get(b)?.dataSync());
  });

  it.each(biased)("works out once which gradients a ReLU keeps: %s", (_, make, input) => {
    const y = new Sequential(make(), new ReLU()).forward(input().withGrad());
    const ran = launchesOf(() => y.backward({ gradient: y.detach() }));
    expect(ran["zip:keepWhere"]).toBe(1);
  });

  it("applies the ReLU to a layer without a bias too", () => {
    const [g, x] = [generator(1), images()];
    for (const layer of [
      new Linear(5, 4, { generator: g, device, bias: false }),
      new Conv2d(3, 4, 2, { generator: g, device, bias: false }),
    ]) {
      expect(new Sequential(layer, new ReLU()).forward(x).dataSync()).toEqual(layer.forward(x).relu().dataSync());
    }
  });

  it("leaves its state as it is", () => {
    const model = new Sequential(new Linear(2, 3, { generator: generator(0), device }), new BatchNorm1d(3), new ReLU());
    const names = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"].map((name) => `1.${name}`);
    expect(Object.keys(model.stateDict())).toEqual(["0.weight", "0.bias", ...names]);
  });

  it("calls a layer that has a forward of its own, in a subclass or on the object", () => {
    let calls = 0;
    class LoudReLU extends ReLU {
      override forward(x: Tensor): Tensor {
        calls++;
        return super.forward(x);
      }
    }
    class LoudNorm extends BatchNorm2d {
      override forward(x: Tensor): Tensor {
        calls++;
        return super.forward(x);
      }
    }
    new Sequential(drawn(4), new LoudReLU()).forward(images());
    new Sequential(new LoudNorm(3, { device }), new ReLU()).forward(images());
    expect(calls).toBe(2);

    class LoudPool extends MaxPool2d {
      override forward(x: Tensor): Tensor {
        calls++;
        return super.forward(x);
      }
    }
    class LoudWith extends BatchNorm2d {
      override forwardWith(x: Tensor, activation?: Activation): Tensor {
        calls++;
        return super.forwardWith(x, activation);
      }
    }
    new Sequential(drawn(4), new ReLU(), new LoudPool(2)).forward(images());
    new Sequential(drawn(4), new LoudReLU(), new MaxPool2d(2)).forward(images());
    new Sequential(new LoudNorm(3, { device }), new ReLU(), new MaxPool2d(2)).forward(images());
    new Sequential(new LoudWith(3, { device }), new ReLU(), new MaxPool2d(2)).forward(images());
    expect(calls).toBe(6);

    const model = new Sequential(drawn(4), new ReLU());
    const spy = vi.spyOn(model[1], "forward");
    model.forward(images());
    expect(spy).toHaveBeenCalledOnce();
  });

  it("asks layers of one's own what they declare", () => {
    class Twice extends Module {
      forward(x: Tensor): Tensor {
        return x.mul(2);
      }
      override forwardWith(x: Tensor, activation: Activation): Tensor {
        expect(activation).toBe("relu");
        return this.forward(x).relu().add(100); // to be seen
      }
    }
    const x = images();
    expect(new Sequential(new Twice(), new ReLU()).forward(x)).toBeAllClose(x.mul(2).relu().add(100));
    expect(new Sequential(new Twice()).forward(x)).toBeAllClose(x.mul(2));
    expect(new Sequential(new ReLU(), new Twice()).forward(x)).toBeAllClose(x.relu().mul(2));
  });
});
