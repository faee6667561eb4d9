import { reference } from "../devices/reference/reference.ts";
import { checkOptions } from "../options.ts";
import { Random } from "../random.ts";
import { placeOf } from "../shape.ts";
import { gradientsOf } from "./backward.ts";
import { type Tensor, upload } from "./tensor.ts";

/** How strictly to check, along which directions, and which derivative. */
export interface CheckOptions {
  /** Largest error allowed, as a fraction of the size of the terms: 1e-6. */
  tolerance?: number;
  /** Seed of the random directions: 0. */
  seed?: number;
  /** 1 checks the gradient, 2 the gradient of the gradient. */
  order?: 1 | 2;
}

/** What `checkGradients` found. */
export interface GradientReport {
  /**
   * Whether the gradient was proven right, or is 0 (`scale` 0: there was nothing to check). False without a `worst`:
   * rounding inside f drowned it, and nothing was proven.
   */
  readonly ok: boolean;
  /** |analytic - numeric| of the projected derivative, as a fraction of the size of its terms. */
  readonly maxError: number;
  /** The largest error that would have passed, in the same units: the tolerance and what rounding inside f hides. */
  readonly resolution: number;
  /** Sum of |gradient * direction|: 0 means that there was nothing to check. */
  readonly scale: number;
  /** When it is wrong: the single entry that is furthest off. */
  readonly worst?: WorstEntry;
}

/** One entry of one input, with the gradient that backward gave and the one that differences see. */
export interface WorstEntry {
  readonly input: number;
  readonly index: readonly number[];
  readonly analytic: number;
  readonly numeric: number;
}

/** What can be checked: tensors in, one or several tensors out, the same for the same inputs. */
export type Checkable = (...xs: Tensor[]) => Tensor | readonly Tensor[];

/**
 * Compares the gradient that `backward` gives with finite differences, in float64 on the reference device.
 *
 * With random cotangents v and a random direction u it tests <J^T v, u> = <v, f(x + hu) - f(x - hu)> / 2h, step
 * h = cbrt(eps) * max(1, |x|) entry by entry; if that fails, each entry on its own, to name the worst. Inputs are
 * copied to float64 first. Where steps of other lengths disagree, by rounding inside f or by its curvature, that much is
 * forgiven; if it is more than 1e-4 of the gradient, nothing is proven and `ok` is false. Points where f has a kink
 * (relu at 0) fail rightly: move them.
 * Throws if `f` is not deterministic or does not depend on its inputs. See docs/gradient-checking.md.
 */
export async function checkGradients(
  f: Checkable,
  inputs: readonly Tensor[],
  options: CheckOptions = {},
): Promise<GradientReport> {
  checkOptions("checkGradients", options, ["tolerance", "seed", "order"]);
  if (typeof f !== "function") throw new TypeError(`checkGradients: f must be a function of tensors, got ${typeof f}`);
  const device = reference("float64");
  return compare(f, await Promise.all(inputs.map(async (x) => upload(await x.data(), x.shape, device))), options);
}

const step = Math.cbrt(Number.EPSILON);

/** Everything here is one vector: x of all inputs' entries, y of all outputs'. */
function compare(f: Checkable, xs: readonly Tensor[], options: CheckOptions): GradientReport {
  const { tolerance = 1e-6, seed = 0, order = 1 } = options;
  if (order !== 1 && order !== 2) throw new RangeError(`checkGradients: order must be 1 or 2, got ${String(order)}`);
  const random = new Random(seed);
  if (order === 2) {
    const ys = evaluate(f, xs);
    const cotangents = split(normal(join(ys).length, random), ys);
    return compare(gradientFunction(f, xs.length), [...xs, ...cotangents], { tolerance, seed: seed + 1 });
  }
  const value = (at: Float64Array): Float64Array => join(evaluate(f, split(at, xs)));
  const x = join(xs);
  const y = value(x);
  if (value(x).some((again, k) => !Object.is(again, y[k]))) {
    throw new Error("checkGradients: f gave two results for the same inputs; seed its randomness anew inside f");
  }
  const v = normal(y.length, random);
  const u = normal(x.length, random).map((a, j) => a * Math.max(1, Math.abs(x[j])));
  /** <v, f(x + d) - f(x - d)> / 2 */
  const difference: Difference = (d) => {
    const [plus, minus] = [1, -1].map((sign) => value(x.map((a, j) => a + sign * d[j])));
    const change = plus.map((p, k) => p - minus[k]);
    return dot(v, change) / 2;
  };

  const analytic = pullBack(f, xs, v);
  /** The derivative along u from a step of h. */
  const along = (h: number): number => difference(u.map((a) => a * h)) / h;
  const error = Math.abs(dot(analytic, u) - along(step));
  const scale = dot(analytic.map(Math.abs), u.map(Math.abs));
  const noise = (8 * Number.EPSILON * dot(y.map(Math.abs), v.map(Math.abs))) / step;
  const expected = tolerance * scale + noise;
  // Before f is blamed: where rounding inside it, or its curvature, makes other steps disagree, differences cannot judge.
  const others = error <= expected ? [0] : [0.5, 0.7, 1, 1.4, 2, 2.8, 4].map((k) => along(k * step));
  const allowed = expected + 2 * (Math.max(...others) - Math.min(...others));
  const ratio = (part: number): number => (part === 0 ? 0 : part / scale);
  const report = { maxError: ratio(error), resolution: ratio(allowed), scale };
  if (!(error <= allowed) || !Number.isFinite(scale)) {
    return { ok: false, ...report, worst: worstEntry(xs, x, analytic, difference) };
  }
  return { ok: scale === 0 || allowed <= (tolerance + 1e-4) * scale, ...report };
}

/** f's gradient as a function of its inputs and cotangents: what is checked at second order. */
function gradientFunction(f: Checkable, arity: number): Checkable {
  return (...all) => {
    const xs = all.slice(0, arity).map((x) => (x.requiresGrad ? x : x.withGrad()));
    return evaluate(f, xs).flatMap((y, k) => pulled(y, all[arity + k], true, xs).flatMap((g) => g ?? []));
  };
}

/** J^T v: the gradients of <v, y>. */
function pullBack(f: Checkable, xs: readonly Tensor[], v: Float64Array): Float64Array {
  const leaves = xs.map((x) => x.withGrad());
  const ys = evaluate(f, leaves);
  if (ys.every((y) => y.node === undefined))
    throw new TypeError("checkGradients: the result does not depend on the inputs");
  const sum = new Float64Array(join(xs).length);
  split(v, ys).forEach((cotangent, k) => {
    const grads = pulled(ys[k], cotangent, false, leaves).map(
      (g, i) => g ?? split(new Float64Array(sum.length), xs)[i],
    );
    join(grads).forEach((g, j) => {
      sum[j] += g;
    });
  });
  return sum;
}

/** The gradient of <cotangent, y> at each leaf, undefined where y does not reach it. */
function pulled(y: Tensor, cotangent: Tensor, createGraph: boolean, leaves: readonly Tensor[]): (Tensor | undefined)[] {
  const nodes = leaves.map((x) => x.node);
  const found = y.node && gradientsOf(y, { gradient: cotangent, createGraph }, (node) => nodes.includes(node));
  return nodes.map((node) => node && found?.get(node));
}

type Difference = (d: Float64Array) => number;

/** The single entry of x whose gradient g is furthest from its own finite difference; a NaN is furthest of all. */
function worstEntry(xs: readonly Tensor[], x: Float64Array, g: Float64Array, difference: Difference): WorstEntry {
  const numeric = x.map((a, j) => {
    const h = step * Math.max(1, Math.abs(a));
    return difference(new Float64Array(x.length).fill(h, j, j + 1)) / h;
  });
  const errors = g.map((analytic, j) => Math.abs(analytic - numeric[j]));
  const nan = errors.findIndex(Number.isNaN);
  const worst = nan >= 0 ? nan : errors.reduce((best, e, j) => (e > errors[best] ? j : best), 0);
  let [input, within] = [0, worst];
  while (within >= xs[input].size) within -= xs[input++].size;
  const { shape } = xs[input];
  return { input, index: placeOf(within, shape), analytic: g[worst], numeric: numeric[worst] };
}

function evaluate(f: Checkable, xs: readonly Tensor[]): Tensor[] {
  return [f(...xs)].flat();
}

/** All entries of the tensors in one vector. */
function join(tensors: readonly Tensor[]): Float64Array {
  return Float64Array.from(tensors.flatMap((t) => [...t.dataSync()]));
}

/** A vector cut into tensors shaped like those given. */
function split(values: Float64Array, like: readonly Tensor[]): Tensor[] {
  let end = 0;
  return like.map(({ size, shape, device }) => {
    end += size;
    return upload(values.subarray(end - size, end), shape, device);
  });
}

function normal(n: number, random: Random): Float64Array {
  const values = new Float64Array(n);
  random.fillNormal(values);
  return values;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, j) => sum + x * b[j], 0);
}
