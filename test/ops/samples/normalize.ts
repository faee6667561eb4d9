import { batchNorm, layerNorm, normalize } from "../../../src/ops/normalize.ts";
import type { Samples } from "./sample.ts";

export const normalizeSamples: Samples = {
  normalize: {
    sample(choose) {
      const shape = choose.shape([2, 3], 2);
      const dim = choose.pick(undefined, 0, -1);
      return { inputs: [shape], call: (x) => (dim === undefined ? normalize(x) : normalize(x, { dim })) };
    },
    errors: [{ inputs: [[3]], call: (x) => normalize(x), message: /^normalize: dim 1 is out of range/ }],
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
      const shape = [choose.int(2, 4), ...choose.shape([1, 3], 1)];
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
        message: /batchNorm: training needs more than one value/,
      },
      { inputs: [[2, 3]], call: (x) => batchNorm(x, {}), message: /batchNorm: needs runningMean and runningVar/ },
      {
        inputs: [[2, 3], [2]],
        call: (x, weight) => batchNorm(x, { weight, training: true }),
        message: /batchNorm: weight is \[2\], needs \[3\]/,
      },
    ],
  },
};
