import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  broadcastShapes,
  broadcastStrides,
  checkShape,
  resolveDim,
  resolveDims,
  sameShape,
  show,
  sizeOf,
  stridesOf,
} from "../src/shape.ts";
import { broadcastableShapes, shapes } from "../src/testing.ts";

describe("sizes and strides", () => {
  it("count a scalar as one element and an empty dimension as none", () => {
    expect([sizeOf([]), sizeOf([3]), sizeOf([2, 3]), sizeOf([2, 0, 3])]).toEqual([1, 3, 6, 0]);
  });

  it("are row-major", () => {
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
    expect(stridesOf([])).toEqual([]);
  });

  it("print as errors show them", () => {
    expect([show([]), show([2, 3])]).toEqual(["[]", "[2, 3]"]);
  });

  it("tell equal shapes from others of the same size", () => {
    expect([sameShape([2, 3], [2, 3]), sameShape([2, 3], [3, 2]), sameShape([1], [])]).toEqual([true, false, false]);
  });

  it.each([[[-1]], [[1.5]], [[2, Number.NaN]], [[Number.POSITIVE_INFINITY]]])("refuse %j", (shape) => {
    expect(() => checkShape(shape, "zeros")).toThrow(`zeros: sizes must be whole numbers >= 0, got ${show(shape)}`);
  });
});

describe("broadcasting", () => {
  it.each([
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 4],
      [2, 4],
    ],
    [[], [2, 2], [2, 2]],
    [[0], [1], [0]],
    [
      [5, 1, 0],
      [3, 1],
      [5, 3, 0],
    ],
  ])("of %j and %j gives %j", (a, b, expected) => {
    expect(broadcastShapes(a, b, "add")).toEqual(expected);
    expect(broadcastShapes(b, a, "add")).toEqual(expected);
  });

  it("names the op, both shapes and the dimension that does not fit", () => {
    expect(() => broadcastShapes([4, 2, 3], [4, 3], "add")).toThrow(
      "add: shapes [4, 2, 3] and [4, 3] do not broadcast: dimension 1 is 2 against 4",
    );
    expect(() => broadcastShapes([0], [2], "mul")).toThrow("dimension 0 is 0 against 2");
  });

  it("reads every element that the common shape repeats", () => {
    fc.assert(
      fc.property(broadcastableShapes(), ([a, b]) => {
        const whole = broadcastShapes(a, b, "test");
        const strides = broadcastStrides(a, whole);
        const own = stridesOf(a);
        const places = indices(whole).map((at) => at.reduce((sum, i, d) => sum + i * strides[d], 0));
        const expected = indices(whole).map((at) =>
          a.reduce((sum, n, d) => sum + (n === 1 ? 0 : at[d + whole.length - a.length]) * own[d], 0),
        );
        expect(places).toEqual(expected);
      }),
    );
  });

  it("with itself changes nothing", () => {
    fc.assert(
      fc.property(shapes(), (shape) => {
        expect(broadcastShapes(shape, shape, "test")).toEqual(shape);
        expect(indices(shape)).toHaveLength(sizeOf(shape));
      }),
    );
  });
});

/** Every multi-index of a shape in row-major order. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, n) => all.flatMap((at) => Array.from({ length: n }, (_, i) => [...at, i])),
    [[]],
  );
}

describe("dimensions", () => {
  it("count from the back when negative", () => {
    expect([resolveDim(0, 3, "sum"), resolveDim(-1, 3, "sum"), resolveDim(-3, 3, "sum")]).toEqual([0, 2, 0]);
  });

  it.each([
    [3, 3, "sum: dim 3 is out of range: must be a whole number in -3..2"],
    [-4, 3, "sum: dim -4 is out of range"],
    [0.5, 3, "sum: dim 0.5 is out of range"],
    [0, 0, "sum: dim 0 is out of range: a scalar has none"],
  ])("refuse %d of rank %d", (dim, rank, message) => {
    expect(() => resolveDim(dim, rank, "sum")).toThrow(message);
  });

  it("sort a list and read nothing given as all of them", () => {
    expect(resolveDims([-1, 0], 3, "sum")).toEqual([0, 2]);
    expect(resolveDims(undefined, 2, "sum")).toEqual([0, 1]);
    expect(resolveDims([], 2, "sum")).toEqual([]);
    expect(resolveDims(1, 2, "sum")).toEqual([1]);
  });

  it("refuse a list that names one twice", () => {
    expect(() => resolveDims([1, -1], 2, "sum")).toThrow("sum: dim [1,1] names a dimension twice");
  });
});
