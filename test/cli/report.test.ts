import { describe, expect, it } from "vitest";
import { alignmentCurve, uniformityCurve } from "../../src/cli/report/figures.ts";
import { planeOf } from "../../src/cli/report/plane.ts";

describe("the curves", () => {
  const steps = [1, 2, 3].map((step) => ({ epoch: 1, step, align: 1 / step, uniform: -step }));
  const other = (name: "align" | "uniform") => steps.map((record) => ({ ...record, [name]: record[name] / 2 }));

  it("draw the loss they are named after, and not the other", () => {
    expect(alignmentCurve(other("uniform"))).toBe(alignmentCurve(steps));
    expect(alignmentCurve(other("align"))).not.toBe(alignmentCurve(steps));
    expect(uniformityCurve(other("align"), -4)).toBe(uniformityCurve(steps, -4));
    expect(uniformityCurve(other("uniform"), -4)).not.toBe(uniformityCurve(steps, -4));
  });
});

describe("planeOf", () => {
  it("finds the two directions of largest variance, largest first, with positive signs", () => {
    const rows = [3, 1, 2].flatMap((spread, axis) =>
      [-spread, spread].map((value) => [0, 0, 0].map((_, c) => (c === axis ? value : 0) + 5)),
    );
    const project = planeOf(rows); // spread 3 along the first axis, 2 along the third
    const [x, y] = project([0.5, 7, 0.25]);
    expect(x).toBeCloseTo(0.5, 10);
    expect(y).toBeCloseTo(0.25, 10);
  });

  it("has no second coordinate in one dimension", () => {
    expect(planeOf([[-1], [2]])([-3])).toEqual([-3, 0]);
  });
});
