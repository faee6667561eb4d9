import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { checkOptions } from "../options.ts";
import { checkShape, resolveDim, type Shape, sameShape, show, sizeOf, stridesOf } from "../shape.ts";
import { copyView, placeView } from "./view.ts";

/** The same numbers in row-major order under another shape; one size may be −1 and follows from the others. */
export const reshape: Op<[x: Tensor, shape: Shape]> = defineOp({
  name: "reshape",
  names: ["x"],
  plan: (x: Tensor, shape: Shape) => ({ inputs: [x], shape: inferShape(x.shape, shape) }),
  forward: (_, [x]) => x,
  vjp: [(g, _, { shapes: [from] }) => reshape(g, from)],
});

function inferShape(from: Shape, to: Shape): number[] {
  const open = to.indexOf(-1);
  if (open !== to.lastIndexOf(-1)) throw new RangeError(`reshape: only one size of ${show(to)} may be -1`);
  const known = sizeOf(to.filter((n) => n !== -1));
  const shape = to.map((n, d) => (d === open ? sizeOf(from) / known : n));
  if (open >= 0 && !Number.isInteger(shape[open])) {
    throw new RangeError(`reshape: ${sizeOf(from)} elements of shape ${show(from)} do not divide into ${show(to)}`);
  }
  checkShape(shape, "reshape");
  if (sizeOf(shape) !== sizeOf(from)) {
    const [had, has] = [sizeOf(from), sizeOf(shape)];
    throw new RangeError(`reshape: shape ${show(from)} has ${had} elements, ${show(shape)} has ${has}`);
  }
  return shape;
}

/** Joins all dimensions from `startDim` on into one: [n, c, h, w] -> [n, c*h*w] from 1. */
export function flatten(x: Tensor, startDim: number = 0): Tensor {
  if (x.shape.length === 0) return reshape(x, [1]);
  const start = resolveDim(startDim, x.shape.length, "flatten");
  return reshape(x, [...x.shape.slice(0, start), sizeOf(x.shape.slice(start))]);
}

/** Drops every dimension of size 1, or dimension `dim`, which must have size 1. */
export function squeeze(x: Tensor, dim?: number): Tensor {
  if (dim === undefined)
    return reshape(
      x,
      x.shape.filter((n) => n !== 1),
    );
  const at = resolveDim(dim, x.shape.length, "squeeze");
  if (x.shape[at] !== 1)
    throw new RangeError(`squeeze: dimension ${at} of shape ${show(x.shape)} has size ${x.shape[at]}, not 1`);
  return reshape(
    x,
    x.shape.filter((_, d) => d !== at),
  );
}

/** A new dimension of size 1 before dimension `dim`; −1 puts it last. */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  const at = resolveDim(dim, x.shape.length + 1, "unsqueeze");
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** Dimensions in another order: `dims` names each once; result dimension i is x's dimension dims[i]. */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  const order = dims.map((d) => resolveDim(d, x.shape.length, "permute"));
  if (order.length !== x.shape.length || new Set(order).size !== order.length) {
    throw new RangeError(`permute: [${dims}] must name each dimension of shape ${show(x.shape)} once`);
  }
  const strides = stridesOf(x.shape);
  return copyView(x, { shape: order.map((d) => x.shape[d]), strides: order.map((d) => strides[d]), offset: 0 });
}

/** Dimensions d0 and d1 exchanged; for a matrix the last two. */
export function transpose(x: Tensor, d0: number = -2, d1: number = -1): Tensor {
  const [a, b] = [d0, d1].map((d) => resolveDim(d, x.shape.length, "transpose"));
  return permute(
    x,
    [...x.shape.keys()].map((d) => (d === a ? b : d === b ? a : d)),
  );
}

/** Where to cut: `end` is exclusive, negative places count from the end, places past the end are cut off. */
export interface SliceOptions {
  dim?: number;
  start?: number;
  end?: number;
  step?: number;
}

/** x[..., start:end:step, ...] along `dim` (0 unless given). Throws unless step is a whole number >= 1. */
export function slice(x: Tensor, options: SliceOptions): Tensor {
  const { dim = 0, start = 0, end, step = 1 } = checkOptions("slice", options, ["dim", "start", "end", "step"]);
  const d = resolveDim(dim, x.shape.length, "slice");
  if (![start, end ?? 0, step].every(Number.isInteger) || step < 1) {
    throw new RangeError(`slice: needs whole start, end and step >= 1, got ${start}, ${end}, ${step}`);
  }
  const n = x.shape[d];
  const from = Math.min(n, Math.max(0, start < 0 ? start + n : start));
  const to = Math.min(n, Math.max(from, (end ?? n) < 0 ? (end ?? n) + n : (end ?? n)));
  const strides = stridesOf(x.shape);
  return copyView(x, {
    shape: x.shape.map((size, i) => (i === d ? Math.ceil((to - from) / step) : size)),
    strides: strides.map((s, i) => (i === d ? s * step : s)),
    offset: from * strides[d],
  });
}

/** x cut along `dim` into n parts of ⌈size / n⌉, the last one shorter; fewer than n where nothing is left, as in PyTorch. */
export function chunk(x: Tensor, n: number, options: { dim?: number } = {}): Tensor[] {
  const { dim = 0 } = checkOptions("chunk", options, ["dim"]);
  if (!Number.isInteger(n) || n < 1)
    throw new RangeError(`chunk: the number of parts must be a whole number >= 1, got ${n}`);
  const size = x.shape[resolveDim(dim, x.shape.length, "chunk")];
  const width = Math.max(1, Math.ceil(size / n));
  const starts = Array.from({ length: Math.max(1, Math.ceil(size / width)) }, (_, i) => i * width);
  return starts.map((start) => slice(x, { dim, start, end: start + width }));
}

/** Tensors joined along `dim` (0 unless given); all other sizes must agree. */
export const concat: Op<[xs: readonly Tensor[], options?: { dim?: number }]> = defineOp({
  name: "concat",
  names: [],
  plan(xs: readonly Tensor[], options: { dim?: number } = {}) {
    const { dim = 0 } = checkOptions("concat", options, ["dim"]);
    if (xs.length === 0) throw new RangeError("concat: needs at least one tensor");
    const first = xs[0].shape;
    const d = resolveDim(dim, first.length, "concat");
    for (const { shape } of xs) {
      if (!sameShape(shape.with(d, 0), first.with(d, 0))) {
        throw new RangeError(`concat: shapes ${show(first)} and ${show(shape)} differ outside dimension ${d}`);
      }
    }
    const widths = xs.map((x) => x.shape[d]);
    return {
      inputs: [...xs],
      shape: first.with(
        d,
        widths.reduce((sum, w) => sum + w, 0),
      ),
      dim: d,
      widths,
    };
  },
  forward: ({ kernels }, xs, { dim, widths, shape }) =>
    kernels.concat(xs, sizeOf(shape.slice(0, dim)), widths, sizeOf(shape.slice(dim + 1))),
  vjp:
    (index) =>
    (g, _, { dim, widths }) => {
      const start = widths.slice(0, index).reduce((sum, w) => sum + w, 0);
      return slice(g, { dim, start, end: start + widths[index] });
    },
});

/** Tensors of one shape along a new dimension `dim` (0 unless given). */
export function stack(xs: readonly Tensor[], options: { dim?: number } = {}): Tensor {
  const { dim = 0 } = checkOptions("stack", options, ["dim"]);
  for (const { shape } of xs) {
    if (!sameShape(shape, xs[0].shape))
      throw new RangeError(`stack: shapes ${show(xs[0].shape)} and ${show(shape)} differ`);
  }
  return concat(
    xs.map((x) => unsqueeze(x, dim)),
    { dim },
  );
}

/** x with `value` around it: one [before, after] for each dimension. */
export function pad(x: Tensor, widths: readonly (readonly [number, number])[], value: number = 0): Tensor {
  if (widths.length !== x.shape.length || widths.flat().some((w) => !Number.isInteger(w) || w < 0)) {
    const needed = `${x.shape.length} pairs [before, after] of whole numbers >= 0`;
    throw new RangeError(`pad: shape ${show(x.shape)} needs ${needed}, got ${JSON.stringify(widths)}`);
  }
  const shape = x.shape.map((n, d) => n + widths[d][0] + widths[d][1]);
  const strides = stridesOf(shape);
  const offset = strides.reduce((sum, s, d) => sum + s * widths[d][0], 0);
  return placeView(x, { shape: x.shape, strides, offset }, shape, value);
}
