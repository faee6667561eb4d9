import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { axisOf } from "../devices/sizes.ts";
import { fusedKernel } from "./fused-kernel.ts";
import { clamp, div, greater, keepWhere, mul, sub } from "./pointwise.ts";
import { norm, sum } from "./reduce.ts";

const along = { dim: -1, keepdim: true } as const;

/**
 * x / max(‖x‖₂, eps) along the last dimension: `normalize` where it is contiguous.
 * Derivation: docs/derivations.md#normalize.
 */
export const unitRows: Op<[x: Tensor, eps: number]> = defineOp({
  name: "unitRows",
  kernel: "unitRows",
  names: ["x"],
  plan: (x: Tensor, eps: number) => ({ inputs: [x], shape: x.shape, eps }),
  compose: (x, eps) => div(x, clamp(norm(x, along), { min: eps })),
  forward(device, [x], { eps, shape }) {
    const { outer, n } = axisOf(shape, shape.length - 1);
    return fusedKernel(device, "unitRows")(x, outer, n, eps);
  },
  vjp: [(g, { x }, { eps }) => unitRowsInput(g, x, eps)],
  saves: [["x"]],
});

/** The gradient of `unitRows`: (g − y (y · g)) / ‖x‖ with y = x / ‖x‖, and g / eps where ‖x‖ < eps. */
export const unitRowsInput: Op<[g: Tensor, x: Tensor, eps: number]> = defineOp({
  name: "unitRowsInput",
  kernel: "unitRowsInput",
  names: ["g", "x"],
  plan: (g: Tensor, x: Tensor, eps: number) => ({ inputs: [g, x], shape: x.shape, eps }),
  compose(g, x, eps) {
    const length = norm(x, along);
    const scale = clamp(length, { min: eps });
    const y = div(x, scale);
    const outward = keepWhere(sub(1, greater(eps, length)), sum(mul(g, y), along));
    return div(sub(g, mul(y, outward)), scale);
  },
  forward(device, [g, x], { eps, shape }) {
    const { outer, n } = axisOf(shape, shape.length - 1);
    return fusedKernel(device, "unitRowsInput")(g, x, outer, n, eps);
  },
});
