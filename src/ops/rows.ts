import { type Composite, defineComposite, defineOp, type Op } from "../autograd/op.ts";
import { Tensor, upload } from "../autograd/tensor.ts";
import { defaultDevice } from "../devices/default.ts";
import type { Axis, Device } from "../devices/device.ts";
import { checkOptions } from "../options.ts";
import { resolveDim, type Shape, sameShape, show, sizeOf } from "../shape.ts";
import { keepWhere, mul, neg } from "./pointwise.ts";
import { logSoftmax, mean, sum } from "./reduce.ts";

/** Whole numbers given from outside: labels, indices. */
export type Integers = readonly number[] | Int32Array;

/** A checked copy of whole numbers in 0..n-1; throws naming the first that is not. */
function checkedIndices(what: string, indices: Integers, n: number): Int32Array {
  indices.forEach((index, j) => {
    if (!Number.isInteger(index) || index < 0 || index >= n) {
      throw new RangeError(`${what}: entry ${j} is ${index}, needs a whole number in 0..${n - 1}`);
    }
  });
  return Int32Array.from(indices);
}

/** x seen as [outer, n, inner] around dimension `dim`. */
function axisOf(shape: Shape, dim: number): Axis {
  return { outer: sizeOf(shape.slice(0, dim)), n: shape[dim], inner: sizeOf(shape.slice(dim + 1)) };
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
  sample(choose) {
    const shape = choose.shape([1, 3], 1);
    const dim = choose.int(0, shape.length - 1);
    const indices = Array.from({ length: choose.int(0, 6) }, () => choose.int(0, shape[dim] - 1));
    return { inputs: [shape], call: (x) => take(x, indices, { dim: dim - shape.length }) };
  },
  errors: [
    {
      inputs: [[3]],
      call: (x) => take(x, [0, 3]),
      message: /take: indices: entry 1 is 3, needs a whole number in 0..2/,
    },
    { inputs: [[3]], call: (x) => take(x, [0], { dim: 1 }), message: /take: dim 1 is out of range/ },
  ],
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
    const checked = checkedIndices("scatterAdd: indices", indices, n);
    if (checked.length !== x.shape[dim]) {
      throw new RangeError(
        `scatterAdd: ${checked.length} indices for dimension ${dim} of shape ${show(x.shape)}, needs ${x.shape[dim]}`,
      );
    }
    return { inputs: [x], shape: x.shape.with(dim, n), indices: checked, dim };
  },
  forward: ({ kernels }, [x], { indices, dim, shape }) => kernels.scatterAdd(x, indices, axisOf(shape, dim)),
  vjp: [(g, _, { indices, dim }) => take(g, indices, { dim })],
  sample(choose) {
    const shape = choose.shape([1, 3]);
    const dim = choose.int(0, shape.length - 1);
    const n = choose.int(1, 5);
    const indices = Array.from({ length: shape[dim] }, () => choose.int(0, n - 1));
    return { inputs: [shape], call: (x) => scatterAdd(x, indices, n, { dim }) };
  },
  errors: [
    { inputs: [[3]], call: (x) => scatterAdd(x, [0], 4), message: /scatterAdd: 1 indices for .*\[3\], needs 3/ },
  ],
});

/** [n, classes] with a single 1 in each row, at its label. */
export function oneHot(labels: Integers, classes: number, options: { device?: Device } = {}): Tensor {
  const { device = defaultDevice() } = checkOptions("oneHot", options, ["device"]);
  const values = new Float32Array(labels.length * classes);
  checkedIndices("oneHot: labels", labels, classes).forEach((label, row) => {
    values[row * classes + label] = 1;
  });
  return upload(values, [labels.length, classes], device);
}

/**
 * −mean over rows of Σ_c target_c log softmax(logits)_c. `logits`: [n, classes]; `target`: n labels, or [n, classes]
 * probabilities, through which the gradient flows too.
 * Derivation: docs/derivations.md#crossentropy.
 */
export const crossEntropy: Composite<[logits: Tensor, target: Integers | Tensor]> = defineComposite({
  name: "crossEntropy",
  compose(logits: Tensor, target: Integers | Tensor) {
    if (logits.shape.length !== 2 || logits.size === 0) {
      throw new RangeError(`crossEntropy: logits must be [n, classes], not empty, got ${show(logits.shape)}`);
    }
    const [n, classes] = logits.shape;
    const logp = logSoftmax(logits, { dim: 1 });
    if (target instanceof Tensor) {
      if (!sameShape(target.shape, logits.shape)) {
        throw new RangeError(`crossEntropy: logits ${show(logits.shape)} but probabilities ${show(target.shape)}`);
      }
      return neg(mean(sum(mul(target, logp), { dim: 1 })));
    }
    if (target.length !== n)
      throw new RangeError(`crossEntropy: logits ${show(logits.shape)} but ${target.length} labels`);
    return neg(mean(sum(keepWhere(oneHot(target, classes, { device: logits.device }), logp), { dim: 1 })));
  },
  sample(choose) {
    const [n, classes] = choose.shape([2, 2], 2);
    const labels = Array.from({ length: n }, () => choose.int(0, classes - 1));
    const shape = [n, classes];
    return choose.pick(
      { inputs: [shape], call: (x: Tensor) => crossEntropy(x, labels) },
      { inputs: [shape, shape], call: (x: Tensor, p: Tensor) => crossEntropy(x, p) },
    );
  },
  errors: [
    { inputs: [[2, 3]], call: (x) => crossEntropy(x, [0]), message: /crossEntropy: logits \[2, 3\] but 1 labels/ },
    { inputs: [[2, 3]], call: (x) => crossEntropy(x, [0, 3]), message: /entry 1 is 3, needs a whole number in 0..2/ },
    { inputs: [[2, 3], [3]], call: (x, p) => crossEntropy(x, p), message: /logits \[2, 3\] but probabilities \[3\]/ },
  ],
});
