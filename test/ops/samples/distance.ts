import type { Tensor } from "../../../src/autograd/tensor.ts";
import { cdist, pdist, squaredDistances } from "../../../src/ops/distance.ts";
import type { Chooser, Sample, Samples } from "./sample.ts";

export const distanceSamples: Samples = {
  squaredDistances: {
    sample: pairSample((x, y) => squaredDistances(x, y)),
    errors: [
      {
        inputs: [
          [2, 3],
          [2, 4],
        ],
        call: (x, y) => squaredDistances(x, y),
        message: /squaredDistances: needs points .*\[2, 3\] and \[2, 4\]/,
      },
    ],
  },
  cdist: {
    sample: pairSample((x, y) => cdist(x, y)),
    errors: [
      { inputs: [[2, 3], [3]], call: (x, y) => cdist(x, y), message: /cdist: needs points .*\[2, 3\] and \[3\]/ },
    ],
  },
  pdist: {
    sample: (choose) => ({ inputs: [[choose.int(0, 6), choose.int(1, 4)]], call: (x) => pdist(x) }),
    errors: [{ inputs: [[3]], call: (x) => pdist(x), message: /pdist: needs points \[n, d\], got \[3\]/ }],
  },
};

function pairSample(call: (x: Tensor, y: Tensor) => Tensor): (choose: Chooser) => Sample {
  return (choose) => {
    const d = choose.int(1, 4);
    return {
      inputs: [
        [choose.int(0, 5), d],
        [choose.int(0, 5), d],
      ],
      call,
    };
  };
}
