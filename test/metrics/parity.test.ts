import { describe, expect, it } from "vitest";
import { alignment, uniformity } from "../../src/metrics/index.ts";
import fixtures from "./data-set.json" with { type: "json" };
import { views } from "./data-sets.ts";

describe("metrics of whole data sets agree with PyTorch in float64", () => {
  it.each(fixtures.cases)("[$n, $d] around $shift, normalize $normalize", async (fixture) => {
    const { d, normalize, alpha } = fixture;
    const { x, y } = views(fixture);
    const close = await alignment(x, y, { dim: d, alpha, normalize });
    const [value, standardError] = fixture.alignment;
    expect(close.value).toBeCloseTo(value, 12);
    expect(close.standardError).toBeCloseTo(standardError, 12);
    for (const wanted of fixture.uniformity) {
      const found = await uniformity(x, { dim: d, t: wanted.t, normalize });
      expect(Math.abs(found.value - wanted.value), `t ${wanted.t}`).toBeLessThan(3e-7);
      expect(Math.abs(found.standardError / wanted.standardError - 1), `t ${wanted.t}`).toBeLessThan(1e-4);
    }
  });
});
