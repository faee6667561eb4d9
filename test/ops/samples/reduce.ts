import type { Tensor } from "../../../src/autograd/tensor.ts";
import {
  type Extreme,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  type NormOptions,
  norm,
  type ReduceOptions,
  softmax,
  sum,
  type VarianceOptions,
  variance,
} from "../../../src/ops/reduce.ts";
import { sumOfSquares } from "../../../src/ops/sum-of-squares.ts";
import type { Chooser, Sample, Samples, Trial } from "./sample.ts";

export const reduceSamples: Samples = {
  sumOfSquares: {
    sample(choose) {
      const [shape, other] = [choose.shape(), choose.shape()];
      return choose.pick(
        { inputs: [shape], call: (x: Tensor) => sumOfSquares([x]) },
        { inputs: [shape, other], call: (x: Tensor, y: Tensor) => sumOfSquares([x, y, x]) },
      );
    },
  },
  sum: {
    sample: reduceSample((x, o) => sum(x, o)),
    errors: reduceErrors("sum", (x, o) => sum(x, o)),
  },
  mean: {
    sample: reduceSample((x, o) => mean(x, o), 1),
    errors: reduceErrors("mean", (x, o) => mean(x, o)),
  },
  variance: {
    sample: reduceSample((x, o) => variance(x, { ...o, correction: 0 }), 2),
    errors: [
      {
        inputs: [[2]],
        call: (x) => variance(x, { unbiased: true } as VarianceOptions),
        message: /unknown option "unbiased"/,
      },
    ],
  },
  max: extremeTrial("max", max),
  min: extremeTrial("min", min),
  logSumExp: {
    sample: reduceSample((x, o) => logSumExp(x, o), 1),
    errors: reduceErrors("logSumExp", (x, o) => logSumExp(x, o)),
  },
  softmax: {
    sample: alongSample((x, dim) => softmax(x, { dim })),
    errors: [{ inputs: [[2]], call: (x) => softmax(x, { dim: 1 }), message: /^softmax: dim 1 is out of range/ }],
  },
  logSoftmax: {
    sample: alongSample((x, dim) => logSoftmax(x, { dim })),
    errors: [{ inputs: [[2]], call: (x) => logSoftmax(x, { dim: 1 }), message: /dim 1 is out of range/ }],
  },
  norm: {
    sample(choose) {
      const p = choose.pick(2, 1, 3, 1.5, Number.POSITIVE_INFINITY);
      return reduceSample((x, o) => norm(x, { ...o, p }), 1)(choose);
    },
    errors: [
      { inputs: [[2]], call: (x) => norm(x, { p: 0 }), message: /norm: p must be > 0, got 0/ },
      { inputs: [[2]], call: (x) => norm(x, { p: 2, axis: 0 } as NormOptions), message: /unknown option "axis"/ },
    ],
  },
};

function extremeTrial(name: string, extreme: Extreme): Trial {
  return {
    sample: reduceSample((x, o) => extreme(x, o), 1),
    errors: [
      ...reduceErrors(name, (x, o) => extreme(x, o)),
      { inputs: [[0, 2]], call: (x) => extreme(x, { dim: 0 }), message: /\[0, 2\] has nothing to choose from/ },
    ],
  };
}

function reduceSample(
  call: (x: Tensor, options: ReduceOptions) => Tensor,
  smallest: number = 0,
): (choose: Chooser) => Sample {
  return (choose) => {
    const shape = choose.shape([0, 4], smallest);
    const some = [...shape.keys()].filter(() => choose.int(0, 1) === 1);
    const one = shape.length === 0 ? undefined : choose.int(-shape.length, shape.length - 1);
    const options = { dim: choose.pick<ReduceOptions["dim"]>(undefined, one, some), keepdim: choose.pick(false, true) };
    return { inputs: [shape], call: (x) => call(x, options) };
  };
}

function reduceErrors(
  name: string,
  call: (x: Tensor, options: ReduceOptions) => Tensor,
): (Sample & { message: RegExp })[] {
  return [
    { inputs: [[2, 3]], call: (x) => call(x, { dim: 2 }), message: new RegExp(`${name}: dim 2 is out of range`) },
    { inputs: [[2, 3]], call: (x) => call(x, { dim: [0, -2] }), message: new RegExp(`${name}: .*twice`) },
    {
      inputs: [[2]],
      call: (x) => call(x, { dims: 0 } as ReduceOptions),
      message: /unknown option "dims": it takes dim, keepdim/,
    },
  ];
}

/** Softmax over one entry is the constant 1: samples have at least two, so that there is a gradient to check. */
function alongSample(call: (x: Tensor, dim: number) => Tensor): (choose: Chooser) => Sample {
  return (choose) => {
    const shape = choose.shape([1, 3], 2);
    const dim = choose.int(-shape.length, shape.length - 1);
    return { inputs: [shape], call: (x) => call(x, dim) };
  };
}
