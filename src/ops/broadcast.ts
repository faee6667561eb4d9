import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Kernels, Reduction, Storage } from "../devices/device.ts";
import { broadcastShapes, broadcastStrides, checkShape, type Shape, sameShape, sizeOf } from "../shape.ts";

/**
 * x repeated to `shape` under the broadcasting rule: dimensions of size 1 repeat, new ones come in front.
 * Throws if `x` does not broadcast to `shape`. Adjoint: `sumTo`.
 * Derivation: docs/derivations.md#broadcasting.
 */
export const expand: Op<[x: Tensor, shape: Shape]> = defineOp({
  name: "expand",
  names: ["x"],
  plan(x: Tensor, shape: Shape) {
    checkBroadcast("expand", x.shape, shape);
    return { inputs: [x], shape: [...shape] };
  },
  forward: ({ kernels }, [x], { shape, shapes: [from] }) =>
    sameShape(shape, from) ? x : kernels.copy(x, { shape, strides: broadcastStrides(from, shape), offset: 0 }),
  vjp: [(g, _, { shapes: [from] }) => sumTo(g, from)],
});

/**
 * x summed down to `shape`, a shape that broadcasts to x's: what un-broadcasts a gradient. Adjoint: `expand`.
 * Derivation: docs/derivations.md#broadcasting.
 */
export const sumTo: Op<[x: Tensor, shape: Shape]> = defineOp({
  name: "sumTo",
  names: ["x"],
  plan(x: Tensor, shape: Shape) {
    checkBroadcast("sumTo", shape, x.shape);
    const lead = x.shape.length - shape.length;
    const repeated = x.shape.flatMap((n, d) => (d < lead || (shape[d - lead] === 1 && n !== 1) ? [d] : []));
    return { inputs: [x], shape: [...shape], repeated };
  },
  forward: ({ kernels }, [x], { repeated, shapes: [from] }) =>
    repeated.length === 0 ? x : reduceDims(kernels, "sum", x, from, repeated),
  vjp: [(g, _, { shapes: [from] }) => expand(g, from)],
});

function checkBroadcast(what: string, from: Shape, to: Shape): void {
  checkShape(to, what);
  if (!sameShape(broadcastShapes(from, to, what), to)) {
    throw new RangeError(`${what}: shape [${from}] does not broadcast to [${to}]`);
  }
}

/**
 * Reduces the given dimensions (sorted) of a contiguous tensor: those that lie side by side together, and of such runs the one
 * with most elements first, so that little is left for the others.
 */
export function reduceDims(kernels: Kernels, kind: Reduction, x: Storage, shape: Shape, dims: number[]): Storage {
  const firsts = dims.filter((d) => !dims.includes(d - 1));
  const ends = dims.filter((d) => !dims.includes(d + 1)).map((d) => d + 1);
  const counts = firsts.map((first, i) => sizeOf(shape.slice(first, ends[i])));
  const most = counts.indexOf(Math.max(...counts));
  const [first, end] = [firsts[most] ?? shape.length, ends[most] ?? shape.length]; // nothing to reduce: one element each
  const [before, behind] = [shape.slice(0, first), shape.slice(end)];
  const y = kernels.reduce(kind, x, { outer: sizeOf(before), n: counts[most] ?? 1, inner: sizeOf(behind) });
  if (counts.length < 2) return y;
  const others = dims.filter((d) => d < first || d >= end).map((d) => (d < first ? d : d - end + first));
  const rest = reduceDims(kernels, kind, y, [...before, ...behind], others);
  y.free();
  return rest;
}
