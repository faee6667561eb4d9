import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { fusedKernel } from "./fused-kernel.ts";
import { add, square } from "./pointwise.ts";
import { sum } from "./reduce.ts";

/** Σ x² over all elements of all tensors, one or more of them: a scalar. Derivation: docs/derivations.md#reductions. */
export const sumOfSquares: Op<[xs: readonly Tensor[]]> = defineOp({
  name: "sumOfSquares",
  kernel: "sumOfSquares",
  names: [],
  plan: (xs: readonly Tensor[]) => ({ inputs: xs, shape: [] }),
  compose: (xs) => xs.map((x) => sum(square(x))).reduce((a, b) => add(a, b)),
  forward: (device, xs) => fusedKernel(device, "sumOfSquares")(xs),
});
