import {
  type Chooser,
  type Composite,
  type CompositeDefinition,
  defineComposite,
  type Sample,
} from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { show } from "../shape.ts";
import { reshape, transpose, unsqueeze } from "./layout.ts";
import { gemm } from "./matmul.ts";
import { add, div, equal, mul, sqrt, square, sub, where } from "./pointwise.ts";
import { norm, sum } from "./reduce.ts";
import { scatterAdd, take } from "./rows.ts";

/** Throws unless x is [n, d], and y, if there is one, [m, d]. */
function checkPoints(what: string, x: Tensor, y: Tensor = x): void {
  if (x.shape.length !== 2 || y.shape.length !== 2 || x.shape[1] !== y.shape[1]) {
    throw new RangeError(
      `${what}: needs points [n, d]${x === y ? "" : " and [m, d]"}, got ${[...new Set([x, y])].map((t) => show(t.shape)).join(" and ")}`,
    );
  }
}

/**
 * |x_i − y_j|² for all pairs, from differences: exactly 0 for equal points. x: [n, d], y: [m, d] -> [n, m].
 * Derivation: docs/derivations.md#distances.
 */
export const squaredDistances: Composite<[x: Tensor, y: Tensor]> = defineComposite({
  name: "squaredDistances",
  compose(x: Tensor, y: Tensor) {
    checkPoints("squaredDistances", x, y);
    return sum(square(sub(unsqueeze(x, 1), unsqueeze(y, 0))), { dim: 2 }); // [n, m, d] -> [n, m]
  },
  fused: {
    names: ["a", "b"],
    plan(x: Tensor, y: Tensor) {
      checkPoints("squaredDistances", x, y);
      return { inputs: [x, y], shape: [x.shape[0], y.shape[0]] };
    },
    forward: ({ fused }, [x, y], { shapes: [[n, d], [m]] }) =>
      fused.squaredDistances?.(x, y, n, m, d) ?? noKernel("squaredDistances"),
    vjp: [
      (g, { a, b }) => mul(2, weightedDifferences(g, a, b)),
      (g, { a, b }) => mul(2, weightedDifferences(transpose(g), b, a)),
    ],
    saves: [
      ["a", "b"],
      ["a", "b"],
    ],
  },
  sample: pairSample((x, y) => squaredDistances(x, y)),
  errors: [
    {
      inputs: [
        [2, 3],
        [2, 4],
      ],
      call: (x, y) => squaredDistances(x, y),
      message: /squaredDistances: needs points .*\[2, 3\] and \[2, 4\]/,
    },
  ],
});

function noKernel(name: string): never {
  throw new Error(`${name}: this device has no such kernel`);
}

/** Row i is Σ_j w_ij (x_i − y_j) = x_i Σ_j w_ij − (w y)_i. w: [n, m], x: [n, d], y: [m, d] -> [n, d]. */
function weightedDifferences(w: Tensor, x: Tensor, y: Tensor): Tensor {
  return sub(mul(sum(w, { dim: 1, keepdim: true }), x), gemm(w, y));
}

/**
 * |x_i − y_j| for all pairs; the gradient is 0 where the distance is. x: [n, d], y: [m, d] -> [n, m].
 * Gradient and its precision: docs/derivations.md#precision-for-near-coincident-points.
 */
export const cdist: Composite<[x: Tensor, y: Tensor]> = defineComposite({
  name: "cdist",
  compose(x: Tensor, y: Tensor) {
    checkPoints("cdist", x, y);
    const squared = squaredDistances(x, y);
    const zero = equal(squared, 0);
    return where(zero, 0, sqrt(where(zero, 1, squared)));
  },
  sample: pairSample((x, y) => cdist(x, y)),
  errors: [{ inputs: [[2, 3], [3]], call: (x, y) => cdist(x, y), message: /cdist: needs points .*\[2, 3\] and \[3\]/ }],
});

function pairSample(call: (x: Tensor, y: Tensor) => Tensor): (choose: Chooser) => Sample {
  return (choose) => {
    const d = choose.int(1, 4);
    return {
      inputs: [
        [choose.int(0, 5), d],
        [choose.int(0, 5), d],
      ],
      call,
    };
  };
}

/**
 * |x_i − x_j| for i < j, row by row: (0,1), (0,2), ..., (1,2), ... The gradient is exactly 0 where the distance is.
 * x: [n, d] -> [n(n−1)/2], empty for n <= 1.
 * Gradient and its precision: docs/derivations.md#precision-for-near-coincident-points.
 */
export const pdist: Composite<[x: Tensor]> = defineComposite({
  name: "pdist",
  compose(x: Tensor) {
    checkPoints("pdist", x);
    const { rows, columns } = upperTriangle(x.shape[0]);
    return norm(sub(take(x, rows), take(x, columns)), { dim: 1 });
  },
  fused: {
    names: ["x"],
    plan(x: Tensor) {
      checkPoints("pdist", x);
      return { inputs: [x], shape: [(x.shape[0] * (x.shape[0] - 1)) / 2] };
    },
    forward: ({ fused }, [x], { shapes: [[n, d]] }) => fused.pdist?.(x, n, d) ?? noKernel("pdist"),
    vjp: [
      (g, { x, y }, { shapes: [[n]] }) => {
        const zero = equal(y, 0);
        const weight = where(zero, 0, div(g, where(zero, 1, y)));
        const { rows, columns } = upperTriangle(n);
        const upper = reshape(
          scatterAdd(
            weight,
            columns.map((j, pair) => rows[pair] * n + j),
            n * n,
          ),
          [n, n],
        );
        return weightedDifferences(add(upper, transpose(upper)), x, x);
      },
    ],
    saves: [["x", "y"]],
  } satisfies CompositeDefinition<[x: Tensor]>["fused"],
  sample: (choose) => ({ inputs: [[choose.int(0, 6), choose.int(1, 4)]], call: (x) => pdist(x) }),
  errors: [{ inputs: [[3]], call: (x) => pdist(x), message: /pdist: needs points \[n, d\], got \[3\]/ }],
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
