// Without a mention of the module the compiler does not look for it, and finds nothing to augment below.
import type {} from "vitest";
import { type Checkable, type CheckOptions, checkGradients } from "../autograd/check.ts";
import { type NestedArray, tensor } from "../autograd/create.ts";
import { Tensor } from "../autograd/tensor.ts";
import { reference } from "../devices/reference/reference.ts";
import type { PointsInput } from "../metrics/index.ts";
import { checkOptions } from "../options.ts";
import { placeOf, type Shape, sameShape, show } from "../shape.ts";
import type { MatcherResult } from "./matcher-result.ts";
import { type AlignedBounds, toBeAligned, toBeUniform, type UniformBounds } from "./metric-matchers.ts";

/** How near `toBeAllClose` asks for: |a − b| <= atol + rtol·|b| entry by entry, where b is what was expected. */
export interface Closeness {
  /** 1e-5 unless given. */
  rtol?: number;
  /** 1e-8 unless given. */
  atol?: number;
}

/** What `toBeAllClose` compares. A typed array has no shape of its own: it fits every shape of its size. */
export type Comparable = Tensor | (ArrayBufferView & ArrayLike<number>) | NestedArray;

/**
 * Matchers for `expect.extend(matchers)`, in a test or once in a set-up file. Nothing is registered by importing them, so
 * they never meet an `expect` that is not yours.
 */
export const matchers: {
  toHaveCorrectGradients(f: unknown, inputs: readonly Tensor[], options?: CheckOptions): Promise<MatcherResult>;
  toBeAllClose(received: unknown, expected: Comparable, options?: Closeness): MatcherResult;
  toBeUniform(received: unknown, bounds: UniformBounds): Promise<MatcherResult>;
  toBeAligned(received: unknown, partners: PointsInput, bounds: AlignedBounds): Promise<MatcherResult>;
} = { toHaveCorrectGradients, toBeAllClose, toBeUniform, toBeAligned };

declare module "vitest" {
  interface Matchers<T> {
    /**
     * `await expect(f).toHaveCorrectGradients([x, y])`: `checkGradients` finds that backward and finite differences agree
     * at these inputs. Throws, also under `.not`, where the gradient is 0 or drowns in rounding: nothing was proven there.
     */
    toHaveCorrectGradients(inputs: readonly Tensor[], options?: CheckOptions): Promise<void>;
    /**
     * Tensors, typed arrays, nested arrays or numbers of one shape, with |a − b| <= atol + rtol·|b| for every entry.
     * NaN is close to NaN alone, an infinity to itself alone. A tensor whose device reads asynchronously is passed as
     * `await x.data()`.
     */
    toBeAllClose(expected: Comparable, options?: Closeness): void;
  }
}

async function toHaveCorrectGradients(
  f: unknown,
  inputs: readonly Tensor[],
  options: CheckOptions = {},
): Promise<MatcherResult> {
  if (typeof f !== "function") {
    throw new TypeError(`toHaveCorrectGradients: expect() must hold a function of tensors, got ${typeof f}`);
  }
  const report = await checkGradients(f as Checkable, inputs, options);
  const { tolerance = 1e-6, seed = 0, order = 1 } = options;
  const how = `order ${order}, tolerance ${tolerance}, seed ${seed}`;
  if (report.ok ? report.scale === 0 : report.worst === undefined) {
    const found = report.ok ? "is 0" : "drowns in rounding";
    throw new Error(
      `toHaveCorrectGradients: the gradient ${found} at these inputs (${how}): nothing was proven; choose inputs where it matters`,
    );
  }
  const { worst } = report;
  return {
    pass: report.ok,
    message: () =>
      worst === undefined
        ? `expected wrong gradients, but backward and finite differences agree to ${brief(report.maxError)} (${how})`
        : `expected correct gradients, but for input ${worst.input} at index ${show(worst.index)} backward gives ` +
          `${brief(worst.analytic)} and finite differences ${brief(worst.numeric)} (error ${brief(report.maxError)}, ${how})`,
  };
}

function toBeAllClose(received: unknown, expected: Comparable, options: Closeness = {}): MatcherResult {
  const { rtol = 1e-5, atol = 1e-8 } = checkOptions("toBeAllClose", options, ["rtol", "atol"]);
  const [a, b] = [numbersOf(received), numbersOf(expected)];
  if (a.values.length !== b.values.length || (a.shape && b.shape && !sameShape(a.shape, b.shape))) {
    const [got, wanted] = [a, b].map(({ shape, values }) => (shape ? show(shape) : `${values.length} numbers`));
    return { pass: false, message: () => `expected shape ${wanted}, got ${got}` };
  }
  const shape = a.shape ?? b.shape ?? [a.values.length];
  let count = 0;
  let first = 0;
  let worst = { at: 0, excess: 0 };
  for (let i = 0; i < a.values.length; i++) {
    const excess = excessOf(a.values[i], b.values[i], rtol, atol);
    if (excess <= 0) continue;
    if (count++ === 0) first = i;
    if (excess > worst.excess) worst = { at: i, excess };
  }
  const entry = (i: number): string => {
    const difference = brief(Math.abs(a.values[i] - b.values[i]));
    return `${show(placeOf(i, shape))}: got ${a.values[i]}, expected ${b.values[i]}, difference ${difference}`;
  };
  const how = `rtol ${rtol}, atol ${atol}`;
  return {
    pass: count === 0,
    message: () =>
      count === 0
        ? `expected some of the ${a.values.length} entries to differ (${how})`
        : `expected all entries to be close (${how}), but ${count} of ${a.values.length} differ; first at ${entry(first)}` +
          (worst.at === first ? "" : `; worst at ${entry(worst.at)}`),
  };
}

/** By how much |a − b| is more than allowed; <= 0 is close. NaN and infinities equal themselves alone. */
function excessOf(a: number, b: number, rtol: number, atol: number): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const difference = Math.abs(a - b);
  return Number.isFinite(difference) ? difference - (atol + rtol * Math.abs(b)) : Number.POSITIVE_INFINITY;
}

function numbersOf(value: unknown): { values: ArrayLike<number>; shape?: Shape } {
  if (value instanceof Tensor) return { values: value.dataSync(), shape: value.shape };
  if (ArrayBuffer.isView(value)) return { values: value as ArrayBufferView & ArrayLike<number> };
  if (typeof value !== "number" && !Array.isArray(value)) {
    throw new TypeError(`toBeAllClose: compares tensors, typed arrays, nested arrays and numbers, got ${typeof value}`);
  }
  const made = tensor(value as NestedArray, { device: reference("float64") });
  return { values: made.dataSync(), shape: made.shape };
}

function brief(x: number): string {
  return String(Number(x.toPrecision(6)));
}
