import { describe, expect, it } from "vitest";
import { tensor } from "../../src/autograd/create.ts";
import { effectiveRank, wasserstein } from "../../src/metrics/index.ts";
import { generator } from "../../src/ops/index.ts";
import fixtures from "./data-set.json" with { type: "json" };
import { views } from "./data-sets.ts";

const axes = (d: number): number[][] =>
  Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => (i === j ? 1 : 0)));

describe("effectiveRank", () => {
  it("is the number of directions where all are used alike", () => {
    for (const d of [1, 2, 5, 20]) expect(effectiveRank(axes(d))).toBeCloseTo(d, 12);
    expect(effectiveRank([...axes(3), ...axes(3).map((row) => row.map((x) => -x))])).toBeCloseTo(3, 12);
    expect(effectiveRank([[1, 2, 0], [2, 4, 0], [-1, -2, 0]])).toBeCloseTo(1, 12); // biome-ignore format: short
    expect(effectiveRank(Array(300).fill([1, 2, 2]))).toBe(1);
  });

  it("is below the number of directions where some are used less", () => {
    // Singular values 3 and 1.
    expect(effectiveRank([[3, 0], [0, 1]], { normalize: false })).toBeCloseTo(4 / 3 ** 0.75, 12); // biome-ignore format: short
  });

  it("refuses no rows, and rows that are all zeros", () => {
    expect(() => effectiveRank(new Float64Array(), { dim: 3 })).toThrow(/needs n >= 1 rows, got \[0, 3\]/);
    expect(() => effectiveRank([[0, 0]], { normalize: false })).toThrow(/all rows are zeros/);
    expect(() => effectiveRank([[0, 0]])).toThrow(/effectiveRank: x: row 0 of \[1, 2\] is all zeros/);
  });
});

describe("wasserstein", () => {
  it("is 0 where the moments are those of evenly spread points, and √2 for a single point", () => {
    const even = [...axes(3), ...axes(3).map((row) => row.map((x) => -x))];
    expect(wasserstein(even)).toBeCloseTo(0, 7);
    expect(wasserstein(Array(50).fill([1, 1]))).toBeCloseTo(Math.SQRT2, 12);
  });

  it("sees dimensions that are not used, where uniformity hardly does", () => {
    // Evenly in half of the dimensions: 2 − 2/√d Σ √(2/d) = 2 − √2 over d/2 directions.
    const half = [...axes(4), ...axes(4).map((row) => row.map((x) => -x))].map((row) => [...row, 0, 0, 0, 0]);
    expect(wasserstein(half)).toBeCloseTo(Math.sqrt(2 - Math.SQRT2), 7);
  });
});

describe("both", () => {
  it.each(fixtures.cases)("agree with PyTorch: [$n, $d], normalize $normalize", (fixture) => {
    const { x } = views(fixture);
    const options = { dim: fixture.d, normalize: fixture.normalize };
    expect(effectiveRank(x, options)).toBeCloseTo(fixture.effectiveRank, 9);
    expect(wasserstein(x, options)).toBeCloseTo(fixture.wasserstein, 7);
  });

  it("take what uniformity takes, tensors of float32 too", () => {
    const x = generator(1).normal([30, 4]);
    const data = x.dataSync();
    const forms = [tensor(data, { shape: [30, 4] }), { data, dims: [30, 4] }, { data, shape: [30, 4] }];
    for (const form of forms) expect(effectiveRank(form)).toBe(effectiveRank(data as Float32Array, { dim: 4 }));
    expect(() => wasserstein(x, { dim: 4 })).toThrow(/dim is for a flat float array/);
    // As transformers.js returns half precision and integers: 1, -2, 0.5 and 0 in 16 bits.
    const halves = { type: "float16", data: Uint16Array.of(0x3c00, 0xc000, 0x3800, 0), dims: [2, 2] };
    expect(wasserstein(halves)).toBe(wasserstein([[1, -2], [0.5, 0]])); // biome-ignore format: short
    const whole = { type: "int64", data: BigInt64Array.of(1n, -2n, 3n, 0n), dims: [2, 2] };
    expect(wasserstein(whole)).toBe(wasserstein([[1, -2], [3, 0]])); // biome-ignore format: short
  });
});
