import { afterEach, describe, expect, it } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import type { MeasuringKernels } from "../../src/devices/measuring.ts";
import { plainKernels as plain } from "../../src/metrics/plain-sums.ts";
import { cloud, kernelsOf, manyLike, met, together, worst } from "./pair-sums.ts";
import { deviceWith, restore } from "./slip.ts";

/** What differs from plain loops by more than rounding, of sums over pairs and second moments. */
function wrong(of: MeasuringKernels): string[] {
  const found: string[] = [];
  const check = (what: string, a: Float64Array, b: Float64Array, tolerance: number): void => {
    if (!(worst(a, b) <= tolerance)) found.push(what);
  };
  const ts = [0.4, 0.1];
  for (const [n, m, d] of [
    [300, 513, 2],
    [130, 140, 7],
    [70, 33, 300],
    [640, 200, 8],
    [40, 50, 5],
  ]) {
    const points = [cloud(n, d, 1), cloud(m, d, 2)];
    points[1].set(points[0].subarray(0, 2 * d)); // twins, and one of its own
    points[1].copyWithin(3 * d, 0, d);
    const wanted = met(plain, d, ts, points, n);
    for (const spread of [undefined, manyLike(...points)]) {
      const sums = met(of, d, ts, points, n, spread);
      const [total, single] = spread ? [1e-4, 1e-3] : [1e-6, 3e-6];
      for (const k of [0, 1]) check(`totals ${k}`, sums[k], wanted[k], total);
      for (const k of [2, 3]) check(`sums ${k}`, together(sums[k], 2), together(wanted[k], 2), single);
    }
  }
  // Far from each other, so that fine parts count; entries halfway between whole numbers, so that chances do.
  const far = [1, 2].map((seed) => cloud(130, 3, seed).map((x, k) => 0.05 * x + (k % 3 ? 0 : 3 - 2 * seed)));
  const [tiny, wanted] = [of, plain].map((of) => met(of, 3, [6.9], far, 128)[2]);
  check("tiny", together(tiny, 1), together(wanted, 1), 1e-4);
  const even = [1, 2].map((seed) => cloud(640, 16, seed).map((x) => (x < 0 ? -0.25 : 0.25)));
  const spread = { n: 1e12, meanSquare: 1, largestSquare: 1, largestEntry: 32_766 / 12_345.96 };
  check("even", met(of, 16, [1], even, 640, spread)[0], met(plain, 16, [1], even, 640)[0], 1.5e-5);
  const [moments, loops] = [of, plain].map((of) => {
    const sums = of.secondMoments(33);
    sums.add(cloud(70, 33, 1));
    return sums.result();
  });
  check("moments", moments, loops, 1e-9);
  return found;
}

const slips: readonly (readonly [file: string, from: string, to: string])[] = [
  ["potential-sums", "(k + round) % b.tiles", "k"],
  ["potential-sums", "twice ? f64x2.mul(both, f64x2.splat(0.5)) : both", "both"],
  ["potential-sums", "if (self) continue;", ""], // a point meets itself
  ["potential-sums", "if (!itself) addOneOnGrid", "if (itself) addOneOnGrid"],
  ["potential-sums", "if (!itself) addOnGrid", "if (itself) addOnGrid"],
  ["potential-sums", "madd(w11, w11,", "madd(w11, w12,"],
  [
    "potential-sums",
    "addTo(columnSums + across + c, f32x4.add(w12, w22))",
    "addTo(columnSums + c, f32x4.add(w12, w22))",
  ],
  ["potential-sums", "const left = f64x2.sub(f64x2.add(f64x2.sub(two, part), f64x2.splat(fine)), f64x2.splat(fine));", "const left = f64x2.splat(0);"], // biome-ignore format: a slip a line
  ["potential-sums", "memory.fill(columnSums", "if (false) memory.fill(columnSums"], // not cleared
  ["exponents", "f32x4.mul(unit, f32x4.convert", "f32x4.add(unit, f32x4.convert"],
  ["whole", "i < rows ? <usize>i * rowStep", "i <= rows ? <usize>i * rowStep"],
  ["whole", "v128.load_splat<i32>(a, 4)", "v128.load_splat<i32>(a)"],
  ["whole", "if (left > 6) v128", "if (left > 7) v128"],
  ["whole", "if (left > 4) high", "if (left > 5) high"],
  ["whole", "squares = f64x2.add(squares, squaresOf(high));", ""],
  ["whole", "f32x4.splat(perUnit)), chance)", "f32x4.splat(perUnit)), f32x4.splat(0.5))"], // the same way every time
  ["whole", "i < set.n ? <f32>half : nowhere", "<f32>half"], // points that are not there count
  ["second-moments", "(2 * k) & -wide", "(2 * k + 8) & -wide"],
  ["second-moments", "s13 = madd2(second, two, s13)", "s13 = madd2(first, two, s13)"],
  ["second-moments", "put(at + step, s10", "put(at, s10"],
];

describe("a slip in what measures whole data sets", () => {
  afterEach(restore);

  it.each(slips)("in %s.ts: %s written %s, is caught", async (file, from, to) => {
    expect(wrong(kernelsOf(await deviceWith(file, from, to)))).not.toEqual([]);
  });

  it("is what is caught: the text as it is passes", () => {
    expect(wrong(kernelsOf(new CpuDevice({ threads: 1 })))).toEqual([]);
  });
});
