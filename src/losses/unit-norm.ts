import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { show } from "../shape.ts";

/** How far a row's length may be from 1: float32 normalisation of 10⁴ dimensions stays two orders below it. */
export const unitNormTolerance = 1e-3;

/**
 * x itself, once every row of [n, d] is found to have length 1 within `unitNormTolerance`. Throws naming the first row
 * that has not, and how to fix it; where reads wait, the verdict comes with the next read.
 */
export const requireUnitRows: Op<[x: Tensor, what: string]> = defineOp({
  name: "requireUnitRows",
  names: ["x"],
  plan(x: Tensor, what: string) {
    if (x.shape.length !== 2) throw new RangeError(`${what}: features must be [n, d], got shape ${show(x.shape)}`);
    return { inputs: [x], shape: x.shape, what };
  },
  forward(device, [x], { what, shapes: [[n, d]] }) {
    const squares = device.kernels.map({ name: "square", f: (a) => a * a }, x);
    const lengths = device.kernels.reduce("sum", squares, { outer: n, n: d, inner: 1 });
    squares.free();
    const verified = device.verify(x, lengths, (values) => {
      const row = values.findIndex((s) => !(Math.abs(Math.sqrt(s) - 1) <= unitNormTolerance));
      if (row < 0) return;
      const length = Math.sqrt(values[row]);
      const found = Number.isFinite(length) ? `length ${Number(length.toPrecision(4))}` : "a NaN or an infinity";
      throw new RangeError(
        `${what}: row ${row} of [${n}, ${d}] has ${found}, needs length 1. The losses never normalise: ` +
          "pass normalize(x), end the encoder with L2Norm, or turn the check off with { checkNorm: false }",
      );
    });
    lengths.free();
    return verified;
  },
  vjp: [(g) => g],
  sample: () => ({ inputs: [[1, 1]], call: (x) => x }),
});
