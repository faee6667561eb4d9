import { describe, expect, it } from "vitest";
import { argmax, chunk, concat, oneHot, reference, setDefaultDevice, sum, tensor, zeros } from "../../src/index.ts";
import { pair } from "../../src/ops/pair.ts";
import { matchers } from "../../src/testing.ts";

expect.extend(matchers);
setDefaultDevice(reference("float64"));

describe("chunk", () => {
  it("cuts as PyTorch does: parts of the size rounded up, the last one shorter, fewer where nothing is left", () => {
    const sizes = (n: number, parts: number): number[] => chunk(zeros([n]), parts).map((x) => x.shape[0]);
    expect([sizes(6, 3), sizes(7, 3), sizes(4, 3), sizes(2, 5), sizes(0, 2), sizes(5, 1)]).toEqual([
      [2, 2, 2],
      [3, 3, 1],
      [2, 2],
      [1, 1],
      [0],
      [5],
    ]);
  });

  it("is undone by concat, along any dimension", () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const parts = chunk(x, 2, { dim: -1 });
    expect(parts.map((p) => p.shape)).toEqual([
      [2, 2],
      [2, 1],
    ]);
    expect(concat(parts, { dim: 1 })).toBeAllClose(x, { rtol: 0, atol: 0 });
  });

  it("sends each part's gradient to its place", async () => {
    const f = (x: ReturnType<typeof tensor>) => chunk(x, 2).map((p, i) => sum(p.mul(p)).mul(i + 1));
    await expect(f).toHaveCorrectGradients([tensor([1, 2, 3, 4, 5])]);
  });

  it("refuses no parts, a wrong dim and an unknown option", () => {
    expect(() => chunk(zeros([2]), 0)).toThrow("chunk: the number of parts must be a whole number >= 1, got 0");
    expect(() => chunk(zeros([2]), 2, { dim: 1 })).toThrow("chunk: dim 1 is out of range");
    expect(() => chunk(zeros([2]), 2, { axis: 0 } as object)).toThrow('chunk: unknown option "axis": it takes dim');
  });
});

describe("argmax", () => {
  it("gives the first largest, NaN above all, along the last dimension unless told otherwise", () => {
    expect([
      ...argmax(
        tensor([
          [1, 3, 3],
          [5, Number.NaN, 9],
        ]),
      ),
    ]).toEqual([1, 1]);
    expect([
      ...argmax(
        tensor([
          [1, 3],
          [5, 0],
        ]),
        { dim: 0 },
      ),
    ]).toEqual([1, 0]);
    expect([...argmax(zeros([0, 3]))]).toEqual([]);
  });

  it("refuses an empty dimension, a scalar and an unknown option", () => {
    expect(() => argmax(zeros([2, 0]))).toThrow("argmax: shape [2, 0] has nothing to choose from along 1");
    expect(() => argmax(tensor(1))).toThrow("argmax: dim -1 is out of range: a scalar has none");
    expect(() => argmax(zeros([2]), { keepdim: true } as object)).toThrow('argmax: unknown option "keepdim"');
  });
});

describe("oneHot", () => {
  it("has a single 1 in each row, and no row without labels", () => {
    expect(oneHot([2, 0], 3)).toBeAllClose([
      [0, 0, 1],
      [1, 0, 0],
    ]);
    expect(oneHot(Int32Array.of(1), 2, { device: reference("float32") }).dtype).toBe("float32");
    expect(oneHot([], 4).shape).toEqual([0, 4]);
  });

  it("refuses a label outside 0..classes-1, naming its place", () => {
    expect(() => oneHot([0, 3], 3)).toThrow("oneHot: labels: entry 1 is 3, needs a whole number in 0..2");
    expect(() => oneHot([0.5], 3)).toThrow("oneHot: labels: entry 0 is 0.5");
  });
});

describe("pair", () => {
  it("doubles a number and refuses what is too small or no whole number", () => {
    expect([pair("stride", 2, 1), pair("stride", [1, 3], 1)]).toEqual([
      [2, 2],
      [1, 3],
    ]);
    expect(() => pair("conv2d: stride", 0, 1)).toThrow("conv2d: stride must be whole numbers >= 1, got [0, 0]");
    expect(() => pair("pad", [1, 0.5], 0)).toThrow("pad must be whole numbers >= 0, got [1, 0.5]");
    for (const wrong of [undefined, [2, 2, 2], "2"]) {
      expect(() => pair("pool: window", wrong as never, 1)).toThrow(/^pool: window must be whole numbers >= 1, got \[/);
    }
  });
});
