import { reference } from "../devices/reference/reference.ts";
import { checkOptions } from "../options.ts";
import { Random } from "../random.ts";
import { type Shape, sizeOf, stridesOf } from "../shape.ts";
import { gradientsOf } from "./backward.ts";
import { type Tensor, upload } from "./tensor.ts";

export interface CheckOptions {
  /** Largest error allowed, as a fraction of the size of the terms: 1e-6. */
  tolerance?: number;
  /** Seed of the random directions: 0. */
  seed?: number;
  /** 1 checks the gradient, 2 the gradient of the gradient. */
  order?: 1 | 2;
}

export interface GradientReport {
  readonly ok: boolean;
  /** |analytic - numeric| of the projected derivative, as a fraction of the size of its terms. */
  readonly maxError: number;
  /** The smallest error the check could have told from rounding, in the same units. Above 1e-4 it proves little. */
  readonly resolution: number;
  /** Sum of |gradient * direction|: 0 means that there was nothing to check. */
  readonly scale: number;
  /** When not ok: the single entry that is furthest off. */
  readonly worst?: {
    readonly input: number;
    readonly index: readonly number[];
    readonly analytic: number;
    readonly numeric: number;
  };
}

/** What can be checked: tensors in, one or several tensors out, the same for the same inputs. */
export type Checkable = (...xs: Tensor[]) => Tensor | readonly Tensor[];

/**
 * Compares the gradient that `backward` gives with finite differences, in float64 on the reference device.
 *
 * With random cotangents v and a random direction u it tests <J^T v, u> = <v, f(x + hu) - f(x - hu)> / 2h, step
 * h = cbrt(eps) * max(1, |x|) entry by entry; if that fails, each entry on its own, to name the worst. Inputs are
 * copied to float64 first. Where steps of other lengths disagree, by rounding inside f or by its curvature, that much is
 * forgiven too, and `resolution` says so. Points where f has a kink (relu at 0) fail rightly: move them.
 * Throws if `f` is not deterministic or does not depend on its inputs. See docs/gradient-checking.md.
 */
export async function checkGradients(
  f: Checkable,
  inputs: readonly Tensor[],
  options: CheckOptions = {},
): Promise<GradientReport> {
  checkOptions("checkGradients", options, ["tolerance", "seed", "order"]);
  const device = reference("float64");
  const points = await Promise.all(
    inputs.map(async (x) => ({ values: Float64Array.from(await x.data()), shape: x.shape })),
  );
  return compare(
    f,
    points.map(({ values, shape }) => upload(values, shape, device)),
    options,
  );
}

const step = Math.cbrt(Number.EPSILON);

function compare(
  f: Checkable,
  xs: readonly Tensor[],
  { tolerance = 1e-6, seed = 0, order = 1 }: CheckOptions,
): GradientReport {
  const random = new Random(seed);
  if (order === 2) {
    const cotangents = evaluate(f, xs).map((y) => randomLike(y, random));
    return compare(gradientFunction(f, xs.length), [...xs, ...cotangents], { tolerance, seed: seed + 1 });
  }
  const leaves = xs.map((x) => x.detach().withGrad());
  const ys = evaluate(f, leaves);
  checkRepeats(ys, evaluate(f, xs));
  const v = ys.map((y) => randomLike(y, random));
  const analytic = pullBack(ys, v, leaves);
  const points = xs.map((x) => x.dataSync());
  const value = (at: readonly ArrayLike<number>[]): Float64Array[] =>
    evaluate(
      f,
      xs.map((x, i) => upload(at[i], x.shape, x.device)),
    ).map((y) => Float64Array.from(y.dataSync()));
  const weights = v.map((t) => t.dataSync());
  /** <v, f(x + d) - f(x - d)> / 2 */
  const difference = (d: readonly ArrayLike<number>[]): number => {
    const plus = value(points.map((x, i) => x.map((a, j) => a + d[i][j])));
    const minus = value(points.map((x, i) => x.map((a, j) => a - d[i][j])));
    return total(plus, (y, k, j) => (weights[k][j] * (y - minus[k][j])) / 2);
  };

  const u = xs.map((x) =>
    randomLike(x, random)
      .dataSync()
      .map((a, j) => a * Math.max(1, Math.abs(x.dataSync()[j]))),
  );
  /** The derivative along u from a step of h. */
  const along = (h: number): number => difference(u.map((d) => d.map((a) => a * h))) / h;
  const projected = total(analytic, (g, i, j) => g * u[i][j]);
  const numeric = along(step);
  const scale = total(analytic, (g, i, j) => Math.abs(g * u[i][j]));
  const noise =
    (8 *
      Number.EPSILON *
      total(
        ys.map((y) => y.dataSync()),
        (y, k, j) => Math.abs(y * weights[k][j]),
      )) /
    step;
  const error = Math.abs(projected - numeric);
  const expected = tolerance * scale + noise;
  // Before f is blamed: where rounding inside it, or its curvature, makes other steps disagree, differences cannot judge.
  const allowed =
    error <= expected ? expected : expected + 2 * spread([0.5, 0.7, 1, 1.4, 2, 2.8, 4].map((k) => along(k * step)));
  const report = { ok: error <= allowed, maxError: ratio(error, scale), resolution: ratio(allowed, scale), scale };
  return report.ok ? report : { ...report, worst: worstEntry(xs, points, analytic, difference) };
}

/** From the smallest to the largest. */
function spread(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}

/** f's gradient as a function of its inputs and cotangents: what is checked at second order. */
function gradientFunction(f: Checkable, arity: number): Checkable {
  return (...all) => {
    const xs = all.slice(0, arity).map((x) => (x.requiresGrad ? x : x.withGrad()));
    const nodes = xs.map((x) => x.node);
    return evaluate(f, xs).flatMap((y, k) => [
      ...(y.node ? gradientsOf(y, all[arity + k], true, (node) => nodes.includes(node)).values() : []),
    ]);
  };
}

function evaluate(f: Checkable, xs: readonly Tensor[]): Tensor[] {
  const result = f(...xs);
  return Array.isArray(result) ? [...result] : [result as Tensor];
}

/** J^T v: the gradients of sum_k <v_k, y_k>. */
function pullBack(ys: readonly Tensor[], v: readonly Tensor[], leaves: readonly Tensor[]): Float64Array[] {
  const sums = leaves.map((x) => new Float64Array(x.size));
  const reached = ys.map((y, k) => y.node && gradientsOf(y, v[k], false, (node) => node.vjp === undefined));
  if (reached.every((found) => found === undefined)) {
    throw new TypeError("checkGradients: the result does not depend on the inputs");
  }
  for (const found of reached) {
    leaves.forEach((x, i) => {
      const g = x.node && found?.get(x.node);
      g?.dataSync().forEach((a, j) => {
        sums[i][j] += a;
      });
    });
  }
  return sums;
}

function worstEntry(
  xs: readonly Tensor[],
  points: readonly ArrayLike<number>[],
  analytic: readonly Float64Array[],
  difference: (d: readonly ArrayLike<number>[]) => number,
): GradientReport["worst"] {
  let worst: GradientReport["worst"] & { error: number } = { input: 0, index: [], analytic: 0, numeric: 0, error: -1 };
  analytic.forEach((g, input) => {
    for (let j = 0; j < g.length; j++) {
      const h = step * Math.max(1, Math.abs(points[input][j]));
      const d = analytic.map((other) => new Float64Array(other.length));
      d[input][j] = h;
      const numeric = difference(d) / h;
      const error = Math.abs(g[j] - numeric);
      if (!(error <= worst.error))
        worst = { input, index: indexOf(j, xs[input].shape), analytic: g[j], numeric, error };
    }
  });
  const { error: _, ...entry } = worst;
  return entry;
}

/** The place of the j-th entry along each dimension. */
function indexOf(j: number, shape: Shape): number[] {
  return stridesOf(shape).map((stride, d) => Math.floor(j / stride) % shape[d]);
}

function checkRepeats(first: readonly Tensor[], second: readonly Tensor[]): void {
  const changed = first.some((y, k) => y.dataSync().some((a, j) => !Object.is(a, second[k].dataSync()[j])));
  if (changed) {
    throw new Error("checkGradients: f gave two results for the same inputs; seed its randomness anew inside f");
  }
}

function randomLike(x: Tensor, random: Random): Tensor {
  const values = new Float64Array(sizeOf(x.shape));
  random.fillNormal(values);
  return upload(values, x.shape, x.device);
}

function total(
  arrays: readonly ArrayLike<number>[],
  term: (value: number, array: number, entry: number) => number,
): number {
  return arrays.reduce((sum, a, i) => sum + Array.from(a).reduce((s, value, j) => s + term(value, i, j), 0), 0);
}

function ratio(error: number, scale: number): number {
  return error === 0 ? 0 : error / scale;
}
