import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import type { Device, Reduction } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import type { Axis } from "../../src/devices/sizes.ts";

const cpu = new CpuDevice();

describe("a sum of ten million terms", () => {
  const n = 10_000_000;
  const tenth = cpu.upload(new Float32Array(n).fill(0.1));
  const exact = n * Math.fround(0.1);

  it.each([1, 10, 100])("does not drift in %i columns", (inner) => {
    const sums = cpu.kernels.reduce("sum", tenth, { outer: 1, n: n / inner, inner }).readSync();
    for (const sum of sums) expect(Math.abs(sum / (exact / inner) - 1)).toBeLessThan(1e-7);
  });

  it("does not drift where rows add up", () => {
    const sums = cpu.kernels.scatterAdd(tenth, new Int32Array(n / 5), { outer: 1, n: 2, inner: 5 }).readSync();
    for (const sum of sums.subarray(0, 5)) expect(Math.abs(sum / (exact / 5) - 1)).toBeLessThan(1e-7);
    expect(sums.subarray(5)).toEqual(new Float32Array(5));
  });
});

const axes = fc.record({
  outer: fc.integer({ min: 1, max: 3 }),
  n: fc.nat(19),
  inner: fc.constantFrom(1, 2, 4, 5, 18, 35),
});
/** Few values, so that there are ties, and NaN among them. */
const values = fc.constantFrom(-2, -1, -0.5, 0, 0.25, 3, Infinity, -Infinity, NaN);

const cases = axes.chain((axis) => {
  const length = axis.outer * axis.n * axis.inner;
  return fc.tuple(fc.constant(axis), fc.array(values, { minLength: length, maxLength: length }));
});

describe("reduce", () => {
  it.each(["sum", "max", "min", "argMax", "argMin"] as const satisfies readonly Reduction[])(
    "finds the %s that the reference device finds",
    (kind) => {
      const run = (device: Device, x: readonly number[], axis: Axis) =>
        device.kernels.reduce(kind, device.upload(x), axis).readSync();
      fc.assert(
        fc.property(cases, ([axis, x]) => {
          fc.pre(kind === "sum" || axis.n > 0);
          expect(run(cpu, x, axis)).toEqual(run(reference("float32"), x, axis));
        }),
        { numRuns: 300 },
      );
    },
  );
});

describe("scatterAdd", () => {
  it("adds up the rows that the reference device adds up, and take takes them back", () => {
    const indexed = axes.chain((axis) =>
      fc.tuple(fc.constant({ ...axis, n: axis.n + 1 }), fc.array(fc.nat(axis.n), { maxLength: 30 })),
    );
    const run = (device: Device, axis: Axis, list: readonly number[]) => {
      const x = Float32Array.from({ length: axis.outer * list.length * axis.inner }, (_, i) => (i % 97) - 40);
      const indices = Int32Array.from(list);
      const sums = device.kernels.scatterAdd(device.upload(x), indices, axis);
      return [sums.readSync(), device.kernels.take(sums, indices, axis).readSync()];
    };
    fc.assert(
      fc.property(indexed, ([axis, list]) => {
        expect(run(cpu, axis, list)).toEqual(run(reference("float32"), axis, list));
      }),
      { numRuns: 300 },
    );
  });
});
