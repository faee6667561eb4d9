import { describe, expect, it } from "vitest";
import { knnProbe } from "../../src/metrics/index.ts";
import { Random } from "../../src/random.ts";

const at = (...degrees: number[]): number[][] =>
  degrees.map((a) => [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)]);

describe("knnProbe", () => {
  it("takes the majority of the k nearest by angle, whatever their lengths", async () => {
    const train = at(0, 10, 20, 90, 100, 110).map(([x, y], i) => [x * (i + 1), y * (i + 1)]);
    const found = await knnProbe(train, [1, 1, 1, 2, 2, 2], at(5, 95, 30), [1, 2, 2], { k: 3 });
    expect(found).toEqual({ accuracy: 2 / 3, correct: 2, n: 3, k: 3, predictions: [1, 2, 1] });
  });

  it("gives a tie to the label with the nearest neighbour", async () => {
    const labels = [7, 3, 3, 7, 9];
    // From 0°: 3 at 1°, 7 at 2°, 7 at 3°, 3 at 4°, 9 at 50°: two votes each.
    const { predictions } = await knnProbe(at(2, 1, 4, 3, 50), labels, at(0), [3], { k: 4 });
    expect(predictions).toEqual([3]);
    expect((await knnProbe(at(2, 1, 4, 3, 50), labels, at(0), [3], { k: 5 })).predictions).toEqual([3]);
  });

  it("counts the earlier of two rows with the same cosine as nearer", async () => {
    expect((await knnProbe(at(10, -10), [5, 6], at(0), [5], { k: 1 })).predictions).toEqual([5]);
    expect((await knnProbe(at(10, 10, 10), [4, 8, 8], at(0), [4], { k: 2 })).predictions).toEqual([4]);
  });

  it("agrees with sorting all cosines, for dimensions that are no multiple of four", async () => {
    const random = new Random(3);
    for (const d of [1, 3, 4, 7]) {
      const draw = (n: number): number[][] => {
        const values = new Float64Array(n * d);
        random.fillNormal(values);
        return Array.from({ length: n }, (_, i) => Array.from(values.subarray(i * d, (i + 1) * d)));
      };
      const [train, test] = [draw(60), draw(20)];
      const labels = train.map(() => random.below(4));
      const k = 5;
      const expected = test.map((row) => {
        const nearest = train
          .map((other, i) => ({ i, cosine: dot(row, other) / Math.sqrt(dot(row, row) * dot(other, other)) }))
          .sort((a, b) => b.cosine - a.cosine || a.i - b.i)
          .slice(0, k)
          .map(({ i }) => labels[i]);
        const votes = nearest.map((label) => nearest.filter((other) => other === label).length);
        return nearest[votes.indexOf(Math.max(...votes))];
      });
      // In one dimension all cosines are ±1 and rounding may order them; the labels there are tested above.
      const found = await knnProbe(train, labels, test, expected, { k });
      if (d > 1) expect(found.predictions, `d ${d}`).toEqual(expected);
      expect(found.n).toBe(20);
    }
  });

  it("refuses labels, dimensions and k that do not fit", async () => {
    const two = at(0, 90);
    await expect(knnProbe(two, [1], two, [1, 2])).rejects.toThrow(/train has 2 rows but 1 labels/);
    await expect(knnProbe(two, [1, 2], two, [1])).rejects.toThrow(/test has 2 rows but 1 labels/);
    await expect(knnProbe(two, [1, 2], [[1]], [1])).rejects.toThrow(/got \[2, 2\] and \[1, 1\]/);
    await expect(knnProbe(two, [1, 2], two, [1, 2])).rejects.toThrow(/k must be a whole number in 1..2.*got 5/);
    await expect(knnProbe(two, [1, 2], two, [1, 2], { k: 1.5 })).rejects.toThrow(/got 1.5/);
  });
});

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
