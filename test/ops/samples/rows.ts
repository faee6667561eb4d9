import { scatterAdd, take } from "../../../src/ops/rows.ts";
import type { Samples } from "./sample.ts";

export const rowsSamples: Samples = {
  take: {
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
  },
  scatterAdd: {
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
  },
};
