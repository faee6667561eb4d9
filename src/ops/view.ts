import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { View } from "../devices/sizes.ts";
import { type Shape, sizeOf } from "../shape.ts";

/**
 * The elements of x that a view names, in a contiguous tensor: what slice, permute and transpose are. The view names
 * no element twice. Adjoint: `placeView`.
 * Derivation: docs/derivations.md#views.
 */
export const copyView: Op<[x: Tensor, view: View]> = defineOp({
  name: "copyView",
  names: ["x"],
  plan: (x: Tensor, view: View) => ({ inputs: [x], shape: view.shape, view }),
  forward: ({ kernels }, [x], { view }) => kernels.copy(x, view),
  vjp: [(g, _, { view, shapes: [from] }) => placeView(g, view, from)],
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
});
