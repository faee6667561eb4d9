import type { Tensor } from "../../../src/autograd/tensor.ts";
import {
  batchNorm,
  batchNormalize,
  batchNormalizeInput,
  channelMoments,
  channelProducts,
  layerNorm,
  normalize,
} from "../../../src/ops/normalize.ts";
import { unitRows, unitRowsInput } from "../../../src/ops/unit-rows.ts";
import type { Chooser, Samples } from "./sample.ts";

export const normalizeSamples: Samples = {
  normalize: {
    sample(choose) {
      const shape = choose.shape([2, 3], 2);
      const dim = choose.pick(undefined, 0, -1);
      return { inputs: [shape], call: (x) => (dim === undefined ? normalize(x) : normalize(x, { dim })) };
    },
    errors: [{ inputs: [[3]], call: (x) => normalize(x), message: /^normalize: dim 1 is out of range/ }],
  },
  unitRows: {
    sample(choose) {
      const [shape, eps] = [choose.shape([1, 3], 2), choose.pick(1e-12, 3)]; // rows shorter than 3 and longer ones
      return { inputs: [shape], call: (x) => unitRows(x, eps) };
    },
  },
  unitRowsInput: {
    sample(choose) {
      const [shape, eps] = [choose.shape([1, 3], 2), choose.pick(1e-12, 3)];
      return { inputs: [shape, shape], call: (g, x) => unitRowsInput(g, x, eps) };
    },
  },
  layerNorm: {
    sample(choose) {
      const shape = choose.shape([1, 2], 2);
      const x = [...choose.shape([0, 2], 1), ...shape];
      return { inputs: [x, shape, shape], call: (a, weight, bias) => layerNorm(a, shape, { weight, bias }) };
    },
    errors: [
      {
        inputs: [
          [2, 3],
          [2, 1],
        ],
        call: (x, weight) => layerNorm(x, [3], { weight }),
        message: /^layerNorm: weight is \[2, 1\], needs \[3\]/,
      },
      { inputs: [[2, 3]], call: (x) => layerNorm(x, [2]), message: /layerNorm: shape \[2, 3\] does not end in \[2\]/ },
    ],
  },
  batchNorm: {
    sample(choose) {
      const shape = chooseBatch(choose);
      const channels = [shape[1]];
      return {
        inputs: [shape, channels, channels],
        call: (x, weight, bias) => batchNorm(x, { weight, bias, training: true }),
      };
    },
    errors: [
      {
        inputs: [[1, 3]],
        call: (x) => batchNorm(x, { training: true }),
        message: /batchNorm: training needs more than one value a channel, .*call its eval\(\)/,
      },
      { inputs: [[2, 3]], call: (x) => batchNorm(x, {}), message: /batchNorm: needs runningMean and runningVar/ },
      {
        inputs: [[2, 3], [2]],
        call: (x, weight) => batchNorm(x, { weight, training: true }),
        message: /batchNorm: weight is \[2\], needs \[3\]/,
      },
    ],
  },
  channelMoments: {
    sample: (choose) => ({ inputs: [chooseBatch(choose)], call: channelMoments }),
    errors: [{ inputs: [[1, 3]], call: channelMoments, message: /batchNorm: training needs more than one value/ }],
  },
  batchNormalize: {
    sample(choose) {
      const shape = chooseBatch(choose);
      const channels = [shape[1]];
      const call = (x: Tensor, weight: Tensor, bias: Tensor) => batchNormalize(x, weight, bias, momentsOf(x), 1e-2);
      return { inputs: [shape, channels, channels], call };
    },
  },
  batchNormalizeInput: {
    sample(choose) {
      const shape = chooseBatch(choose);
      const call = (g: Tensor, x: Tensor, weight: Tensor) => batchNormalizeInput(g, x, weight, momentsOf(x), 1e-2);
      return { inputs: [shape, shape, [shape[1]]], call };
    },
  },
  channelProducts: {
    sample(choose) {
      const shape = chooseBatch(choose);
      return { inputs: [shape, shape], call: (g, x) => channelProducts(g, x, momentsOf(x), 1e-2) };
    },
  },
};

/** [n, c, ...] with more than one value a channel. */
function chooseBatch(choose: Chooser): number[] {
  return [choose.int(2, 4), ...choose.shape([1, 3], 1)];
}

/** Of x, as constants: that they depend on x is in the ops' own gradients. */
function momentsOf(x: Tensor): Tensor {
  return channelMoments(x.detach());
}
