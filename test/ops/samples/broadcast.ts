import { expand, sumTo } from "../../../src/ops/broadcast.ts";
import { broadcastShapes } from "../../../src/shape.ts";
import type { Samples } from "./sample.ts";

export const broadcastSamples: Samples = {
  expand: {
    sample(choose) {
      const [from, other] = choose.broadcastPair();
      const to = broadcastShapes(from, other, "sample");
      return { inputs: [from], call: (x) => expand(x, to) };
    },
    errors: [{ inputs: [[2, 3]], call: (x) => expand(x, [2, 4]), message: /expand.*\[2, 3\].*\[2, 4\]/ }],
  },
  sumTo: {
    sample(choose) {
      const [to, other] = choose.broadcastPair();
      return { inputs: [broadcastShapes(to, other, "sample")], call: (x) => sumTo(x, to) };
    },
    errors: [{ inputs: [[2, 3]], call: (x) => sumTo(x, [2, 4]), message: /sumTo.*\[2, 4\].*\[2, 3\]/ }],
  },
};
