import { type ClampOptions, clamp, gelu, greater, where } from "../../../src/ops/pointwise.ts";
import type { Samples } from "./sample.ts";

export const pointwiseSamples: Samples = {
  where: {
    sample(choose) {
      const [a, b] = choose.broadcastPair();
      return { inputs: [a, b], call: (x, y) => where(greater(x.detach(), 0), x, y) };
    },
    errors: [{ inputs: [[2], [3]], call: (a, b) => where(a, a, b), message: /\[2\] and \[3\] do not broadcast/ }],
  },
  gelu: {
    sample: (choose) => ({ inputs: [choose.shape()], call: (x) => gelu(x) }),
  },
  clamp: {
    sample(choose) {
      const bounds = choose.pick<ClampOptions>({ min: -1, max: 1 }, { min: -0.5 }, { max: 0.5 });
      return { inputs: [choose.shape()], call: (x) => clamp(x, bounds) };
    },
    errors: [
      {
        inputs: [[2]],
        call: (x) => clamp(x, { low: 0 } as ClampOptions),
        message: /clamp: unknown option "low": it takes min, max/,
      },
    ],
  },
};
