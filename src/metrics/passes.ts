import { cpu } from "../devices/cpu/cpu.ts";
import type { Device, MeasuringKernels, PairSizes } from "../devices/device.ts";
import { reference } from "../devices/reference/reference.ts";
import { nearestSquared } from "./nearest-pair.ts";
import type { RowSource } from "./row-source.ts";
import { type Strip, stripsOf } from "./strips.ts";
import type { Survey } from "./survey.ts";

/** Points up to which the plain way takes less than 0.1 s, in float64 throughout. */
const few = 1024;

/** The exponent down to which potentials are kept as they are: sums on a grid of 2^-64 then have their digits. */
const deepest = 32;

/** All pairs once, at those t for which the same kernels do. */
export interface Pass {
  /** Of the device whose kernels they are. */
  readonly device: string;
  readonly kernels: MeasuringKernels;
  readonly ts: readonly number[];
  /** What the potentials at each t are relative to: exp(−t shift). */
  readonly shifts: readonly number[];
  readonly sizes: PairSizes;
  readonly strips: readonly Strip[];
}

export interface PassesOptions {
  /** Whether all is to be computed in float64. */
  readonly plain?: boolean;
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
  { mean, meanSquare, largestSquare }: Survey,
  ts: readonly number[],
  { plain = false, tell }: PassesOptions = {},
): Promise<Pass[]> {
  const { n, d } = rows;
  const { reach } = measuringOf(cpu);
  const byProducts = (t: number): boolean =>
    !plain && n > few && t * meanSquare >= reach.least && t * largestSquare <= reach.most;
  // No two points lie farther apart than twice the largest distance from the mean.
  const underflows = (t: number): boolean => !byProducts(t) && 4 * t * largestSquare > deepest;
  const shift = ts.some(underflows) ? await nearestSquared(rows, mean, tell) : 0;
  const pass = (device: Device, ts: readonly number[]): Pass => {
    const kernels = measuringOf(device);
    const sizes = kernels.sizes(n, d);
    const shifts = ts.map((t) => (underflows(t) ? shift : 0));
    return { device: device.name, kernels, ts, shifts, sizes, strips: stripsOf(n, sizes) };
  };
  const passes = [
    pass(
      cpu,
      ts.filter((t) => byProducts(t)),
    ),
    pass(
      reference("float64"),
      ts.filter((t) => !byProducts(t)),
    ),
  ];
  return passes.filter((pass) => pass.ts.length > 0);
}

/** Sums that take less time in plain loops than it takes to compile the cpu device's kernels. */
const quick = 1e7;

/** The kernels for second moments of n rows of d numbers. */
export function momentKernels(n: number, d: number): MeasuringKernels {
  return measuringOf(n * d * d < quick ? reference("float64") : cpu);
}

export function measuringOf({ name, measuring }: Device): MeasuringKernels {
  if (measuring === undefined) throw new Error(`uniformity: the device ${name} measures nothing`);
  return measuring;
}
