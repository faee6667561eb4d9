import { describe, expect, it } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import { backward, Embedding, generator, reference, sum } from "../../src/index.ts";
import { slopeError } from "./weight-slopes.ts";

const device = reference("float64");
const drawn = (seed: number) => ({ generator: generator(seed), device });

describe("Embedding", () => {
  it("gives the row of each number, again where it is asked for again", () => {
    const layer = new Embedding(4, 3, drawn(0));
    const rows = layer.weight.dataSync();
    const y = layer.forward([2, 0, 2]);
    expect(y.shape).toEqual([3, 3]);
    expect([...y.dataSync()]).toEqual([2, 0, 2].flatMap((row) => [...rows.subarray(3 * row, 3 * row + 3)]));
    expect(layer.forward(Int32Array.of()).shape).toEqual([0, 3]);
  });

  it("has a gradient that counts how often a row was asked for, 0 for never", () => {
    const layer = new Embedding(4, 2, drawn(0));
    const grads = backward(sum(layer.forward([2, 0, 2])));
    expect([...(grads.get(layer.weight)?.dataSync() ?? [])]).toEqual([1, 1, 0, 0, 2, 2, 0, 0]);
  });

  it("has the gradient that differences see", () => {
    const layer = new Embedding(5, 3, drawn(0));
    expect(slopeError(layer, () => layer.forward([4, 0, 4, 4, 1]).tanh())).toBeLessThan(1e-6);
  });

  it("starts from N(0, std²), 1 as in PyTorch, the same for the same seed", () => {
    const weights = (std?: number) => new Embedding(60, 50, { ...drawn(3), std }).weight.dataSync();
    expect(weights()).toEqual(generator(3).normal([60, 50], { device }).dataSync());
    expect(weights(0.02)).toEqual(generator(3).normal([60, 50], { std: 0.02, device }).dataSync());
    const spread = Math.hypot(...weights()) / Math.sqrt(3000);
    expect(Math.abs(spread - 1)).toBeLessThan(5 / Math.sqrt(6000)); // five standard errors
  });

  it("has PyTorch's name and takes a saved state back", () => {
    const [layer, other] = [0, 1].map((seed) => new Embedding(4, 3, drawn(seed)));
    expect(Object.entries(layer.stateDict()).map(([name, { shape }]) => [name, shape])).toEqual([["weight", [4, 3]]]);
    expect(other.forward([3, 1]).dataSync()).not.toEqual(layer.forward([3, 1]).dataSync());
    other.loadStateDict(layer.stateDict());
    expect(other.forward([3, 1]).dataSync()).toEqual(layer.forward([3, 1]).dataSync());
  });

  it("names what is none of its numbers, and wrong options when it is made", () => {
    const layer = new Embedding(4, 3, drawn(0));
    expect(() => layer.forward([3, 4])).toThrow("entry 1 is 4, needs a whole number in 0..3");
    expect(() => layer.forward([-1])).toThrow("entry 0 is -1, needs a whole number in 0..3");
    expect(() => layer.forward([0, 1.5])).toThrow("entry 1 is 1.5");
    expect(() => new Embedding(4, 2.5, drawn(0))).toThrow("Embedding: sizes must be whole numbers >= 0, got [4, 2.5]");
    expect(() => new Embedding(4, 3, { ...drawn(0), std: -1 })).toThrow("Embedding: std must be a number >= 0, got -1");
    expect(() => new Embedding(4, 3, { ...drawn(0), paddingIdx: 0 } as never)).toThrow(
      /Embedding: unknown option "paddingIdx"/,
    );
  });

  it("runs kernels of cpu alone, none in JavaScript", () => {
    const cpu = new CpuDevice();
    const layer = new Embedding(4, 3, { generator: generator(0), device: cpu });
    backward(sum(layer.forward([2, 0, 2])));
    expect(cpu.ranOn()).toMatchObject({ take: 1, scatterAdd: 1 });
    expect(Object.keys(cpu.ranOn()).filter((name) => name.startsWith("js:"))).toEqual([]);
  });
});
