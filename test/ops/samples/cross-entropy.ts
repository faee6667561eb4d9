import type { Tensor } from "../../../src/autograd/tensor.ts";
import { crossEntropy, crossEntropyInput } from "../../../src/ops/cross-entropy.ts";
import { logSumExp } from "../../../src/ops/reduce.ts";
import type { Samples } from "./sample.ts";

export const crossEntropySamples: Samples = {
  crossEntropy: {
    sample(choose) {
      const [n, classes] = choose.shape([2, 2], 2);
      const labels = Array.from({ length: n }, () => choose.int(0, classes - 1));
      const shape = [n, classes];
      return choose.pick(
        { inputs: [shape], call: (x: Tensor) => crossEntropy(x, labels) },
        { inputs: [shape, shape], call: (x: Tensor, p: Tensor) => crossEntropy(x, p) },
      );
    },
    errors: [
      { inputs: [[2, 3]], call: (x) => crossEntropy(x, [0]), message: /crossEntropy: logits \[2, 3\] but 1 labels/ },
      { inputs: [[2, 3]], call: (x) => crossEntropy(x, [0, 3]), message: /entry 1 is 3, needs a whole number in 0..2/ },
      { inputs: [[2, 3], [3]], call: (x, p) => crossEntropy(x, p), message: /logits \[2, 3\] but probabilities \[3\]/ },
    ],
  },
  crossEntropyInput: {
    sample(choose) {
      const [n, classes] = choose.shape([2, 2], 2);
      const labels = Array.from({ length: n }, () => choose.int(0, classes - 1));
      const shape = [n, classes];
      const totals = (x: Tensor): Tensor => logSumExp(x.detach(), { dim: 1 });
      return choose.pick(
        { inputs: [shape], call: (x: Tensor) => crossEntropyInput(x, totals(x), labels) },
        { inputs: [shape, shape], call: (x: Tensor, p: Tensor) => crossEntropyInput(x, totals(x), p) },
      );
    },
    errors: [
      {
        inputs: [[2, 3], [2]],
        call: (x, totals) => crossEntropyInput(x, totals, [0, 3]),
        message: /crossEntropyInput: labels: entry 1 is 3, needs a whole number in 0..2/,
      },
    ],
  },
};
