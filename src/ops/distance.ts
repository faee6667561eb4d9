import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { show } from "../shape.ts";
import { fusedKernel } from "./fused-kernel.ts";
import { reshape, transpose, unsqueeze } from "./layout.ts";
import { gemm } from "./matmul.ts";
import { add, div, equal, mul, sqrt, square, sub, where } from "./pointwise.ts";
import { norm, sum } from "./reduce.ts";
import { scatterAdd, take } from "./rows.ts";

/** Throws unless x is [n, d], and y, if there is one, [m, d]. */
export function checkPoints(what: string, x: Tensor, y?: Tensor): void {
  if (x.shape.length === 2 && (y === undefined || (y.shape.length === 2 && y.shape[1] === x.shape[1]))) return;
  const [needed, found] = y ? [" and [m, d]", ` and ${show(y.shape)}`] : ["", ""];
  throw new RangeError(`${what}: needs points [n, d]${needed}, got ${show(x.shape)}${found}`);
}

/**
 * |x_i − y_j|² for all pairs, from differences: exactly 0 for equal points. x: [n, d], y: [m, d] -> [n, m].
 * Derivation: docs/derivations.md#distances.
 */
export const squaredDistances: Op<[x: Tensor, y: Tensor]> = defineOp({
  name: "squaredDistances",
  kernel: "squaredDistances",
  names: ["a", "b"],
  plan(x: Tensor, y: Tensor) {
    checkPoints("squaredDistances", x, y);
    return { inputs: [x, y], shape: [x.shape[0], y.shape[0]] };
  },
  compose: (x, y) => sum(square(sub(unsqueeze(x, 1), unsqueeze(y, 0))), { dim: 2 }), // [n, m, d] -> [n, m]
  forward: (device, [x, y], { shapes: [[n, d], [m]] }) => fusedKernel(device, "squaredDistances")(x, y, n, m, d),
  vjp: [
    (g, { a, b }) => mul(2, weightedDifferences(g, a, b)),
    (g, { a, b }) => mul(2, weightedDifferences(transpose(g), b, a)),
  ],
  saves: [
    ["a", "b"],
    ["a", "b"],
  ],
});

/** Row i is Σ_j w_ij (x_i − y_j) = x_i Σ_j w_ij − (w y)_i. w: [n, m], x: [n, d], y: [m, d] -> [n, d]. */
export function weightedDifferences(w: Tensor, x: Tensor, y: Tensor): Tensor {
  return sub(mul(sum(w, { dim: 1, keepdim: true }), x), gemm(w, y));
}

/**
 * |x_i − y_j| for all pairs; the gradient is 0 where the distance is. x: [n, d], y: [m, d] -> [n, m].
 * Gradient and its precision: docs/derivations.md#precision-for-near-coincident-points.
 */
export function cdist(x: Tensor, y: Tensor): Tensor {
  checkPoints("cdist", x, y);
  const squared = squaredDistances(x, y);
  const zero = equal(squared, 0);
  return where(zero, 0, sqrt(where(zero, 1, squared)));
}

/**
 * |x_i − x_j| for i < j, row by row: (0,1), (0,2), ..., (1,2), ... The gradient is exactly 0 where the distance is.
 * x: [n, d] -> [n(n−1)/2], empty for n <= 1.
 * Gradient and its precision: docs/derivations.md#precision-for-near-coincident-points.
 */
export const pdist: Op<[x: Tensor]> = defineOp({
  name: "pdist",
  kernel: "pdist",
  names: ["x"],
  plan(x: Tensor) {
    checkPoints("pdist", x);
    return { inputs: [x], shape: [(x.shape[0] * (x.shape[0] - 1)) / 2] };
  },
  compose(x) {
    const { rows, columns } = upperTriangle(x.shape[0]);
    return norm(sub(take(x, rows), take(x, columns)), { dim: 1 });
  },
  forward: (device, [x], { shapes: [[n, d]] }) => fusedKernel(device, "pdist")(x, n, d),
  vjp: [
    (g, { x, y }, { shapes: [[n]] }) => {
      const zero = equal(y, 0);
      const weight = where(zero, 0, div(g, where(zero, 1, y)));
      const { rows, columns } = upperTriangle(n);
      const places = columns.map((j, pair) => rows[pair] * n + j);
      const upper = reshape(scatterAdd(weight, places, n * n), [n, n]);
      return weightedDifferences(add(upper, transpose(upper)), x, x);
    },
  ],
  saves: [["x", "y"]],
});

/** The pairs i < j of 0..n-1, row by row. */
function upperTriangle(n: number): { rows: Int32Array; columns: Int32Array } {
  const rows = new Int32Array((n * (n - 1)) / 2);
  const columns = new Int32Array(rows.length);
  let pair = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++, pair++) {
      rows[pair] = i;
      columns[pair] = j;
    }
  }
  return { rows, columns };
}
