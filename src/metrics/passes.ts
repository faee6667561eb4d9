import { cpu } from "../devices/cpu/cpu.ts";
import type { MeasuringKernels, PairSizes, Spread } from "../devices/measuring.ts";
import { nearestSquared } from "./nearest-pair.ts";
import { plainKernels } from "./plain-sums.ts";
import type { RowSource } from "./row-source.ts";
import { type Strip, stripsOf } from "./strips.ts";
import type { Survey } from "./survey.ts";

/** Points up to which the plain way takes less than 0.1 s, in float64 throughout. */
const few = 1024;

/** The exponent down to which potentials are kept as they are: sums on a grid of 2^-64 then have their digits. */
const deepest = 32;

/** All pairs once, at those t for which the same kernels do. */
export interface Pass {
  /** Whether the kernels are the cpu device's, or plain loops. */
  readonly by: "cpu" | "loops";
  readonly kernels: MeasuringKernels;
  readonly ts: readonly number[];
  /** What the potentials at each t are relative to: exp(−t shift). */
  readonly shifts: readonly number[];
  readonly spread: Spread;
  readonly sizes: PairSizes;
  readonly strips: readonly Strip[];
}

export interface PassesOptions {
  /** Whether all is to be computed in float64. */
  readonly plain?: boolean | undefined;
  /** Told how many more pairs were looked at, if they have to be. */
  readonly tell?: ((pairs: number) => void) | undefined;
}

/**
 * How all pairs of a data set are counted, by its numbers alone: for few points, and where they lie too far apart for
 * their t, or too near, for float32, from differences in float64; else by the cpu device's products. Where potentials
 * might underflow they are taken relative to that of the nearest pair, for which all pairs are looked at once more.
 */
export async function passesOf(
  rows: RowSource,
  { mean, ...spread }: Survey,
  ts: readonly number[],
  { plain = false, tell }: PassesOptions = {},
): Promise<Pass[]> {
  const { n, d } = rows;
  const fast = plain || n <= few ? undefined : cpu.measuring; // undefined too where the engine has no SIMD
  const sharp = fast ? outOfReach(ts, spread) : ts;
  const soft = ts.filter((t) => !sharp.includes(t));
  // No two points lie farther apart than twice the largest distance from the mean.
  const underflows = (t: number): boolean => sharp.includes(t) && 4 * t * spread.largestSquare > deepest;
  const shift = ts.some(underflows) ? await nearestSquared(rows, mean, tell) : 0;
  const pass = (by: Pass["by"], kernels: MeasuringKernels, ts: readonly number[]): Pass => {
    const sizes = kernels.sizes(n, d);
    const shifts = ts.map((t) => (underflows(t) ? shift : 0));
    return { by, kernels, ts, shifts, spread, sizes, strips: stripsOf(n, sizes) };
  };
  const passes = [...(fast ? [pass("cpu", fast, soft)] : []), pass("loops", plainKernels, sharp)];
  return passes.filter((pass) => pass.ts.length > 0);
}

/** Those t for which products of points are not right: of more than a few points they take long. */
export function outOfReach(ts: readonly number[], { n, meanSquare, largestSquare }: Spread): number[] {
  const { least, most } = cpu.measuring?.reach ?? { least: Number.POSITIVE_INFINITY, most: 0 };
  return n <= few ? [] : ts.filter((t) => !(t * meanSquare >= least && t * largestSquare <= most));
}

/** Sums that take less time in plain loops than it takes to compile the cpu device's kernels. */
const quick = 1e7;

/** The kernels for second moments of n rows of d numbers. */
export function momentKernels(n: number, d: number, plain: boolean = false): MeasuringKernels {
  return plain || n * d * d < quick ? plainKernels : (cpu.measuring ?? plainKernels);
}
