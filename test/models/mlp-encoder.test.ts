import { describe, expect, it } from "vitest";
import { reference } from "../../src/devices/reference/reference.ts";
import { mlpEncoder } from "../../src/models/index.ts";
import { generator } from "../../src/ops/index.ts";

describe("mlpEncoder", () => {
  const device = reference("float64");

  it("has the weights its sizes say, under PyTorch's names, and gives unit rows", () => {
    const encoder = mlpEncoder({ sizes: [6, 5, 4, 3], generator: generator(0), device });
    expect(encoder.namedParameters().map(([name, { shape }]) => [name, shape])).toEqual([
      ["0.weight", [5, 6]],
      ["0.bias", [5]],
      ["2.weight", [4, 5]],
      ["2.bias", [4]],
      ["4.weight", [3, 4]],
      ["4.bias", [3]],
    ]);
    const y = encoder.forward(generator(1).normal([7, 6], { device }));
    expect(y.shape).toEqual([7, 3]);
    const rows = y.dataSync();
    for (let i = 0; i < 7; i++) expect(Math.hypot(...rows.subarray(3 * i, 3 * i + 3))).toBeCloseTo(1, 12);
  });

  it("computes Linear-ReLU-Linear-L2Norm, by hand", () => {
    const encoder = mlpEncoder({ sizes: [1, 2, 2], generator: generator(4), device });
    const [w0, b0, w2, b2] = encoder.parameters().map((p) => p.dataSync());
    const x = 0.7;
    const hidden = [0, 1].map((i) => Math.max(0, w0[i] * x + b0[i]));
    const out = [0, 1].map((i) => w2[2 * i] * hidden[0] + w2[2 * i + 1] * hidden[1] + b2[i]);
    const length = Math.hypot(...out);
    const y = encoder.forward(generator(0).uniform([1, 1], { low: x, high: x, device })).dataSync();
    expect(y[0]).toBeCloseTo(out[0] / length, 12);
    expect(y[1]).toBeCloseTo(out[1] / length, 12);
  });

  it("draws the same weights from the same seed, others from another", () => {
    const weights = (seed: number): number[] =>
      mlpEncoder({ sizes: [3, 2], generator: generator(seed) })
        .parameters()
        .flatMap((p) => Array.from(p.dataSync()));
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)).not.toEqual(weights(2));
  });

  it("refuses a single size", () => {
    expect(() => mlpEncoder({ sizes: [8], generator: generator(0) })).toThrow(
      /an input and a feature width, got \[8\]/,
    );
  });
});
