import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reference, type Tensor, uniformLoss } from "../../src/index.ts";
import { broadcastShapes, sizeOf } from "../../src/shape.ts";
import { broadcastableShapes, matchers, shapes, tensors, unitRows } from "../../src/testing.ts";

expect.extend(matchers);

const device = reference("float64");
const many = <T>(arbitrary: fc.Arbitrary<T>): T[] => fc.sample(arbitrary, { numRuns: 400, seed: 1 });

/** What a failing property shrinks to. */
function smallest<T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => boolean): T {
  const { counterexample } = fc.check(
    fc.property(arbitrary, (value) => holds(value)),
    { seed: 1, numRuns: 1000 },
  );
  if (counterexample === null) throw new Error("no counterexample");
  return counterexample[0];
}

describe("shapes", () => {
  it("reach every rank and size asked for, and no other", () => {
    const all = many(shapes({ minRank: 1, maxRank: 3, minSize: 2, maxSize: 4 }));
    expect([...new Set(all.map((s) => s.length))].sort()).toEqual([1, 2, 3]);
    expect([...new Set(all.flat())].sort()).toEqual([2, 3, 4]);
  });

  it("are scalars and empty ones too unless told otherwise", () => {
    const all = many(shapes());
    expect([...new Set(all.map((s) => s.length))].sort()).toEqual([0, 1, 2, 3, 4]);
    expect([...new Set(all.flat())].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("shrink to few dimensions and small sizes", () => {
    expect(smallest(shapes(), (s) => s.length < 2)).toEqual([0, 0]);
    expect(smallest(shapes(), (s) => sizeOf(s) < 3)).toEqual([3]);
  });

  it("refuse a range that is none", () => {
    expect(() => shapes({ minRank: 3, maxRank: 2 })).toThrow(
      "shapes: needs whole numbers 0 <= minRank <= maxRank, got minRank 3 and maxRank 2",
    );
    expect(() => shapes({ minSize: -1 })).toThrow("got minSize -1 and maxSize 5");
    expect(() => shapes({ rank: 2 } as object)).toThrow('shapes: unknown option "rank"');
  });
});

describe("broadcastableShapes", () => {
  it("broadcast, within the ranks and sizes asked for", () => {
    for (const [a, b] of many(broadcastableShapes({ minRank: 1, maxRank: 3, maxSize: 3 }))) {
      expect(() => broadcastShapes(a, b, "test")).not.toThrow();
      expect([a, b].every((s) => s.length >= 1 && s.length <= 3 && s.every((n) => n <= 3))).toBe(true);
    }
  });

  it("differ in every way that broadcasting allows", () => {
    const all = many(broadcastableShapes());
    const some = (what: (a: number[], b: number[]) => boolean): boolean => all.some(([a, b]) => what(a, b));
    expect(
      some((a, b) => a.length > b.length),
      "missing in front on the right",
    ).toBe(true);
    expect(
      some((a, b) => a.length < b.length),
      "missing in front on the left",
    ).toBe(true);
    expect(
      some((a, b) => a.at(-1) === 1 && (b.at(-1) ?? 0) > 1),
      "a 1 on the left",
    ).toBe(true);
    expect(
      some((a, b) => b.at(-1) === 1 && (a.at(-1) ?? 0) > 1),
      "a 1 on the right",
    ).toBe(true);
    expect(
      some((a, b) => a.at(-1) === 0 && b.at(-1) === 1),
      "a 1 against nothing",
    ).toBe(true);
    expect(
      some((a, b) => a.length > 0 && a.join() === b.join()),
      "equal",
    ).toBe(true);
  });
});

describe("tensors", () => {
  it("have entries all over [min, max], on the device asked for", () => {
    const all = many(tensors({ shape: [3], min: 1, max: 3, device }));
    const values = all.flatMap((x) => [...x.dataSync()]);
    expect(values.every((v) => v >= 1 && v <= 3)).toBe(true);
    const mean = values.reduce((s, v) => s + v, 0) / values.length;
    expect(Math.abs(mean - 2)).toBeLessThan((4 * Math.sqrt(1 / 3)) / Math.sqrt(values.length));
    expect(new Set(values).size, "no value is preferred").toBeGreaterThan(0.99 * values.length);
    expect(all[0].dtype).toBe("float64");
  });

  it("take one shape, an arbitrary of shapes, or any", () => {
    expect(many(tensors({ shape: [2, 3] })).every((x) => x.shape.join() === "2,3")).toBe(true);
    expect(many(tensors({ shape: shapes({ minRank: 2, maxRank: 2 }) })).every((x) => x.shape.length === 2)).toBe(true);
    expect(new Set(many(tensors()).map((x) => x.shape.length)).size).toBe(5);
  });

  it("shrink the shape, then the entries towards 0", () => {
    const least = smallest(tensors({ device }), (x) => x.dataSync().every((v) => v < 1));
    expect(least.shape).toEqual([]);
    expect(least.dataSync()[0]).toBeCloseTo(1, 5);
    const positive = smallest(tensors({ device, min: 2, max: 5 }), (x) => x.size === 0);
    expect([positive.shape, [...positive.dataSync()]]).toEqual([[], [2]]);
  });

  it("print as tensors in a failing property", () => {
    const fail = (): void =>
      fc.assert(
        fc.property(tensors({ shape: [2], device }), () => false),
        { seed: 1 },
      );
    expect(fail).toThrow(/Counterexample: \[Tensor \[2\] on reference\(float64\)\s+\[0, 0\]\]/);
  });

  it("refuse bounds that hold no interval and shapes that are none", () => {
    expect(() => tensors({ min: 1, max: 1 })).toThrow("tensors: needs finite min < max, got min 1 and max 1");
    expect(() => tensors({ max: Number.POSITIVE_INFINITY })).toThrow("tensors: needs finite min < max");
    expect(() => tensors({ shape: [-1] })).toThrow("tensors: sizes must be whole numbers >= 0, got [-1]");
    expect(() => tensors({ low: 0 } as object)).toThrow('tensors: unknown option "low"');
  });
});

describe("unitRows", () => {
  it("have rows of length 1, as many and as long as asked for", () => {
    for (const x of many(unitRows({ n: 5, d: fc.integer({ min: 1, max: 3 }), device }))) {
      expect(x.shape[0]).toBe(5);
      expect(x.shape[1]).toBeLessThanOrEqual(3);
      expect(x.square().sum({ dim: 1 })).toBeAllClose([1, 1, 1, 1, 1], { rtol: 1e-14 });
    }
  });

  it("pass the guard of the losses on any device", () => {
    for (const x of many(unitRows())) expect(uniformLoss(x).itemSync()).toBeLessThanOrEqual(1e-6);
  });

  it("are spread over the sphere: no direction is preferred", () => {
    const rows = many(unitRows({ n: 4, d: 3, device })).flatMap((x: Tensor) => [...x.dataSync()]);
    const n = rows.length / 3;
    for (const axis of [0, 1, 2]) {
      const along = rows.filter((_, i) => i % 3 === axis);
      expect(Math.abs(along.reduce((s, v) => s + v, 0) / n)).toBeLessThan(4 * Math.sqrt(1 / 3 / n));
    }
  });

  it("shrink to few and short rows", () => {
    expect(smallest(unitRows({ device }), (x) => x.size < 5).shape).toSatisfy((s: number[]) => sizeOf(s) <= 6);
  });

  it("refuse sizes that are none", () => {
    expect(() => fc.sample(unitRows({ n: -1 }))).toThrow("unitRows: needs whole numbers n >= 0 and d >= 1, got [-1, ");
    expect(() => fc.sample(unitRows({ n: 2, d: 0 }))).toThrow("got [2, 0]");
    expect(() => unitRows({ rows: 2 } as object)).toThrow('unitRows: unknown option "rows"');
  });
});
