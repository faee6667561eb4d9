import { describe, expect, it } from "vitest";
import { uniformityOptimum } from "../../src/metrics/index.ts";
import exact from "../losses/exact.json" with { type: "json" };

describe("uniformityOptimum", () => {
  it("holds the exact values of 13 dimensions and 6 sharpnesses to 1e-12", () => {
    expect(exact.optimum.values.length).toBe(78);
    for (const { dim, t, value } of exact.optimum.values) {
      const error = Math.abs(uniformityOptimum(dim, t) - Number(value)) / Math.max(1, Math.abs(Number(value)));
      expect(error, `dim ${dim}, t ${t}`).toBeLessThan(1e-12);
    }
  });

  it("agrees with the closed forms on two points and on the sphere in R^3, also where e^(2t) overflows", () => {
    for (const t of [0.1, 1, 5, 20]) {
      expect(uniformityOptimum(1, t)).toBeCloseTo(Math.log(Math.cosh(2 * t)) - 2 * t, 12);
      expect(uniformityOptimum(3, t)).toBeCloseTo(Math.log(-Math.expm1(-4 * t) / (4 * t)), 12);
    }
    for (const t of [400, 1e4, 1e5]) expect(uniformityOptimum(3, t)).toBeCloseTo(-Math.log(4 * t), 7);
  });

  it("nears −2t + 2t²/dim in many dimensions, where the distances of random directions near √2", () => {
    expect(uniformityOptimum(1e6, 2)).toBeCloseTo(-4 + 8e-6, 10);
  });

  it("refuses dimensions and sharpnesses that are none", () => {
    expect(() => uniformityOptimum(0, 2)).toThrow(/dim must be a whole number >= 1, got 0/);
    expect(() => uniformityOptimum(2.5, 2)).toThrow(/got 2.5/);
    expect(() => uniformityOptimum(2, 0)).toThrow(/t must be in 0..1e6, above 0, got 0/);
    expect(() => uniformityOptimum(2, Number.NaN)).toThrow(/got NaN/);
  });
});
