import type { Device } from "../../src/devices/device.ts";
import type { MeasuringKernels, Spread } from "../../src/devices/measuring.ts";
import { Random } from "../../src/random.ts";

/** Throws where a device has none. */
export const kernelsOf = ({ measuring }: Device): MeasuringKernels => {
  if (measuring === undefined) throw new Error("no kernels");
  return measuring;
};

/** Points that are some 1 long. */
export function cloud(n: number, d: number, seed: number): Float64Array {
  const x = new Float64Array(n * d);
  new Random(seed).fillNormal(x, 0, 1 / Math.sqrt(d));
  return x;
}

/** All that a panel and a block come to. */
export function met(
  of: MeasuringKernels,
  d: number,
  ts: readonly number[],
  [x, y]: readonly Float64Array[],
  n: number,
  spread?: Spread,
): Float64Array[] {
  const pairs = of.pairSums(d, ts, { panel: 640, block: 640 }, { spread });
  pairs.place("panel", x, new Float64Array(d), 0);
  pairs.place("block", y, new Float64Array(d), 0);
  const totals = [pairs.meet(n), pairs.meetItself()];
  const sums = [pairs.sums("panel"), pairs.sums("block")];
  pairs.free();
  return [...totals, ...sums];
}

/** The two parts of each point's sum at each t together: [t, n]. */
export function together(sums: Float64Array, count: number): Float64Array {
  const n = sums.length / (2 * count);
  return Float64Array.from({ length: count * n }, (_, i) => {
    const at = Math.floor(i / n) * 2 * n + (i % n);
    return sums[at] + sums[at + n];
  });
}

/** The largest relative difference. */
export const worst = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]) / Math.abs(b[i] || 1)), 0);

/** As of many points, of which these are some: errors of single pairs would then average out. */
export function manyLike(...sets: readonly Float64Array[]): Spread {
  const largestEntry = Math.max(...sets.map((x) => x.reduce((most, a) => Math.max(most, Math.abs(a)), 0)));
  return { n: 1e12, meanSquare: 1, largestSquare: 6, largestEntry };
}
