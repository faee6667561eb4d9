import type { Tensor } from "../../../src/autograd/tensor.ts";
import type { Normalization } from "../../../src/devices/device.ts";
import type { WindowSizes } from "../../../src/devices/sizes.ts";
import type { Activation } from "../../../src/ops/activation.ts";
import { batchNorm } from "../../../src/ops/batch-norm.ts";
import {
  batchNormalize,
  batchNormalizeInput,
  batchNormalizeTotals,
  channelMoments,
  normalizeBy,
  row,
} from "../../../src/ops/batch-normalize.ts";
import {
  batchNormalizePool,
  batchNormalizePoolInput,
  batchNormalizePoolTotals,
} from "../../../src/ops/batch-normalize-pool.ts";
import { stack } from "../../../src/ops/layout.ts";
import { layerNorm, normalize } from "../../../src/ops/normalize.ts";
import { add, square } from "../../../src/ops/pointwise.ts";
import { type MaxPooling, pick } from "../../../src/ops/pool.ts";
import { unitRows, unitRowsInput } from "../../../src/ops/unit-rows.ts";
import { chooseWindow, out, places, under } from "./pool.ts";
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
      const activation = choose.pick<Activation | undefined>(undefined, "relu");
      return {
        inputs: [shape, channels, channels],
        call: (x, weight, bias) => batchNorm(x, { weight, bias, training: true, activation }),
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
      {
        inputs: [[2, 1, 4, 4]],
        call: (x) => batchNorm(x, { training: true, maxPool: { kernel: 2, padding: 2 } }),
        message: /^batchNorm: maxPool: padding \[2, 2\] must be at most half/,
      },
      {
        inputs: [[2, 3]],
        call: (x) => batchNorm(x, { training: true, maxPool: { kernel: 2 } }),
        message: /^batchNorm: maxPool: needs images .*got \[2, 3\]/,
      },
      {
        inputs: [[2, 3]],
        call: (x) => batchNorm(x, { training: true, activation: "gelu" as never }),
        message: /batchNorm: activation must be "relu" or left out, got gelu/,
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
      const how = chooseHow(choose);
      const call = (x: Tensor, weight: Tensor, bias: Tensor) => batchNormalize(x, weight, bias, momentsOf(x), how);
      return { inputs: [shape, channels, channels], call };
    },
  },
  normalizeBy: {
    sample(choose) {
      const shape = chooseBatch(choose);
      const [channels, how] = [[shape[1]], chooseHow(choose)];
      const call = (x: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, spread: Tensor) =>
        normalizeBy(x, weight, bias, stack([mean, add(square(spread), 0.1)]), how);
      return { inputs: [shape, channels, channels, channels, channels], call };
    },
  },
  row: {
    sample(choose) {
      const i = choose.pick<0 | 1>(0, 1);
      return { inputs: [[2, choose.int(0, 4)]], call: (x) => row(x, i) };
    },
  },
  batchNormalizeTotals: {
    sample(choose) {
      const shape = chooseBatch(choose);
      const [channels, how] = [[shape[1]], chooseHow(choose)];
      const call = (g: Tensor, x: Tensor, weight: Tensor, bias: Tensor) =>
        batchNormalizeTotals(g, x, weight, bias, momentsOf(x), how);
      return { inputs: [shape, shape, channels, channels], call };
    },
  },
  batchNormalizeInput: {
    sample(choose) {
      const shape = chooseBatch(choose);
      const [channels, how] = [[shape[1]], chooseHow(choose)];
      const call = (g: Tensor, x: Tensor, weight: Tensor, bias: Tensor, totals: Tensor) =>
        batchNormalizeInput(g, x, weight, bias, momentsOf(x), totals, how);
      return { inputs: [shape, shape, channels, channels, [2, shape[1]]], call };
    },
  },
  batchNormalizePool: {
    sample(choose) {
      const [window, how] = [chooseWindow(choose), chooseHow(choose)];
      const channels = [window.channels];
      const call = (x: Tensor, weight: Tensor, bias: Tensor) =>
        batchNormalizePool(x, weight, bias, momentsOf(x), how, poolingOf(window));
      return { inputs: [under(window), channels, channels], call };
    },
  },
  batchNormalizePoolTotals: {
    sample(choose) {
      const [window, how] = [chooseWindow(choose), chooseHow(choose)];
      const channels = [window.channels];
      const call = (g: Tensor, x: Tensor, weight: Tensor, bias: Tensor) => {
        const [at, own] = [places(g, window), x.detach()];
        return batchNormalizePoolTotals(g, x, weight, bias, momentsOf(x), pick(own, at, window), at, window, how);
      };
      return { inputs: [out(window), under(window), channels, channels], call };
    },
  },
  batchNormalizePoolInput: {
    sample(choose) {
      const [window, how] = [chooseWindow(choose), chooseHow(choose)];
      const channels = [window.channels];
      const call = (g: Tensor, x: Tensor, weight: Tensor, bias: Tensor, totals: Tensor) =>
        batchNormalizePoolInput(g, x, weight, bias, momentsOf(x), totals, places(g, window), window, how);
      return { inputs: [out(window), under(window), channels, channels, [2, window.channels]], call };
    },
  },
};

/** How a window pools. */
function poolingOf({ kernel, stride, padding }: WindowSizes): MaxPooling {
  return { kernel, stride, padding };
}

/** [n, c, ...] with more than one value a channel. */
function chooseBatch(choose: Chooser): number[] {
  return [choose.int(2, 4), ...choose.shape([1, 3], 1)];
}

function chooseHow(choose: Chooser): Normalization {
  return { eps: 1e-2, relu: choose.pick(false, true) };
}

/** Of x, as constants: that they depend on x is in the ops' own gradients. */
function momentsOf(x: Tensor): Tensor {
  return channelMoments(x.detach());
}
