import { describe, expect, it } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import type { MeasuringKernels, PairSums } from "../../src/devices/measuring.ts";
import { plainKernels as plain } from "../../src/metrics/plain-sums.ts";
import { Random } from "../../src/random.ts";
import { cloud, kernelsOf, manyLike, met, together, worst } from "./pair-sums.ts";

/** Points of the panel, of the block, and their coordinates. */
const shapes = [
  [1, 1, 1],
  [1, 2, 3],
  [63, 129, 5],
  [128, 17, 8],
  [300, 513, 2],
  [640, 640, 33],
  [130, 300, 600],
];

const kernels = (options = {}): MeasuringKernels => kernelsOf(new CpuDevice({ threads: 1, ...options }));

describe("sums over pairs on cpu", () => {
  it.each(shapes)(
    "are those of plain loops in float64 to a few millionths: %i and %i points of %i coordinates",
    (n, m, d) => {
      const points = [cloud(n, d, 1), cloud(m, d, 2)];
      points[1].set(points[0].subarray(0, d)); // a twin
      if (m > 2) points[1].copyWithin(2 * d, d, 2 * d); // and another one
      for (const ts of [[2], [0.3, 1, 2.5]]) {
        const before = kernels();
        const [found, wanted] = [before, plain].map((of) => met(of, d, ts, points, n));
        const single = n + m < 10 ? 3e-6 : 1e-6; // of few pairs errors do not cancel
        for (const k of [0, 1]) expect(worst(found[k], wanted[k]), `totals ${k}`).toBeLessThan(single);
        for (const k of [2, 3]) {
          const [a, b] = [found[k], wanted[k]].map((sums) => together(sums, ts.length));
          expect(worst(a, b), `sums ${k}`).toBeLessThan(3e-6);
          expect(a.length).toBe(ts.length * (k === 2 ? n : m));
        }
      }
    },
  );

  it("keep their digits where every potential is a millionth of a millionth", () => {
    const [left, right] = [cloud(130, 3, 1), cloud(140, 3, 2)].map((x) => x.map((a) => 0.05 * a));
    for (let i = 0; i < left.length; i += 3) left[i] += 1;
    for (let i = 0; i < right.length; i += 3) right[i] -= 1;
    const sums = [kernels(), plain].map((of) => {
      const pairs = of.pairSums(3, [6.9], { panel: 256, block: 256 });
      pairs.place("panel", left, new Float64Array(3), 0);
      pairs.place("block", right, new Float64Array(3), 0);
      pairs.meet(130);
      return [pairs.sums("panel"), pairs.sums("block")].map((all) => together(all, 1));
    });
    expect(sums[0][0][0]).toBeLessThan(1e-9);
    for (const k of [0, 1]) expect(worst(sums[0][k], sums[1][k])).toBeLessThan(2e-5); // t |x|² is 7 here
  });

  it("are as right at a t beside a larger one as alone", () => {
    const points = [cloud(640, 128, 1), cloud(640, 128, 2)];
    const ts = [7.9, 7.5, 5.35, 4.05];
    const [together, ...alone] = [ts, ...ts.map((t) => [t])].map((ts) => met(kernels(), 128, ts, points, 640)[0]);
    for (const [k, one] of alone.entries())
      expect(Math.abs(together[2 * k] / one[0] - 1), `t ${ts[k]}`).toBeLessThan(3e-7);
  });

  it("leave out the panel's points from n on", () => {
    const points = [cloud(300, 4, 1), cloud(200, 4, 2)];
    const [found, wanted] = [kernels(), plain].map((of) => met(of, 4, [2], points, 128));
    expect(worst(found[0], wanted[0])).toBeLessThan(1e-6);
    expect([...found[2].subarray(128, 300)].every((sum) => sum === 0)).toBe(true);
  });

  it.each<[string, MeasuringKernels]>([
    ["cpu", kernels()],
    ["plain loops", plain],
  ])("of a point are multiples of 2^-28 and of 2^-64, by %s", (_, of) => {
    const [, , ...sums] = met(of, 3, [1, 9], [cloud(200, 3, 1), cloud(300, 3, 2)], 200);
    for (const all of sums) {
      const n = all.length / 4;
      for (const [i, sum] of all.entries()) {
        expect(Number.isSafeInteger(sum * 2 ** (Math.floor(i / n) % 2 === 0 ? 28 : 64)), `${i}: ${sum}`).toBe(true);
      }
    }
  });

  it.each<[string, MeasuringKernels]>([
    ["cpu", kernels()],
    ["plain loops", plain],
  ])("start again from 0 where points are placed anew, and not with each meeting, by %s", (_, of) => {
    const [x, y] = [cloud(40, 6, 1), cloud(50, 6, 2)];
    const d = 6;
    const pairs: PairSums = of.pairSums(d, [2], { panel: 128, block: 128 });
    const once = (): Float64Array => {
      pairs.place("panel", x, new Float64Array(d), 0);
      pairs.place("block", y, new Float64Array(d), 0);
      pairs.meet(40);
      return pairs.sums("panel");
    };
    const first = once();
    expect(once()).toEqual(first);
    pairs.meet(40);
    expect(pairs.sums("panel")).toEqual(first.map((sum) => 2 * sum));
    pairs.free();
  });

  it("come to the same bits on any number of threads", async () => {
    const points = [cloud(640, 20, 1), cloud(500, 20, 2)];
    const results = [1, 2, 3].map(async (threads) => {
      const device = new CpuDevice({ threads, finely: true });
      await device.assemble();
      return met(kernelsOf(device), 20, [1, 2], points, 640);
    });
    const [one, ...others] = await Promise.all(results);
    for (const other of others) expect(other).toEqual(one);
  });

  it("give their memory back", () => {
    const device = new CpuDevice({ threads: 1 });
    const of = kernelsOf(device);
    met(of, 8, [2], [cloud(10, 8, 1), cloud(10, 8, 2)], 10);
    const before = device.capacity;
    for (let i = 0; i < 50; i++) met(of, 8, [2], [cloud(10, 8, 1), cloud(10, 8, 2)], 10);
    expect(device.capacity).toBe(before);
  });

  it("take sizes that are whole tiles, and bounded whatever the points", () => {
    const of = kernels();
    for (const [n, d] of [
      [2, 3],
      [5000, 128],
      [1e6, 128],
      [1e6, 1],
      [1e5, 1536],
      [1e5, 4096],
    ]) {
      // biome-ignore format: short
      const { panel, block } = of.sizes(n, d);
      expect([panel % 128, block % 128]).toEqual([0, 0]);
      expect(panel % block === 0 || panel >= n, `${n}, ${d}`).toBe(true);
      expect(14 * (panel + block) * d, `${n}, ${d}`).toBeLessThan(160e6); // bytes: x and its ten quarter factors
    }
  });
});

describe("sums over pairs on cpu in whole numbers", () => {
  const whole = (d: number, ts: number[], [x, y]: Float64Array[], spread = manyLike(x, y), options = {}) => {
    const device = new CpuDevice({ threads: 1, ...options });
    const of = kernelsOf(device);
    const found = met(
      { ...of, pairSums: (d, ts, sizes) => of.pairSums(d, ts, sizes, { spread }) },
      d,
      ts,
      [x, y],
      x.length / d,
    );
    expect(device.ranOn()["potentialSums:whole"]).toBe(2);
    return found;
  };

  it.each(shapes)("are those of plain loops to their rounding: %i and %i points of %i coordinates", (n, m, d) => {
    const points = [cloud(n, d, 1), cloud(m, d, 2)];
    points[1].set(points[0].subarray(0, d)); // a twin, whose potential is 1 all the same
    const ts = [0.4, 0.1];
    const [found, wanted] = [whole(d, ts, points), met(plain, d, ts, points, n)];
    // A unit is √6 / 46,340 at least; a product is off by one for each coordinate of either point, 1 long.
    expect(worst(found[0], wanted[0])).toBeLessThan(3e-4 / Math.sqrt(Math.min(n, m)));
    for (const k of [2, 3]) {
      const [a, b] = [found[k], wanted[k]].map((sums) => together(sums, ts.length));
      expect(worst(a, b), `sums ${k}`).toBeLessThan(1e-3);
    }
  });

  it("have no bias, whatever the points: where all entries are halfway between whole numbers too", () => {
    const [d, n] = [16, 640];
    const random = new Random(5);
    const sets = [1, 2].map(() => Float64Array.from({ length: n * d }, () => (random.bits() & 1 ? 0.25 : -0.25)));
    // 1 is 12,345.96 units, so that an entry is 3,086.49: always rounded down, products would be 0.03% short.
    const spread = { n: 1e12, meanSquare: 1, largestSquare: 1, largestEntry: 32_766 / 12_345.96 };
    const [found, wanted] = [whole(d, [1], sets, spread), met(plain, d, [1], sets, n)];
    expect(worst(found[0], wanted[0])).toBeLessThan(1.5e-5);
  });

  it("hold the largest entries and lengths there may be", () => {
    const [d, n] = [8, 64];
    const x = new Float64Array(n * d).map((_, k) => (k % d === 0 ? (Math.floor(k / d) % 2 ? 1 : -1) : 0));
    const spread = { n: 1e12, meanSquare: 1, largestSquare: 1, largestEntry: 1 };
    const [found, wanted] = [whole(d, [0.5], [x, x], spread), met(plain, d, [0.5], [x, x], n)];
    expect(worst(found[0], wanted[0])).toBeLessThan(1e-4);
    const flat = new Float64Array(n * d).map((_, k) => ((k * 7) % 5 > 1 ? 1 : -1) / Math.sqrt(d));
    const even = { ...spread, largestEntry: 1 / Math.sqrt(d) };
    expect(worst(whole(d, [0.5], [flat, flat], even)[0], met(plain, d, [0.5], [flat, flat], n)[0])).toBeLessThan(1e-4);
  });

  it("come to the same bits on any number of threads", () => {
    const points = [cloud(640, 20, 1), cloud(500, 20, 2)];
    const one = whole(20, [0.4, 0.2], points);
    for (const threads of [2, 3])
      expect(whole(20, [0.4, 0.2], points, undefined, { threads, finely: true })).toEqual(one);
  });

  it("round each row of the data set by chances of its own", () => {
    const x = Float64Array.from({ length: 128 * 8 }, (_, k) => (k % 3 === 0 ? 0.25 : -0.25));
    const sums = [0, 128].map((start) => {
      const pairs = kernels().pairSums(8, [0.4], { panel: 128, block: 128 }, { spread: manyLike(x) });
      pairs.place("panel", x, new Float64Array(8), 0);
      pairs.place("block", x, new Float64Array(8), start);
      return pairs.meet(128)[0];
    });
    expect(sums[1]).not.toBe(sums[0]);
    expect(sums[1] / sums[0]).toBeCloseTo(1, 4);
  });

  it("are for many points alone: few have floats, whose single pairs are right", () => {
    const device = new CpuDevice({ threads: 1 });
    const of = kernelsOf(device);
    const x = cloud(100, 4, 1);
    for (const [n, t] of [
      [2000, 2],
      [20_000, 9],
    ]) {
      // biome-ignore format: short
      const spread = { n, meanSquare: 1, largestSquare: 1, largestEntry: 0.5 };
      met({ ...of, pairSums: (d, ts, sizes) => of.pairSums(d, ts, sizes, { spread }) }, 4, [t], [x, x], 100);
    }
    expect(device.ranOn()["potentialSums:whole"]).toBe(undefined);
  });
});

describe("second moments on cpu", () => {
  it.each([
    [1, 1],
    [10, 7],
    [300, 8],
    [1000, 33],
    [70, 130],
  ])("are those of plain loops: %i rows of %i", (n, d) => {
    const [found, wanted] = [kernels(), plain].map((of) => {
      const sums = of.secondMoments(d);
      sums.add(cloud(n, d, 1));
      sums.add(cloud(3, d, 2));
      const result = sums.result();
      sums.free();
      return result;
    });
    expect(Math.max(...found.map((sum, i) => Math.abs(sum - wanted[i])))).toBeLessThan(1e-12);
  });
});
