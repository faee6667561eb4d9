import { defineOp, type Op } from "../autograd/op.ts";
import { type Tensor, upload } from "../autograd/tensor.ts";
import { checkOptions } from "../options.ts";
import { resolveDim, resolveDims, type Shape, show, sizeOf } from "../shape.ts";
import { expand, reduceDims } from "./broadcast.ts";
import { reshape } from "./layout.ts";
import { abs, add, div, equal, exp, keepWhere, log, mul, pow, sqrt, square, sub, where } from "./pointwise.ts";

/** Which dimensions to reduce, all unless given, and whether they stay with size 1. */
export interface ReduceOptions {
  dim?: number | readonly number[];
  keepdim?: boolean;
}

/** A reduction's dimensions; `kept` is the shape with each of them 1, `shape` the result's. */
function reduction(what: string, from: Shape, { dim, keepdim = false }: ReduceOptions) {
  const dims = resolveDims(dim, from.length, what);
  const kept = from.map((n, d) => (dims.includes(d) ? 1 : n));
  return { dims, kept, shape: keepdim ? kept : from.filter((_, d) => !dims.includes(d)) };
}

const known = ["dim", "keepdim"] as const;

/** Σ x over the given dimensions; 0 over nothing. Derivation: docs/derivations.md#reductions. */
export const sum: Op<[x: Tensor, options?: ReduceOptions]> = defineOp({
  name: "sum",
  names: ["x"],
  plan: (x: Tensor, options: ReduceOptions = {}) => ({
    inputs: [x],
    ...reduction("sum", x.shape, checkOptions("sum", options, known)),
  }),
  forward: ({ kernels }, [x], { dims, shapes: [from] }) => reduceDims(kernels, "sum", x, from, dims),
  vjp: [(g, _, { kept, shapes: [from] }) => expand(reshape(g, kept), from)],
});

/** The arithmetic mean over the given dimensions; NaN over nothing. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { dims } = reduction("mean", x.shape, checkOptions("mean", options, known));
  return div(sum(x, options), sizeOf(dims.map((d) => x.shape[d])));
}

/** What to reduce, and what to divide by. */
export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the count: 1 gives the unbiased estimate, 0 the mean squared deviation. */
  correction?: number;
}

/** Σ (x − mean)² / (n − correction) over the given dimensions. Derivation: docs/derivations.md#reductions. */
export function variance(x: Tensor, options: VarianceOptions = {}): Tensor {
  const { dim, keepdim, correction = 1 } = checkOptions("variance", options, [...known, "correction"]);
  const { dims } = reduction("variance", x.shape, options);
  const deviation = sub(x, mean(x, { dim, keepdim: true }));
  return div(sum(square(deviation), { dim, keepdim }), sizeOf(dims.map((d) => x.shape[d])) - correction);
}

/** `max` and `min`: a function that chooses between two ops. */
export interface Extreme {
  (x: Tensor, options?: ReduceOptions): Tensor;
  readonly parts: readonly [
    first: Op<[x: Tensor, options: ReduceOptions]>,
    shared: Op<[x: Tensor, options: ReduceOptions]>,
  ];
}

function extreme(kind: "max" | "min"): Extreme {
  const plan = (x: Tensor, options: ReduceOptions) => ({ inputs: [x], ...reduction(kind, x.shape, options) });
  const first: Extreme["parts"][0] = defineOp({
    name: kind,
    names: ["x"],
    plan,
    forward: ({ kernels }, [x], { dims, kept, shapes: [from] }) => ({
      y: reduceDims(kernels, kind, x, from, dims),
      extras: { index: [reduceDims(kernels, kind === "max" ? "argMax" : "argMin", x, from, dims), kept] },
    }),
    vjp: [
      (g, { index }, { dims: [dim], kept, shapes: [from] }) => {
        const places = Float64Array.from({ length: from[dim] }, (_, i) => i);
        const along = upload(
          places,
          from.map((n, d) => (d === dim ? n : 1)),
          g.device,
        );
        return keepWhere(equal(index, along), reshape(g, kept));
      },
    ],
    saves: [["index"]],
  });
  const shared: Extreme["parts"][1] = defineOp({
    name: kind,
    names: ["x"],
    plan,
    forward: ({ kernels }, [x], { dims, shapes: [from] }) => reduceDims(kernels, kind, x, from, dims),
    vjp: [
      (g, { x, y }, { dims, kept }) => {
        const ties = equal(x, reshape(y.detach(), kept));
        return mul(reshape(g, kept), div(ties, sum(ties, { dim: dims, keepdim: true })));
      },
    ],
    saves: [["x", "y"]],
  });
  const choose = (x: Tensor, options: ReduceOptions = {}): Tensor => {
    const { dims } = reduction(kind, x.shape, checkOptions(kind, options, known));
    if (dims.some((d) => x.shape[d] === 0)) {
      throw new RangeError(`${kind}: shape ${show(x.shape)} has nothing to choose from along ${show(dims)}`);
    }
    return typeof options.dim === "number" ? first(x, options) : shared(x, options);
  };
  return Object.assign(choose, { parts: [first, shared] as const });
}

/**
 * The largest value; NaN if there is one. Along one dimension (a number) the gradient goes to the first of equal values;
 * over all or a list of dimensions it is shared evenly among them, as in PyTorch's amax. Throws over nothing.
 * Derivation: docs/derivations.md#max-and-min.
 */
export const max: Extreme = extreme("max");

/** The smallest value, in all else like `max`. */
export const min: Extreme = extreme("min");

/** The place of the first largest value along `dim`, row by row, as plain integers. Reads at once: throws on an asynchronous device. */
export function argmax(x: Tensor, options: { dim?: number } = {}): Int32Array {
  const { dim = -1 } = checkOptions("argmax", options, ["dim"]);
  const d = resolveDim(dim, x.shape.length, "argmax");
  if (x.shape[d] === 0) throw new RangeError(`argmax: shape ${show(x.shape)} has nothing to choose from along ${d}`);
  const found = reduceDims(x.device.kernels, "argMax", x.storage, x.shape, [d]);
  const places = Int32Array.from(found.readSync());
  found.free();
  return places;
}

/** The constant subtracted before exp: the maximum where it is finite, so that nothing overflows, else 0. */
function shift(x: Tensor, dim: ReduceOptions["dim"]): Tensor {
  const m = max(x.detach(), { dim, keepdim: true });
  return where(equal(abs(m), Number.POSITIVE_INFINITY), 0, m);
}

/**
 * log Σ eˣ over the given dimensions, with the maximum taken out first: finite wherever the result is.
 * Derivation: docs/derivations.md#logsumexp-and-softmax.
 */
export function logSumExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { dim } = checkOptions("logSumExp", options, known);
  const { shape } = reduction("logSumExp", x.shape, options);
  const m = shift(x, dim);
  return reshape(add(log(sum(exp(sub(x, m)), { dim, keepdim: true })), m), shape);
}

/** eˣ / Σ eˣ along `dim`. Derivation: docs/derivations.md#logsumexp-and-softmax. */
export function softmax(x: Tensor, options: { dim: number }): Tensor {
  const dim = resolveDim(checkOptions("softmax", options, ["dim"]).dim, x.shape.length, "softmax");
  const e = exp(sub(x, shift(x, dim)));
  return div(e, sum(e, { dim, keepdim: true }));
}

/**
 * x − log Σ eˣ along `dim`: the logarithm of `softmax`, exact where that underflows.
 * Derivation: docs/derivations.md#logsumexp-and-softmax.
 */
export function logSoftmax(x: Tensor, options: { dim: number }): Tensor {
  const dim = resolveDim(checkOptions("logSoftmax", options, ["dim"]).dim, x.shape.length, "logSoftmax");
  return sub(x, logSumExp(x, { dim, keepdim: true }));
}

/** What to reduce, and which norm. */
export interface NormOptions extends ReduceOptions {
  /** The exponent: any number > 0, or Infinity for the largest |x|. */
  p?: number;
}

/**
 * (Σ |x|^p)^(1/p) over the given dimensions, p = 2 unless given. The gradient is 0 where the norm is 0.
 * Derivation: docs/derivations.md#norm-at-zero.
 */
export function norm(x: Tensor, options: NormOptions = {}): Tensor {
  const { p = 2, dim, keepdim } = checkOptions("norm", options, [...known, "p"]);
  if (!(p > 0)) throw new RangeError(`norm: p must be > 0, got ${p}`);
  if (p === 1) return sum(abs(x), { dim, keepdim });
  if (p === Number.POSITIVE_INFINITY) {
    return max(abs(x), { dim: resolveDims(dim, x.shape.length, "norm"), keepdim });
  }
  const total = sum(p === 2 ? square(x) : powers(abs(x), p), { dim, keepdim });
  // Both choices are needed: the inner one keeps the root's infinite slope at 0 away from the product with 0.
  const zero = equal(total, 0);
  const safe = where(zero, 1, total);
  return where(zero, 0, p === 2 ? sqrt(safe) : pow(safe, 1 / p));
}

/** a^p with gradient 0 at a = 0, also for p < 1. */
function powers(a: Tensor, p: number): Tensor {
  const zero = equal(a, 0);
  return where(zero, 0, pow(where(zero, 1, a), p));
}
