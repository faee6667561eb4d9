import { describe, expect, it } from "vitest";
import {
  BatchNorm1d,
  ema,
  generator,
  Linear,
  Module,
  Parameter,
  reference,
  Sequential,
  type Tensor,
  tensor,
} from "../../src/index.ts";

const device = reference("float64");

const model = (seed: number, width = 3): Sequential =>
  new Sequential(new Linear(2, width, { generator: generator(seed), device }), new BatchNorm1d(width, { device }));

describe("ema", () => {
  it("moves parameters by 1 − momentum towards the source and takes over its buffers", () => {
    const [target, source] = [model(0), model(1)];
    source.forward(generator(2).normal([5, 2], { device }));
    const before = target.stateDict();
    const given = source.stateDict();
    ema(target, source, 0.9);
    const after = target.stateDict();
    for (const name of ["0.weight", "0.bias", "1.weight"]) {
      const expected = before[name].mul(0.9).add(given[name].mul(0.1)).dataSync();
      for (const [i, value] of after[name].dataSync().entries()) expect(value).toBeCloseTo(expected[i], 15);
    }
    for (const name of ["1.running_mean", "1.running_var", "1.num_batches_tracked"]) {
      expect(after[name].dataSync()).toEqual(given[name].dataSync());
      expect(after[name].dataSync()).not.toEqual(before[name].dataSync());
    }
    for (const name of Object.keys(given)) expect(source.stateDict()[name].dataSync()).toEqual(given[name].dataSync());
  });

  it("leaves the buffers of the target alone when the source trains on", () => {
    const [target, source] = [model(0), model(1)];
    ema(target, source, 0.5);
    source.forward(generator(2).normal([5, 2], { device }));
    expect(target.stateDict()["1.num_batches_tracked"].itemSync()).toBe(0);
    expect([...target.stateDict()["1.running_mean"].dataSync()]).toEqual([0, 0, 0]);
  });

  it("leaves the target its own buffers where it is told to", () => {
    const [target, source] = [model(0), model(1)];
    source.forward(generator(2).normal([5, 2], { device }));
    const before = target.stateDict();
    ema(target, source, 0.5, { buffers: false });
    const after = target.stateDict();
    for (const name of ["1.running_mean", "1.running_var", "1.num_batches_tracked"])
      expect(after[name].dataSync()).toEqual(before[name].dataSync());
    expect(after["0.weight"].dataSync()).not.toEqual(before["0.weight"].dataSync());
    expect(() => ema(target, source, 0.5, { buffer: false } as never)).toThrow(/ema: unknown option "buffer"/);
  });

  it("at 1 keeps the target's parameters and at 0 copies the source", () => {
    const [target, source] = [model(0), model(1)];
    const before = target.stateDict()["0.weight"].dataSync();
    ema(target, source, 1);
    expect(target.stateDict()["0.weight"].dataSync()).toEqual(before);
    ema(target, source, 0);
    expect(target.stateDict()["0.weight"].dataSync()).toEqual(source.stateDict()["0.weight"].dataSync());
  });

  it("moves a shared weight once", () => {
    class Tied extends Module {
      readonly a: Parameter;
      readonly b: Parameter;
      constructor(value: number) {
        super();
        this.a = new Parameter(tensor(value, { device }));
        this.b = this.a;
      }
      forward(x: Tensor): Tensor {
        return x.mul(this.a).mul(this.b);
      }
    }
    const target = new Tied(1);
    ema(target, new Tied(3), 0.5);
    expect(target.a.itemSync()).toBe(2);
  });

  it("works on a frozen target and records nothing", () => {
    const [target, source] = [model(0).freeze(), model(1)];
    ema(target, source, 0.5);
    expect(target.forward(generator(0).normal([3, 2], { device })).requiresGrad).toBe(false);
  });

  it("refuses modules that differ, with every reason, and changes nothing", () => {
    const target = model(0);
    const before = target.stateDict();
    const source = new Sequential(
      new Linear(2, 4, { generator: generator(1), device, bias: false }),
      new BatchNorm1d(3, { device: reference("float32") }),
      new Linear(1, 1, { generator: generator(1), device, bias: false }),
    );
    expect(() => ema(target, source, 0.9)).toThrow(
      [
        "ema: the modules differ, nothing was changed:",
        '"0.weight" is [3, 2] in the target, [4, 2] in the source',
        'the source has no "0.bias"',
        '"1.weight" is on reference(float64) in the target, on reference(float32) in the source: move one model',
      ].join("\n  "),
    );
    expect(() => ema(target, source, 0.9)).toThrow(/the target has no "2.weight"/);
    for (const [name, t] of Object.entries(target.stateDict())) expect(t.dataSync()).toEqual(before[name].dataSync());
    expect(() => ema(target, model(1), 1.5)).toThrow(/ema: momentum must be in 0..1, got 1.5/);
  });
});
