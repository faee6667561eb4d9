import type { Tensor } from "../../../src/autograd/tensor.ts";
import type { Pair } from "../../../src/ops/pair.ts";
import { avgPool2d, maxPool2d, type PoolOptions } from "../../../src/ops/pool.ts";
import type { Samples, Trial } from "./sample.ts";

export const poolSamples: Samples = { maxPool2d: trial(maxPool2d), avgPool2d: trial(avgPool2d) };

function trial(pool: (x: Tensor, k: Pair, options?: PoolOptions) => Tensor): Trial {
  return {
    sample(choose) {
      const k = choose.pick<Pair>(2, 3, [1, 2]);
      const stride = choose.pick<Pair | undefined>(undefined, 1, [2, 1]);
      const padding = k === 3 ? choose.int(0, 1) : 0;
      const image = [choose.int(1, 2), choose.int(1, 2), choose.int(3, 5), choose.int(3, 5)];
      return { inputs: [image], call: (x) => pool(x, k, stride === undefined ? { padding } : { stride, padding }) };
    },
    errors: [
      { inputs: [[1, 1, 2, 2]], call: (x) => pool(x, 3), message: /a 3x3 window does not fit/ },
      {
        inputs: [[1, 1, 4, 4]],
        call: (x) => pool(x, 2, { padding: 2 }),
        message: /padding \[2, 2\] must be at most half/,
      },
      { inputs: [[4, 4]], call: (x) => pool(x, 2), message: /needs images .*got \[4, 4\]/ },
    ],
  };
}
