// Without a mention of the module the compiler does not look for it, and finds nothing to augment below.
import type {} from "vitest";
import { alignment, type PointsInput, uniformity } from "../metrics/index.ts";
import { checkOptions } from "../options.ts";
import type { MatcherResult } from "./matcher-result.ts";

/** How even features must be for `toBeUniform`. */
export interface UniformBounds {
  /** Most that their uniformity may lie above the optimum of their dimension: 0 is as evenly spread as can be. */
  gap: number;
  /** Sharpness of the potential: 2 unless given. */
  t?: number;
  /** Numbers in a row: needed for a flat float array. */
  dim?: number;
}

/** How close positive pairs must be for `toBeAligned`. */
export interface AlignedBounds {
  /** Most that their alignment may be: 0 is perfect; two random rows on the sphere have 2. */
  alignment: number;
  /** Exponent of the distance: 2 unless given. */
  alpha?: number;
  /** Numbers in a row: needed for flat float arrays. */
  dim?: number;
}

declare module "vitest" {
  interface Matchers<T> {
    /**
     * `await expect(features).toBeUniform({ gap: 0.5 })`: the features' `uniformity`, rows scaled to length 1, is at most
     * `gap` above its optimum. Features are all that `uniformity` takes. Throws, also under `.not`, for what it refuses.
     */
    toBeUniform(bounds: UniformBounds): Promise<void>;
    /**
     * `await expect(x).toBeAligned(y, { alignment: 0.3 })`: the `alignment` of row i of x and row i of y, scaled to length 1,
     * is at most that. One point for all samples is perfectly aligned: ask for `toBeUniform` as well.
     */
    toBeAligned(partners: PointsInput, bounds: AlignedBounds): Promise<void>;
  }
}

export async function toBeUniform(received: unknown, bounds: UniformBounds): Promise<MatcherResult> {
  const { gap: most, ...options } = checkOptions("toBeUniform", bounds, ["gap", "t", "dim"]);
  if (!Number.isFinite(most)) throw new RangeError(`toBeUniform: needs { gap }, a number, got ${String(most)}`);
  const { value, standardError, optimum, gap, n } = await uniformity(received as PointsInput, options);
  const found = `${brief(value)} ± ${brief(standardError)} over ${n} rows; the optimum is ${brief(optimum)}, so the gap is ${brief(gap)}`;
  return {
    pass: gap <= most,
    message: () =>
      gap <= most
        ? `expected a gap above ${most}, but uniformity is ${found}`
        : `expected a gap of at most ${most}, but uniformity is ${found}`,
  };
}

export async function toBeAligned(
  received: unknown,
  partners: PointsInput,
  bounds: AlignedBounds,
): Promise<MatcherResult> {
  const { alignment: most, ...options } = checkOptions("toBeAligned", bounds, ["alignment", "alpha", "dim"]);
  if (!(most >= 0)) throw new RangeError(`toBeAligned: needs { alignment }, a number >= 0, got ${String(most)}`);
  const { value, standardError, n } = await alignment(received as PointsInput, partners, options);
  const found = `it is ${brief(value)} ± ${brief(standardError)} over ${n} pairs`;
  return {
    pass: value <= most,
    message: () =>
      value <= most
        ? `expected an alignment above ${most}, but ${found}`
        : `expected an alignment of at most ${most}, but ${found}`,
  };
}

function brief(x: number): string {
  return String(Number(x.toPrecision(4)));
}
