import { describe, expect, it } from "vitest";
import { partialRankCorrelation, rankCorrelation } from "../../../src/cli/figure/scatter/rank-correlation.ts";

describe("the rank correlation", () => {
  it("is 1 for whatever rises and -1 for whatever falls, however crooked", () => {
    const x = [0.3, 2, -1, 50, 4];
    expect(rankCorrelation(x, x.map(Math.atan))).toBeCloseTo(1, 12);
    expect(
      rankCorrelation(
        x,
        x.map((each) => -Math.exp(each)),
      ),
    ).toBeCloseTo(-1, 12);
  });

  it("is that of a textbook: 1 - 6 Σd² / n(n²-1) without equal values", () => {
    const [x, y] = [
      [106, 100, 86, 101, 99, 103, 97, 113, 112, 110],
      [7, 27, 2, 50, 28, 29, 20, 12, 6, 17],
    ];
    expect(rankCorrelation(x, y)).toBeCloseTo(1 - (6 * 194) / (10 * 99), 12);
  });

  it("gives equal values the mean of their ranks", () => {
    // ranks 0, 1.5, 1.5, 3 and 0, 1, 2, 3: 4.5 / sqrt(4.5 * 5)
    expect(rankCorrelation([1, 2, 2, 9], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(22.5), 12);
  });

  it("is no number where one of the two does not vary", () => {
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNaN();
  });
});

describe("the partial rank correlation", () => {
  it("is the correlation itself where the third says nothing", () => {
    const [x, y, z] = [
      [1, 2, 3, 4],
      [1, 2, 4, 3],
      [1, -1, -1, 1], // no correlation with x
    ];
    expect(rankCorrelation(x, z)).toBeCloseTo(0, 12);
    expect(partialRankCorrelation(x, y, z)).toBeCloseTo(
      rankCorrelation(x, y) / Math.sqrt(1 - rankCorrelation(y, z) ** 2),
      12,
    );
  });

  it("sees a link that the third hides", () => {
    const z = [0, 1, 2, 3, 4, 5, 6, 7];
    const wave = [0, 3, 0, 3, 0, 3, 0, 3];
    const x = z.map((each, i) => each + wave[i]);
    const y = z.map((each, i) => each - wave[i]);
    expect(rankCorrelation(x, y)).toBeGreaterThan(-0.3);
    expect(partialRankCorrelation(x, y, z)).toBeLessThan(-0.8);
  });
});
