import { defineOp, type Op } from "../autograd/op.ts";
import { type Tensor, upload } from "../autograd/tensor.ts";
import { defaultDevice } from "../devices/default.ts";
import type { Device } from "../devices/device.ts";
import { axisOf } from "../devices/sizes.ts";
import { checkOptions } from "../options.ts";
import { checkShape, resolveDim, show } from "../shape.ts";

/** Whole numbers given from outside: labels, indices. */
export type Integers = readonly number[] | Int32Array;

/** A checked copy of whole numbers in 0..n-1; throws naming the first that is not. */
export function checkedIndices(what: string, indices: Integers, n: number): Int32Array {
  indices.forEach((index, j) => {
    if (!Number.isInteger(index) || index < 0 || index >= n) {
      throw new RangeError(`${what}: entry ${j} is ${index}, needs a whole number in 0..${n - 1}`);
    }
  });
  return Int32Array.from(indices);
}

/**
 * The slices of x that `indices` names along `dim` (0 unless given), in that order, repeats allowed. Adjoint: `scatterAdd`.
 * Derivation: docs/derivations.md#take-and-scatteradd.
 */
export const take: Op<[x: Tensor, indices: Integers, options?: { dim?: number }]> = defineOp({
  name: "take",
  names: ["x"],
  plan(x: Tensor, indices: Integers, options: { dim?: number } = {}) {
    const dim = resolveDim(checkOptions("take", options, ["dim"]).dim ?? 0, x.shape.length, "take");
    const checked = checkedIndices("take: indices", indices, x.shape[dim]);
    return { inputs: [x], shape: x.shape.with(dim, checked.length), indices: checked, dim };
  },
  forward: ({ kernels }, [x], { indices, dim, shapes: [from] }) => kernels.take(x, indices, axisOf(from, dim)),
  vjp: [(g, _, { indices, dim, shapes: [from] }) => scatterAdd(g, indices, from[dim], { dim })],
});

/**
 * Zeros of size n along `dim`, plus each slice of x at the place its index names; slices of one place add up. Adjoint: `take`.
 * Derivation: docs/derivations.md#take-and-scatteradd.
 */
export const scatterAdd: Op<[x: Tensor, indices: Integers, n: number, options?: { dim?: number }]> = defineOp({
  name: "scatterAdd",
  names: ["x"],
  plan(x: Tensor, indices: Integers, n: number, options: { dim?: number } = {}) {
    const dim = resolveDim(checkOptions("scatterAdd", options, ["dim"]).dim ?? 0, x.shape.length, "scatterAdd");
    checkShape([n], "scatterAdd: n");
    const checked = checkedIndices("scatterAdd: indices", indices, n);
    if (checked.length !== x.shape[dim]) {
      const found = `${checked.length} indices for dimension ${dim} of shape ${show(x.shape)}`;
      throw new RangeError(`scatterAdd: ${found}, needs ${x.shape[dim]}`);
    }
    return { inputs: [x], shape: x.shape.with(dim, n), indices: checked, dim };
  },
  forward: ({ kernels }, [x], { indices, dim, shape }) => kernels.scatterAdd(x, indices, axisOf(shape, dim)),
  vjp: [(g, _, { indices, dim }) => take(g, indices, { dim })],
});

/** [n, classes] with a single 1 in each row, at its label. */
export function oneHot(labels: Integers, classes: number, options: { device?: Device } = {}): Tensor {
  const { device = defaultDevice() } = checkOptions("oneHot", options, ["device"]);
  checkShape([classes], "oneHot: classes");
  const values = new Float32Array(labels.length * classes);
  checkedIndices("oneHot: labels", labels, classes).forEach((label, row) => {
    values[row * classes + label] = 1;
  });
  return upload(values, [labels.length, classes], device);
}
