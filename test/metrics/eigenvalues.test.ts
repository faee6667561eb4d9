import { describe, expect, it } from "vitest";
import { eigenvalues, tridiagonal } from "../../src/metrics/eigenvalues.ts";
import { Random } from "../../src/random.ts";

/** A symmetric matrix of normal numbers. */
function symmetric(d: number, seed: number): Float64Array {
  const x = new Float64Array(d * d);
  new Random(seed).fillNormal(x);
  return Float64Array.from(x, (_, k) => x[Math.min(k, (k % d) * d + Math.floor(k / d))]);
}

const of = (matrix: Float64Array, first: Float64Array): number[] => [
  ...eigenvalues(tridiagonal(matrix.slice(), first)),
];

describe("eigenvalues", () => {
  it("are those of matrices that have known ones", () => {
    expect(of(Float64Array.of(7), Float64Array.of(1))).toEqual([7]);
    const [high, low] = of(Float64Array.of(2, 1, 1, 2), Float64Array.of(1, 5));
    expect([high, low]).toEqual([expect.closeTo(3, 14), expect.closeTo(1, 14)]);
    // Of the path graph's Laplacian: 2 − 2 cos(π k / d).
    const d = 12;
    const path = Float64Array.from({ length: d * d }, (_, k) => {
      const [i, j] = [Math.floor(k / d), k % d];
      if (i === j) return i === 0 || i === d - 1 ? 1 : 2;
      return Math.abs(i - j) === 1 ? -1 : 0;
    });
    const wanted = Array.from({ length: d }, (_, k) => 2 - 2 * Math.cos((Math.PI * (d - 1 - k)) / d));
    for (const first of [new Float64Array(d), new Float64Array(d).fill(1)]) {
      of(path, first).forEach((value, k) => void expect(value).toBeCloseTo(wanted[k], 13));
    }
  });

  it.each([1, 2, 3, 5, 30, 100])("have the trace and the squares of the matrix, d = %i, largest first", (d) => {
    const matrix = symmetric(d, d);
    const first = new Float64Array(d);
    new Random(d).fillNormal(first);
    const found = of(matrix, first);
    const sum = (f: (x: number) => number): number => found.reduce((total, x) => total + f(x), 0);
    const trace = Array.from({ length: d }, (_, i) => matrix[i * d + i]).reduce((a, b) => a + b, 0);
    expect(sum((x) => x)).toBeCloseTo(trace, 10);
    expect(sum((x) => x * x)).toBeCloseTo(
      matrix.reduce((total, x) => total + x * x, 0),
      9,
    );
    expect(found).toEqual([...found].sort((a, b) => b - a));
  });

  it("of a matrix and a square of the first direction added differ in the first entry alone", () => {
    const d = 20;
    const first = new Float64Array(d);
    new Random(1).fillNormal(first);
    const matrix = symmetric(d, 2);
    const { diagonal, beside } = tridiagonal(matrix.slice(), first);
    diagonal[0] += first.reduce((sum, x) => sum + x * x, 0);
    const added = matrix.map((x, k) => x + first[Math.floor(k / d)] * first[k % d]);
    const wanted = of(added, new Float64Array(d));
    eigenvalues({ diagonal, beside }).forEach((value, k) => void expect(value).toBeCloseTo(wanted[k], 12));
  });
});
