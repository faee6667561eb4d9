import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Kernels, Storage } from "../devices/device.ts";
import { checkOptions } from "../options.ts";
import { broadcastShapes, broadcastStrides, type Shape, sameShape, show, sizeOf } from "../shape.ts";
import { sumTo } from "./broadcast.ts";
import { squeeze, unsqueeze } from "./layout.ts";

/** Whether a factor is read with its last two dimensions exchanged; costs no copy. */
export interface GemmOptions {
  transposeA?: boolean;
  transposeB?: boolean;
}

/**
 * op(a) op(b), a: [..., m, k], b: [..., k, n] -> [..., m, n], where op exchanges the last two dimensions if asked (BLAS's
 * gemm). Leading dimensions broadcast. `matmul` is the friendlier face.
 * Derivation: docs/derivations.md#matmul.
 */
export const gemm: Op<[a: Tensor, b: Tensor, options?: GemmOptions]> = defineOp({
  name: "gemm",
  names: ["a", "b"],
  plan(a: Tensor, b: Tensor, options: GemmOptions = {}) {
    const { transposeA = false, transposeB = false } = checkOptions("gemm", options, ["transposeA", "transposeB"]);
    const [m, k] = matrix(a.shape, transposeA);
    const [k2, n] = matrix(b.shape, transposeB);
    if (k !== k2) {
      const how = `${show(a.shape)}${transposeA ? " transposed" : ""} and ${show(b.shape)}${transposeB ? " transposed" : ""}`;
      throw new RangeError(`matmul: shapes ${how} do not multiply: inner sizes are ${k} and ${k2}`);
    }
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), "matmul");
    return { inputs: [a, b], shape: [...batch, m, n], batch, m, k, n, transposeA, transposeB };
  },
  forward({ kernels }, [a, b], { batch, shapes: [aShape, bShape], ...sizes }) {
    const left = spread(kernels, a, aShape, batch);
    const right = spread(kernels, b, bShape, batch);
    const batched = { batchedA: aShape.length > 2, batchedB: bShape.length > 2 };
    const y = kernels.matmul(left, right, { ...sizes, ...batched, batch: sizeOf(batch) });
    if (left !== a) left.free();
    if (right !== b) right.free();
    return y;
  },
  vjp: [
    (g, { b }, { transposeA: ta, transposeB: tb, shapes: [a] }) =>
      sumTo(ta ? gemm(b, g, { transposeA: tb, transposeB: true }) : gemm(g, b, { transposeB: !tb }), a),
    (g, { a }, { transposeA: ta, transposeB: tb, shapes: [, b] }) =>
      sumTo(tb ? gemm(g, a, { transposeA: true, transposeB: ta }) : gemm(a, g, { transposeA: !ta }), b),
  ],
  saves: [["b"], ["a"]],
});

/** Rows and columns of the matrices in a tensor of rank >= 2. */
function matrix(shape: Shape, transposed: boolean): [number, number] {
  if (shape.length < 2) throw new RangeError(`matmul: needs matrices, got shape ${show(shape)}`);
  const [rows, columns] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
}

/** The storage with its leading dimensions repeated to `batch`; a lone matrix serves every batch as it is. */
function spread(kernels: Kernels, x: Storage, from: Shape, batch: Shape): Storage {
  if (from.length === 2 || sameShape(from.slice(0, -2), batch)) return x;
  const shape = [...batch, ...from.slice(-2)];
  return kernels.copy(x, { shape, strides: broadcastStrides(from, shape), offset: 0 });
}

/**
 * The matrix product: [..., m, k] times [..., k, n], leading dimensions broadcast. A vector on the left is a row, on the
 * right a column, and that dimension is dropped from the result, so two vectors give their dot product.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length === 0 || b.shape.length === 0) {
    throw new RangeError(`matmul: needs vectors or matrices, got ${show(a.shape)} and ${show(b.shape)}; mul scales`);
  }
  if (a.shape.length === 1) return squeeze(matmul(unsqueeze(a, 0), b), b.shape.length === 1 ? 0 : -2);
  if (b.shape.length === 1) return squeeze(gemm(a, unsqueeze(b, 1)), -1);
  return gemm(a, b);
}
