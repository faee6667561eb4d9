import { describe, expect, it, test } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import { setDefaultDevice } from "../../src/devices/default.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { tensor } from "../../src/index.ts";
import { type LinearProbe, type LinearProbeOptions, linearProbe } from "../../src/metrics/index.ts";
import { type Generator, generator } from "../../src/ops/index.ts";
import { uniform } from "../parity/counter.ts";
import fixture from "./linear-probe.json" with { type: "json" };

/** Where each quantity's counters start, and the sizes, as in `make_fixtures.py`. */
const start = { weights: 0, train: 1_000_000, test: 2_000_000 };
const [rows, asked, width, classes] = [53, 29, 7, 4];

type Case = (typeof fixture.cases)[number];
type Given = Omit<LinearProbeOptions, "generator">;

const exact = reference("float64");

/** A generator that draws PyTorch's initial weights and its orders. */
function drawing(weights: readonly Float64Array[], orders: readonly (readonly number[])[]): Generator {
  const [tensors, permutations] = [[...weights], orders.map((order) => Int32Array.from(order))];
  return {
    ...generator(0),
    uniform: (shape, { device } = {}) => tensor(tensors.shift() ?? [], { shape, device }),
    permutation: () => permutations.shift() ?? new Int32Array(),
  };
}

const bound = 1 / Math.sqrt(width);
const weight = uniform(start.weights, classes * width, bound);
const bias = uniform(start.weights + classes * width, classes, bound);

/** The case's probe, with something of it changed. */
function probe(one: Case, changed: Given & { orders?: number[][]; bias?: Float64Array } = {}): Promise<LinearProbe> {
  const { orders = one.orders, bias: initialBias = bias, ...options } = changed;
  const train = { data: uniform(start.train, rows * width, 2), shape: [rows, width] };
  const test = { data: uniform(start.test, asked * width, 2), shape: [asked, width] };
  const drawn = drawing([weight, initialBias], orders);
  const all = { device: exact, ...one.options, ...options, generator: drawn };
  return linearProbe(train, one.trainLabels, test, one.testLabels, all);
}

describe("linearProbe from PyTorch's weights in PyTorch's order", () => {
  test.each(fixture.cases)("finds in float64 what PyTorch finds, $name", async (one) => {
    const { loss, ...found } = await probe(one);
    expect(Math.abs(loss - one.loss)).toBeLessThan(1e-12);
    const correct = Math.round(one.accuracy * asked);
    expect(found).toEqual({ accuracy: one.accuracy, correct, n: asked, classes, predictions: one.predictions });
  });

  test.each(fixture.cases)("comes to the same labels in float32, $name", async (one) => {
    const { loss, predictions } = await probe(one, { device: reference("float32") });
    expect(Math.abs(loss - one.loss)).toBeLessThan(1e-6);
    expect(predictions).toEqual(one.predictions);
  });

  const small = fixture.cases[1];
  const swapped = small.orders.map((order, epoch) =>
    epoch > 0 ? order : order.with(15, order[16]).with(16, order[15]),
  );
  it.each<[string, Parameters<typeof probe>[1]]>([
    ["two rows change places between two steps", { orders: swapped }],
    ["every epoch takes the first one's order", { orders: small.orders.map(() => small.orders[0]) }],
    ["a step takes a row more", { batchSize: 17 }],
    ["an epoch is missing", { epochs: 2 }],
    ["the rate is off by a thousandth", { lr: 0.05005 }],
    ["the bias starts from zero", { bias: new Float64Array(classes) }],
    ["rows are scaled to length 1", { normalize: true }],
  ])("is seen to leave the path when %s", async (_, fault) => {
    expect(Math.abs((await probe(small, fault)).loss - small.loss)).toBeGreaterThan(1e-6);
  });
});

describe("linearProbe", () => {
  const x = Array.from({ length: 40 }, (_, i) => [Math.cos(i), Math.sin(i)]);
  const side = x.map(([a]) => (a > 0 ? 1 : 0));
  const options = (more: Given = {}): LinearProbeOptions => ({ generator: generator(3), lr: 0.1, ...more });

  it("names the sides of a line, and its seed names the run", async () => {
    const options = (seed: number): LinearProbeOptions => ({ generator: generator(seed), lr: 0.1, epochs: 60 });
    const first = await linearProbe(x, side, x, side, options(3));
    expect(first.accuracy).toBeGreaterThan(0.95);
    expect(await linearProbe(x, side, x, side, options(3))).toEqual(first);
    expect((await linearProbe(x, side, x, side, options(4))).loss).not.toBe(first.loss);
  });

  it("takes tensors and typed labels, and trains where it is told", async () => {
    const before = exact.ranOn().matmul ?? 0;
    const idle = setDefaultDevice(reference("float32"));
    try {
      const count = reference("float32").ranOn().matmul ?? 0;
      const features = tensor(x, { device: exact });
      const found = await linearProbe(features, Uint8Array.from(side), x, side, options({ device: exact }));
      expect(found).toEqual(await linearProbe(x, side, x, side, options({ device: exact })));
      expect(reference("float32").ranOn().matmul ?? 0).toBe(count);
    } finally {
      setDefaultDevice(idle);
    }
    expect(exact.ranOn().matmul).toBeGreaterThan(before);
  });

  it("gives equal logits to the first label, at a loss of log(classes)", async () => {
    const flat = drawing([new Float64Array(6), new Float64Array(3)], [[...x.keys()]]);
    const given = { generator: flat, classes: 3, lr: 0, epochs: 1, device: exact };
    const { predictions, loss, accuracy } = await linearProbe(x, side, x, side, given);
    expect(new Set(predictions)).toEqual(new Set([0]));
    expect(loss).toBeCloseTo(Math.log(3), 14);
    expect(accuracy).toBe(side.filter((label) => label === 0).length / 40);
  });

  it("can be right about no label that it has not seen, but counts it", async () => {
    const found = await linearProbe(x, side, x, [2, ...side.slice(1)], options({ epochs: 30, lr: 0.5 }));
    expect(found.classes).toBe(3);
    expect(found.predictions).not.toContain(2);
    expect(found.correct).toBeLessThan(40);
  });

  it("names many rows as it names them few at a time", async () => {
    const many = Float64Array.from({ length: 2 * 5000 }, (_, i) => Math.sin(i * i));
    const labels = Array.from({ length: 5000 }, (_, i) => (i % 3 > 0 ? 1 : 0));
    const part = (from: number, to: number): Promise<LinearProbe> => {
      const rows = { data: many.subarray(2 * from, 2 * to), shape: [to - from, 2] };
      return linearProbe(x, side, rows, labels.slice(from, to), options({ device: exact, epochs: 1 }));
    };
    const [all, a, b] = [await part(0, 5000), await part(0, 1700), await part(1700, 5000)];
    expect(all.predictions).toEqual([...a.predictions, ...b.predictions]);
    expect(all.correct).toBe(a.correct + b.correct);
    expect(all.loss).toBeCloseTo((a.loss * 1700 + b.loss * 3300) / 5000, 12);
  });

  it("tells of every step", async () => {
    const told: number[][] = [];
    const onProgress = (...step: number[]): unknown => told.push(step);
    await linearProbe(x, side, x, side, options({ epochs: 2, batchSize: 16, onProgress }));
    expect(told).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 6]));
  });

  it("refuses labels, sizes and options that do not fit", async () => {
    const two = [[1], [2]];
    const wrong: [labels: number[], more: Given, message: RegExp][] = [
      [[1], {}, /linearProbe: train has 2 rows but 1 labels/],
      [[0, 1.5], {}, /linearProbe: train label 1 is 1.5: labels must be whole numbers/],
      [[-1, 0], {}, /train label 0 is -1/],
      [[0, Number.NaN], {}, /train label 1 is NaN/],
      [[0, 0], { classes: 1 }, /test label 1 is 1, needs a whole number in 0..0/],
      [[0, 1], { classes: 0 }, /classes must be a whole number >= 1, got 0/],
      [[0, 1], { epochs: 0.5 }, /epochs must be a whole number >= 1, got 0.5/],
      [[0, 1], { batchSize: 0 }, /batchSize must be a whole number >= 1, got 0/],
      [[0, 1], { lr: -1 }, /lr must be a number >= 0, got -1/],
      [[0, 1], { rate: 1 } as Given, /linearProbe: unknown option "rate"/],
    ];
    for (const [labels, more, message] of wrong) {
      await expect(linearProbe(two, labels, two, [0, 1], { generator: generator(0), ...more })).rejects.toThrow(
        message,
      );
    }
    await expect(linearProbe(two, tensor([0, 1]) as never, two, [0, 1], options())).rejects.toThrow(
      "linearProbe: train: labels must be an array of whole numbers; of a tensor, await data()",
    );
    await expect(linearProbe([], [], two, [0, 1], options())).rejects.toThrow(
      /train \[n, d\] with n >= 1, got \[0, 1\]/,
    );
  });

  it("takes labels as an array of 64-bit integers holds them", async () => {
    const long = BigInt64Array.from(side, BigInt);
    expect(await linearProbe(x, long, x, long, options())).toEqual(await linearProbe(x, side, x, side, options()));
  });

  it("gives the device's memory back, also when it is stopped", async () => {
    const device = new CpuDevice();
    const many = Array.from({ length: 5000 }, (_, i) => [Math.cos(i), Math.sin(i)]);
    const labels = many.map(([a]) => (a > 0 ? 1 : 0));
    await linearProbe(x, side, x, side, options({ device, epochs: 1 }));
    const before = device.used;
    const onProgress = (): void => {
      throw new Error("enough");
    };
    await expect(linearProbe(many, labels, x, side, options({ device, onProgress }))).rejects.toThrow("enough");
    expect(device.used - before).toBeLessThan(4 * 2 * many.length); // the layer's own few numbers may still be there
  });

  it("refuses weights that grew beyond all bounds", async () => {
    const lr = 1e300;
    const diverged = (epochs: number): Promise<unknown> => linearProbe(x, side, x, side, options({ lr, epochs }));
    await expect(diverged(3)).rejects.toThrow(/trainStep: the loss is (NaN|Infinity).*Is lr too large/);
    await expect(diverged(1)).rejects.toThrow(/linearProbe: the test loss is (NaN|Infinity). Is lr too large/);
  });
});
