import type { Tensor } from "../../../src/autograd/tensor.ts";
import type { View } from "../../../src/devices/sizes.ts";
import {
  concat,
  flatten,
  pad,
  permute,
  reshape,
  type SliceOptions,
  slice,
  squeeze,
  stack,
  transpose,
  unsqueeze,
} from "../../../src/ops/layout.ts";
import { copyView, placeView } from "../../../src/ops/view.ts";
import { type Shape, sizeOf, stridesOf } from "../../../src/shape.ts";
import type { Chooser, Sample, Samples } from "./sample.ts";

export const layoutSamples: Samples = {
  copyView: {
    sample: viewSample((x, view) => copyView(x, view), "whole"),
  },
  placeView: {
    sample: viewSample((x, view, whole) => placeView(x, view, whole), "part"),
  },
  reshape: {
    sample(choose) {
      const shape = choose.shape([0, 4], 1);
      const at = choose.int(0, shape.length);
      const to = [...shape.slice(0, at), sizeOf(shape.slice(at))];
      return { inputs: [shape], call: (x) => reshape(x, to) };
    },
    errors: [
      {
        inputs: [[2, 3]],
        call: (x) => reshape(x, [4]),
        message: /reshape: shape \[2, 3\] has 6 elements, \[4\] has 4/,
      },
      { inputs: [[2, 3]], call: (x) => reshape(x, [-1, -1]), message: /reshape: only one size of \[-1, -1\]/ },
      { inputs: [[2, 3]], call: (x) => reshape(x, [4, -1]), message: /reshape: .*\[2, 3\].*\[4, -1\]/ },
    ],
  },
  flatten: {
    sample(choose) {
      const shape = choose.shape([1, 4]);
      const start = choose.int(-shape.length, shape.length - 1);
      return { inputs: [shape], call: (x) => flatten(x, start) };
    },
    errors: [{ inputs: [[2]], call: (x) => flatten(x, 1), message: /flatten: dim 1 is out of range/ }],
  },
  squeeze: {
    sample(choose) {
      const [front, back] = [choose.shape([0, 2]), choose.shape([0, 1])];
      const dim = choose.pick(undefined, front.length, -1 - back.length);
      return { inputs: [[...front, 1, ...back]], call: (x) => squeeze(x, dim) };
    },
    errors: [
      { inputs: [[2, 1]], call: (x) => squeeze(x, 0), message: /squeeze: dimension 0 of shape \[2, 1\] has size 2/ },
    ],
  },
  unsqueeze: {
    sample(choose) {
      const shape = choose.shape([0, 3]);
      const dim = choose.int(-shape.length - 1, shape.length);
      return { inputs: [shape], call: (x) => unsqueeze(x, dim) };
    },
    errors: [{ inputs: [[2]], call: (x) => unsqueeze(x, 3), message: /unsqueeze: dim 3 is out of range/ }],
  },
  permute: {
    sample(choose) {
      const shape = choose.shape([0, 4]);
      const dims = [...shape.keys()].sort(() => choose.int(0, 1) - 0.5);
      return { inputs: [shape], call: (x) => permute(x, dims) };
    },
    errors: [{ inputs: [[2, 3]], call: (x) => permute(x, [0, 0]), message: /permute: \[0,0\].*\[2, 3\]/ }],
  },
  transpose: {
    sample(choose) {
      const shape = choose.shape([2, 4]);
      const [d0, d1] = [choose.int(0, shape.length - 1), choose.int(-shape.length, -1)];
      return { inputs: [shape], call: (x) => transpose(x, d0, d1) };
    },
    errors: [{ inputs: [[3]], call: (x) => transpose(x), message: /transpose: dim -2 is out of range/ }],
  },
  slice: {
    sample(choose) {
      const shape = choose.shape([1, 4], 1);
      const dim = choose.int(-shape.length, shape.length - 1);
      const options = {
        dim,
        start: choose.int(-6, 4),
        end: choose.pick(undefined, choose.int(-2, 7)),
        step: choose.int(1, 3),
      };
      return { inputs: [shape], call: (x) => slice(x, options) };
    },
    errors: [
      { inputs: [[4]], call: (x) => slice(x, { step: 0 }), message: /slice: .*step >= 1, got 0, undefined, 0/ },
      { inputs: [[4]], call: (x) => slice(x, { begin: 1 } as SliceOptions), message: /slice: unknown option "begin"/ },
    ],
  },
  concat: {
    sample(choose) {
      const shape = choose.shape([1, 3]);
      const dim = choose.int(0, shape.length - 1);
      const inputs = Array.from({ length: choose.int(1, 3) }, () => shape.with(dim, choose.int(0, 3)));
      return { inputs, call: (...xs) => concat(xs, { dim: dim - shape.length }) };
    },
    errors: [
      {
        inputs: [
          [2, 3],
          [2, 4],
        ],
        call: (a, b) => concat([a, b]),
        message: /concat: shapes \[2, 3\] and \[2, 4\] differ/,
      },
      { inputs: [], call: () => concat([]), message: /concat: needs at least one/ },
    ],
  },
  stack: {
    sample(choose) {
      const shape = choose.shape([0, 3]);
      const dim = choose.int(-shape.length - 1, shape.length);
      return { inputs: Array.from({ length: choose.int(1, 3) }, () => shape), call: (...xs) => stack(xs, { dim }) };
    },
    errors: [{ inputs: [[2], [3]], call: (a, b) => stack([a, b]), message: /stack: shapes \[2\] and \[3\] differ/ }],
  },
  pad: {
    sample(choose) {
      const shape = choose.shape([0, 3]);
      const widths = shape.map((): [number, number] => [choose.int(0, 2), choose.int(0, 2)]);
      return { inputs: [shape], call: (x) => pad(x, widths, 0.5) };
    },
    errors: [{ inputs: [[2, 3]], call: (x) => pad(x, [[1, 1]]), message: /pad: shape \[2, 3\] needs 2 pairs/ }],
  },
};

type ViewCall = (x: Tensor, view: View, whole: Shape) => Tensor;

/** A random transposed rectangle inside a random whole. */
function viewSample(call: ViewCall, input: "whole" | "part"): (choose: Chooser) => Sample {
  return (choose) => {
    const whole = choose.shape([2, 3]);
    const strides = stridesOf(whole).reverse();
    const view = { shape: [...whole].reverse().map((n) => choose.int(0, n)), strides, offset: 0 };
    return { inputs: [input === "whole" ? whole : view.shape], call: (x) => call(x, view, whole) };
  };
}
