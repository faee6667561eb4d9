import { expect, it } from "vitest";
import { squaredDistance, squaredDistances } from "../../src/metrics/squared-distances.ts";
import { Random } from "../../src/random.ts";

it("distances to a row of points are, to the bit, those to each of them", () => {
  for (const d of [1, 2, 5, 8]) {
    const points = { n: 14, d, data: new Float64Array(14 * d) };
    new Random(d).fillNormal(points.data);
    for (let from = 0; from <= 14; from++) {
      for (let to = from; to <= 14; to++) {
        const out = new Float64Array(to - from + 1).fill(-1);
        squaredDistances(points, 3, points, from, to, out);
        const expected = Array.from({ length: to - from }, (_, j) => squaredDistance(points, 3, points, from + j));
        expect([...out], `d ${d}, ${from} to ${to}`).toEqual([...expected, -1]);
      }
    }
  }
});

it("a distance is the sum of squared differences", () => {
  const points = { d: 3, data: Float64Array.of(1, 2, 3, 4, 0, 3.5) };
  expect(squaredDistance(points, 0, points, 1)).toBe(9 + 4 + 0.25);
});
