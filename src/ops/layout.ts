import { type Composite, defineComposite, defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { View } from "../devices/device.ts";
import { checkOptions } from "../options.ts";
import { checkShape, resolveDim, type Shape, sameShape, show, sizeOf, stridesOf } from "../shape.ts";

/**
 * The elements of x that a view names, in a contiguous tensor: what slice, permute and transpose are. Adjoint: `placeView`.
 * Derivation: docs/derivations.md#views.
 */
export const copyView: Op<[x: Tensor, view: View]> = defineOp({
  name: "copyView",
  names: ["x"],
  plan: (x: Tensor, view: View) => ({ inputs: [x], shape: view.shape, view }),
  forward: ({ kernels }, [x], { view }) => kernels.copy(x, view),
  vjp: [(g, _, { view, shapes: [from] }) => placeView(g, view, from)],
  sample: viewSample((x, view) => copyView(x, view), "whole"),
});

/**
 * A tensor of `shape`, `fill` everywhere but where the view puts x: what pad is. The view names no place twice. Adjoint: `copyView`.
 * Derivation: docs/derivations.md#views.
 */
export const placeView: Op<[x: Tensor, view: View, shape: Shape, fill?: number]> = defineOp({
  name: "placeView",
  names: ["x"],
  plan: (x: Tensor, view: View, shape: Shape, fill = 0) => ({ inputs: [x], shape, view, fill }),
  forward: ({ kernels }, [x], { view, shape, fill }) => kernels.place(x, view, sizeOf(shape), fill),
  vjp: [(g, _, { view }) => copyView(g, view)],
  sample: viewSample((x, view, whole) => placeView(x, view, whole), "part"),
});

/** A random transposed rectangle inside a random whole. */
function viewSample(
  call: (x: Tensor, view: View, whole: Shape) => Tensor,
  input: "whole" | "part",
): Op<never>["definition"]["sample"] {
  return (choose) => {
    const whole = choose.shape([2, 3]);
    const strides = stridesOf(whole).reverse();
    const view = { shape: [...whole].reverse().map((n) => choose.int(Math.min(1, n), n)), strides, offset: 0 };
    return { inputs: [input === "whole" ? whole : view.shape], call: (x) => call(x, view, whole) };
  };
}

/** The same numbers in row-major order under another shape; one size may be −1 and follows from the others. */
export const reshape: Op<[x: Tensor, shape: Shape]> = defineOp({
  name: "reshape",
  names: ["x"],
  plan: (x: Tensor, shape: Shape) => ({ inputs: [x], shape: inferShape(x.shape, shape) }),
  forward: (_, [x]) => x,
  vjp: [(g, _, { shapes: [from] }) => reshape(g, from)],
  sample(choose) {
    const shape = choose.shape([0, 4], 1);
    const at = choose.int(0, shape.length);
    const to = [...shape.slice(0, at), sizeOf(shape.slice(at))];
    return { inputs: [shape], call: (x) => reshape(x, to) };
  },
  errors: [
    { inputs: [[2, 3]], call: (x) => reshape(x, [4]), message: /reshape: shape \[2, 3\] has 6 elements, \[4\] has 4/ },
    { inputs: [[2, 3]], call: (x) => reshape(x, [-1, -1]), message: /reshape: only one size of \[-1, -1\]/ },
    { inputs: [[2, 3]], call: (x) => reshape(x, [4, -1]), message: /reshape: .*\[2, 3\].*\[4, -1\]/ },
  ],
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
    throw new RangeError(
      `reshape: shape ${show(from)} has ${sizeOf(from)} elements, ${show(shape)} has ${sizeOf(shape)}`,
    );
  }
  return shape;
}

/** Joins all dimensions from `startDim` on into one: [n, c, h, w] -> [n, c*h*w] from 1. */
export const flatten: Composite<[x: Tensor, startDim?: number]> = defineComposite({
  name: "flatten",
  compose(x: Tensor, startDim: number = 0) {
    if (x.shape.length === 0) return reshape(x, [1]);
    const start = resolveDim(startDim, x.shape.length, "flatten");
    return reshape(x, [...x.shape.slice(0, start), sizeOf(x.shape.slice(start))]);
  },
  sample(choose) {
    const shape = choose.shape([1, 4]);
    const start = choose.int(-shape.length, shape.length - 1);
    return { inputs: [shape], call: (x) => flatten(x, start) };
  },
  errors: [{ inputs: [[2]], call: (x) => flatten(x, 1), message: /flatten: dim 1 is out of range/ }],
});

/** Drops every dimension of size 1, or dimension `dim`, which must have size 1. */
export const squeeze: Composite<[x: Tensor, dim?: number]> = defineComposite({
  name: "squeeze",
  compose(x: Tensor, dim?: number) {
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
  },
  sample(choose) {
    const [front, back] = [choose.shape([0, 2]), choose.shape([0, 1])];
    const dim = choose.pick(undefined, front.length, -1 - back.length);
    return { inputs: [[...front, 1, ...back]], call: (x) => squeeze(x, dim) };
  },
  errors: [
    { inputs: [[2, 1]], call: (x) => squeeze(x, 0), message: /squeeze: dimension 0 of shape \[2, 1\] has size 2/ },
  ],
});

/** A new dimension of size 1 before dimension `dim`; −1 puts it last. */
export const unsqueeze: Composite<[x: Tensor, dim: number]> = defineComposite({
  name: "unsqueeze",
  compose(x: Tensor, dim: number) {
    const at = resolveDim(dim, x.shape.length + 1, "unsqueeze");
    return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
  },
  sample(choose) {
    const shape = choose.shape([0, 3]);
    const dim = choose.int(-shape.length - 1, shape.length);
    return { inputs: [shape], call: (x) => unsqueeze(x, dim) };
  },
  errors: [{ inputs: [[2]], call: (x) => unsqueeze(x, 3), message: /unsqueeze: dim 3 is out of range/ }],
});

/** Dimensions in another order: `dims` names each once; result dimension i is x's dimension dims[i]. */
export const permute: Composite<[x: Tensor, dims: readonly number[]]> = defineComposite({
  name: "permute",
  compose(x: Tensor, dims: readonly number[]) {
    const order = dims.map((d) => resolveDim(d, x.shape.length, "permute"));
    if (order.length !== x.shape.length || new Set(order).size !== order.length) {
      throw new RangeError(`permute: [${dims}] must name each dimension of shape ${show(x.shape)} once`);
    }
    const strides = stridesOf(x.shape);
    return copyView(x, { shape: order.map((d) => x.shape[d]), strides: order.map((d) => strides[d]), offset: 0 });
  },
  sample(choose) {
    const shape = choose.shape([0, 4]);
    const dims = [...shape.keys()].sort(() => choose.int(0, 1) - 0.5);
    return { inputs: [shape], call: (x) => permute(x, dims) };
  },
  errors: [{ inputs: [[2, 3]], call: (x) => permute(x, [0, 0]), message: /permute: \[0,0\].*\[2, 3\]/ }],
});

/** Dimensions d0 and d1 exchanged; for a matrix the last two. */
export const transpose: Composite<[x: Tensor, d0?: number, d1?: number]> = defineComposite({
  name: "transpose",
  compose(x: Tensor, d0: number = -2, d1: number = -1) {
    const [a, b] = [d0, d1].map((d) => resolveDim(d, x.shape.length, "transpose"));
    return permute(
      x,
      [...x.shape.keys()].map((d) => (d === a ? b : d === b ? a : d)),
    );
  },
  sample(choose) {
    const shape = choose.shape([2, 4]);
    const [d0, d1] = [choose.int(0, shape.length - 1), choose.int(-shape.length, -1)];
    return { inputs: [shape], call: (x) => transpose(x, d0, d1) };
  },
  errors: [{ inputs: [[3]], call: (x) => transpose(x), message: /transpose: dim -2 is out of range/ }],
});

/** Where to cut: `end` is exclusive, negative places count from the end, places past the end are cut off. */
export interface SliceOptions {
  dim?: number;
  start?: number;
  end?: number;
  step?: number;
}

/** x[..., start:end:step, ...] along `dim` (0 unless given). Throws unless step is a whole number >= 1. */
export const slice: Composite<[x: Tensor, options: SliceOptions]> = defineComposite({
  name: "slice",
  compose(x: Tensor, options: SliceOptions) {
    const { dim = 0, start = 0, end, step = 1 } = checkOptions("slice", options, ["dim", "start", "end", "step"]);
    const d = resolveDim(dim, x.shape.length, "slice");
    if (![start, end ?? 0, step].every(Number.isInteger) || step < 1) {
      throw new RangeError(
        `slice: start, end and step must be whole numbers and step >= 1, got ${start}, ${end}, ${step}`,
      );
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
  },
  sample(choose) {
    const shape = choose.shape([1, 4], 1);
    const dim = choose.int(-shape.length, shape.length - 1);
    const options = {
      dim,
      start: choose.int(-6, 4),
      end: choose.pick(undefined, choose.int(-2, 7)),
      step: choose.int(1, 3),
    };
    return { inputs: [shape], call: (x) => slice(x, options) };
  },
  errors: [
    { inputs: [[4]], call: (x) => slice(x, { step: 0 }), message: /slice: .*step >= 1, got 0, undefined, 0/ },
    { inputs: [[4]], call: (x) => slice(x, { begin: 1 } as SliceOptions), message: /slice: unknown option "begin"/ },
  ],
});

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
  sample(choose) {
    const shape = choose.shape([1, 3]);
    const dim = choose.int(0, shape.length - 1);
    const inputs = Array.from({ length: choose.int(1, 3) }, () => shape.with(dim, choose.int(0, 3)));
    return { inputs, call: (...xs) => concat(xs, { dim: dim - shape.length }) };
  },
  errors: [
    {
      inputs: [
        [2, 3],
        [2, 4],
      ],
      call: (a, b) => concat([a, b]),
      message: /concat: shapes \[2, 3\] and \[2, 4\] differ/,
    },
    { inputs: [], call: () => concat([]), message: /concat: needs at least one/ },
  ],
});

/** Tensors of one shape along a new dimension `dim` (0 unless given). */
export const stack: Composite<[xs: readonly Tensor[], options?: { dim?: number }]> = defineComposite({
  name: "stack",
  compose(xs: readonly Tensor[], options: { dim?: number } = {}) {
    const { dim = 0 } = checkOptions("stack", options, ["dim"]);
    for (const { shape } of xs) {
      if (!sameShape(shape, xs[0].shape))
        throw new RangeError(`stack: shapes ${show(xs[0].shape)} and ${show(shape)} differ`);
    }
    return concat(
      xs.map((x) => unsqueeze(x, dim)),
      { dim },
    );
  },
  sample(choose) {
    const shape = choose.shape([0, 3]);
    const dim = choose.int(-shape.length - 1, shape.length);
    return { inputs: Array.from({ length: choose.int(1, 3) }, () => shape), call: (...xs) => stack(xs, { dim }) };
  },
  errors: [{ inputs: [[2], [3]], call: (a, b) => stack([a, b]), message: /stack: shapes \[2\] and \[3\] differ/ }],
});

/** x with `value` around it: one [before, after] for each dimension. */
export const pad: Composite<[x: Tensor, widths: readonly (readonly [number, number])[], value?: number]> =
  defineComposite({
    name: "pad",
    compose(x: Tensor, widths: readonly (readonly [number, number])[], value: number = 0) {
      if (widths.length !== x.shape.length || widths.flat().some((w) => !Number.isInteger(w) || w < 0)) {
        throw new RangeError(
          `pad: shape ${show(x.shape)} needs ${x.shape.length} pairs [before, after] of whole numbers >= 0, got ${JSON.stringify(widths)}`,
        );
      }
      const shape = x.shape.map((n, d) => n + widths[d][0] + widths[d][1]);
      const strides = stridesOf(shape);
      const offset = strides.reduce((sum, s, d) => sum + s * widths[d][0], 0);
      return placeView(x, { shape: x.shape, strides, offset }, shape, value);
    },
    sample(choose) {
      const shape = choose.shape([0, 3]);
      const widths = shape.map((): [number, number] => [choose.int(0, 2), choose.int(0, 2)]);
      return { inputs: [shape], call: (x) => pad(x, widths, 0.5) };
    },
    errors: [{ inputs: [[2, 3]], call: (x) => pad(x, [[1, 1]]), message: /pad: shape \[2, 3\] needs 2 pairs/ }],
  });
