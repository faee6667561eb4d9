import { Tensor } from "../../../src/autograd/tensor.ts";
import type { Recurrence } from "../../../src/devices/device.ts";
import { fusedKernel } from "../../../src/ops/fused-kernel.ts";
import { gru, gruGradients } from "../../../src/ops/gru.ts";
import type { Chooser, Samples } from "./sample.ts";

/** Up to three sequences of up to four items, read either way, of up to three numbers each. */
function chosen(choose: Chooser): { along: Recurrence; shapes: number[][] } {
  const counts = Array.from({ length: choose.int(0, 4) }, () => choose.int(1, 3)).sort((a, b) => b - a);
  const along = { batchSizes: Int32Array.from(counts), reverse: choose.pick(false, true) };
  const [items, width] = [counts.reduce((sum, count) => sum + count, 0), choose.int(1, 3)];
  return { along, shapes: [[items, 3 * width], [counts[0] ?? 0, width], [3 * width, width], [3 * width]] };
}

const two: Recurrence = { batchSizes: Int32Array.of(2, 1), reverse: false };

export const gruSamples: Samples = {
  gru: {
    sample(choose) {
      const { along, shapes } = chosen(choose);
      return { inputs: shapes, call: (x, h, w, b) => gru(x, h, w, b, along) };
    },
    errors: [
      {
        inputs: [[3, 0], [2, 0], [0, 0], [0]],
        call: (x, h, w, b) => gru(x, h, w, b, two),
        message: /gru: start is \[2, 0\], needs \[2, width\] with a width of at least 1/,
      },
      {
        inputs: [[4, 3], [2, 1], [3, 1], [3]],
        call: (x, h, w, b) => gru(x, h, w, b, two),
        message: /gru: gates is \[4, 3\], needs \[3, 3\] for 2 sequences with 3 items in all/,
      },
      {
        inputs: [[3, 3], [3, 1], [3, 1], [3]],
        call: (x, h, w, b) => gru(x, h, w, b, two),
        message: /gru: start is \[3, 1\], needs \[2, 1\] for 2 sequences with 3 items/,
      },
      {
        inputs: [[3, 3], [2, 1], [3, 2], [3]],
        call: (x, h, w, b) => gru(x, h, w, b, two),
        message: /gru: weight is \[3, 2\], needs \[3, 1\]/,
      },
      {
        inputs: [[3, 3], [2, 1], [3, 1], [1]],
        call: (x, h, w, b) => gru(x, h, w, b, two),
        message: /gru: bias is \[1\], needs \[3\]/,
      },
    ],
  },
  gruGradients: {
    sample(choose) {
      const { along, shapes } = chosen(choose);
      const [[items], [, width]] = shapes;
      return {
        inputs: [[items, width], ...shapes],
        call(g, x, h, w, b) {
          const kernel = fusedKernel(x.device, "gru");
          const { y, trace } = kernel(x.storage, h.storage, w.storage, b.storage, width, along);
          const [output, kept] = [new Tensor(y, [items, width]), new Tensor(trace, [items, 4 * width])];
          return gruGradients(g, x, h, w, b, output, kept, along);
        },
      };
    },
  },
};
