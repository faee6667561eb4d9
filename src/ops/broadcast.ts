import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Kernels, Reduction, Storage } from "../devices/device.ts";
import { broadcastShapes, broadcastStrides, checkShape, type Shape, sameShape, sizeOf, stridesOf } from "../shape.ts";

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

/** Reduces the given dimensions (sorted) of a contiguous tensor; they are brought side by side first where they are not. */
export function reduceDims(kernels: Kernels, kind: Reduction, x: Storage, shape: Shape, dims: number[]): Storage {
  const first = dims[0] ?? shape.length;
  const end = first + dims.length;
  const n = sizeOf(dims.map((d) => shape[d]));
  if (dims.every((d, i) => d === first + i)) {
    return kernels.reduce(kind, x, { outer: sizeOf(shape.slice(0, first)), n, inner: sizeOf(shape.slice(end)) });
  }
  const kept = [...shape.keys()].filter((d) => !dims.includes(d));
  const order = [...kept, ...dims];
  const strides = stridesOf(shape);
  const view = { shape: order.map((d) => shape[d]), strides: order.map((d) => strides[d]), offset: 0 };
  const moved = kernels.copy(x, view);
  const result = kernels.reduce(kind, moved, { outer: sizeOf(kept.map((d) => shape[d])), n, inner: 1 });
  moved.free();
  return result;
}
