import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concentrationFor, scottBandwidth } from "../../../src/cli/figure/circle/bandwidth.ts";
import { gaussianKde } from "../../../src/cli/figure/circle/gaussian-kde.ts";
import { vonMisesFisherKde } from "../../../src/cli/figure/circle/von-mises-fisher-kde.ts";
import { Random } from "../../../src/random.ts";

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

/** Angles at equal distances around the circle. */
const even = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => (2 * Math.PI * i) / n);

const onCircle = (angles: Float64Array): Float64Array =>
  Float64Array.from({ length: 2 * angles.length }, (_, i) =>
    i % 2 === 0 ? Math.cos(angles[i >> 1]) : Math.sin(angles[i >> 1]),
  );

describe("the Gaussian kernel density", () => {
  it("integrates to 1, wherever the points are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 20 }),
        fc.double({ min: 0.1, max: 0.3, noNaN: true }),
        (numbers, bandwidth) => {
          const points = Float64Array.from(numbers.slice(0, 2 * (numbers.length >> 1)));
          const grid = { reach: 3, cells: 120 };
          const density = gaussianKde(points, bandwidth, grid);
          const cell = (2 * grid.reach) / grid.cells;
          expect(sum(density) * cell ** 2).toBeCloseTo(1, 6);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("of one point is its kernel, across and up", () => {
    const grid = { reach: 2, cells: 4 }; // middles at -1.5, -0.5, 0.5, 1.5
    const density = gaussianKde(Float64Array.of(0.5, -1.5), 0.7, grid);
    const kernel = (dx: number, dy: number): number =>
      Math.exp(-(dx ** 2 + dy ** 2) / (2 * 0.7 ** 2)) / (2 * Math.PI * 0.7 ** 2);
    expect(density[2]).toBeCloseTo(kernel(0, 0), 12); // lowest row, third cell
    expect(density[3]).toBeCloseTo(kernel(1, 0), 12);
    expect(density[4 + 2]).toBeCloseTo(kernel(0, 1), 12);
    expect(density[3 * 4]).toBeCloseTo(kernel(2, 3), 12);
  });

  it("of evenly spread points on the circle depends on the distance from the middle alone", () => {
    const grid = { reach: 1.5, cells: 30 };
    const density = gaussianKde(onCircle(even(400)), 0.15, grid);
    const quarterTurned = (row: number, column: number): number => density[column * 30 + (29 - row)];
    const places = Array.from({ length: 30 }, (_, row) =>
      Array.from({ length: 30 }, (_, column) => [row, column]),
    ).flat();
    for (const [row, column] of places) expect(density[row * 30 + column]).toBeCloseTo(quarterTurned(row, column), 9);
    expect(density[15 * 30 + 15]).toBeLessThan(1e-6 * Math.max(...density)); // nothing in the middle
  });
});

describe("the von Mises-Fisher kernel density", () => {
  /** Around the circle: exact to rounding for a smooth, periodic function. */
  const integral = (f: (angle: number) => number): number => (2 * Math.PI * sum([...even(2000)].map(f))) / 2000;

  it.each([0.3, 1, 40, 400])("integrates to 1 at concentration %s", (kappa) => {
    const angles = new Float64Array(50);
    new Random(3).fillUniform(angles, -Math.PI, Math.PI);
    expect(integral(vonMisesFisherKde(angles, kappa))).toBeCloseTo(1, 10);
  });

  it("of one point is its kernel: e^(κ cos) / 2π I₀(κ)", () => {
    const density = vonMisesFisherKde(Float64Array.of(1), 1);
    const besselI0 = 1.2660658777520084; // I₀(1), Abramowitz & Stegun, table 9.8
    for (const angle of [1, 1.3, 1 + Math.PI, -2]) {
      expect(density(angle)).toBeCloseTo(Math.exp(Math.cos(angle - 1)) / (2 * Math.PI * besselI0), 12);
    }
  });

  it("of evenly spread points is flat, at 1/2π", () => {
    const density = vonMisesFisherKde(even(100), 40);
    for (const angle of [-3, -1, 0, 0.01, 0.03, 2]) expect(density(angle)).toBeCloseTo(1 / (2 * Math.PI), 9);
  });

  it("turns with the points", () => {
    const angles = Float64Array.of(-2, 0.5, 0.7, 3);
    const turned = vonMisesFisherKde(
      angles.map((angle) => angle + 1),
      25,
    );
    const density = vonMisesFisherKde(angles, 25);
    for (const angle of [-3, 0, 0.6, 3.1]) expect(turned(angle + 1)).toBeCloseTo(density(angle), 12);
  });
});

describe("the width of the kernels", () => {
  it("is Scott's for the standard deviation that the circle has along an axis", () => {
    const points = onCircle(even(1000));
    const deviation = Math.sqrt(sum(points.filter((_, i) => i % 2 === 0).map((x) => x * x)) / 1000);
    expect(scottBandwidth(1000)).toBeCloseTo(deviation * 1000 ** (-1 / 6), 12);
    expect(scottBandwidth(64)).toBeCloseTo(deviation / 2, 12);
  });

  it("is the same for both kernels: at half the height, one as wide as the other", () => {
    const h = 0.1;
    const density = vonMisesFisherKde(Float64Array.of(0), concentrationFor(h));
    const half = h * Math.sqrt(2 * Math.log(2)); // a Gaussian's half width there
    expect(density(half) / density(0)).toBeCloseTo(0.5, 2);
  });
});
