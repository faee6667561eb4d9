import type { MeasuringKernels, PairOptions, PairSizes, PairSums } from "../devices/measuring.ts";
import type { RowSource } from "./row-source.ts";
import { Turns } from "./turns.ts";

/**
 * Some of the pairs of n points: those of a panel's first `before` points, from `top` on, with the block of `count` from
 * `left` on, and, where the block lies in the panel too, those within the block.
 */
export interface Strip {
  readonly top: number;
  /** Points of the whole panel. */
  readonly height: number;
  readonly before: number;
  readonly left: number;
  readonly count: number;
  readonly within: boolean;
  /** How many they are. */
  readonly pairs: number;
}

/** Every pair of n points in one strip: panel after panel, and of each all blocks that do not lie before it. */
export function stripsOf(n: number, { panel, block }: PairSizes): Strip[] {
  const strips: Strip[] = [];
  for (let top = 0; top < n; top += panel) {
    const height = Math.min(panel, n - top);
    for (let left = top; left < n; left += block) {
      const [before, count] = [Math.min(left - top, height), Math.min(block, n - left)];
      const within = left < top + height;
      const pairs = before * count + (within ? (count * (count - 1)) / 2 : 0);
      strips.push({ top, height, before, left, count, within, pairs });
    }
  }
  return strips;
}

/** What the pairs of some strips come to, at each t. */
export interface StripSums {
  /** Of each strip [t, 2]: the sum of h, and of h². */
  readonly totals: readonly Float64Array[];
  /** Of each point, the sum of h over its pairs in two parts: [t, part, n], of numbers whose sums do not round. */
  readonly points: Float64Array;
}

export interface CountOptions extends PairOptions {
  readonly kernels: MeasuringKernels;
  readonly sizes: PairSizes;
  readonly ts: readonly number[];
  /** Told after each strip how many pairs it had. */
  readonly tell?: ((pairs: number) => void) | undefined;
}

/**
 * Counts the pairs of strips, which come panel by panel. What it holds are a panel, a block, and a few numbers for each
 * point. mean: of all rows, [d].
 */
export async function countStrips(
  rows: RowSource,
  mean: Float64Array,
  strips: readonly Strip[],
  { kernels, sizes, ts, shifts, spread, tell }: CountOptions,
): Promise<StripSums> {
  const { n, d } = rows;
  const points = new Float64Array(2 * ts.length * n);
  const totals: Float64Array[] = [];
  if (strips.length === 0) return { totals, points };
  const pairs = kernels.pairSums(d, ts, sizes, { shifts, spread });
  try {
    const few = new Float64Array(Math.min(sizes.panel, n) * d);
    const place = async (which: keyof PairSizes, start: number, count: number): Promise<void> => {
      await rows.read(start, count, few);
      pairs.place(which, few.subarray(0, count * d), mean, start);
    };
    const take = (which: keyof PairSizes, start: number, count: number): void => {
      const sums = pairs.sums(which);
      for (let part = 0; part < 2 * ts.length; part++) {
        for (let i = 0; i < count; i++) points[part * n + start + i] += sums[part * count + i];
      }
    };
    const turns = new Turns();
    for (const [k, strip] of strips.entries()) {
      const { top, height, before, left, count, within } = strip;
      if (strips[k - 1]?.top !== top) await place("panel", top, height);
      await place("block", left, count);
      totals.push(met(pairs, before, within));
      take("block", left, count);
      if (strips[k + 1]?.top !== top) take("panel", top, height);
      tell?.(strip.pairs);
      await turns.give();
    }
  } finally {
    pairs.free();
  }
  return { totals, points };
}

function met(pairs: PairSums, before: number, within: boolean): Float64Array {
  const none = new Float64Array();
  const [across, inside] = [before > 0 ? pairs.meet(before) : none, within ? pairs.meetItself() : none];
  return across.length === 0 ? inside : across.map((sum, i) => sum + (inside[i] ?? 0));
}
