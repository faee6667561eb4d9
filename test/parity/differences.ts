/**
 * Where our ops do not do what PyTorch 1.13 does: the cases' names, with exactly what differs and why. All stand outside an op's domain
 * (a NaN or infinite input, options that contradict each other); a difference that goes away fails the spec too.
 */
export const differences: Readonly<Record<string, { readonly why: string; readonly found: readonly string[] }>> = {
  "abs: NaN stays NaN": {
    why: "the gradient is g sign(x), and the sign of NaN is NaN here, 0 in PyTorch",
    found: ["gradient of input 0: entry 0 is NaN, PyTorch has 0"],
  },
  "sign: NaN stays NaN": {
    why: "no number is the sign of NaN",
    found: ["value: entry 0 is NaN, PyTorch has 0"],
  },
  "maximum: NaN on either side propagates": {
    why: "neither side wins; PyTorch gives each the whole gradient. The value says NaN in both",
    found: [
      "gradient of input 0: entry 0 is 0, PyTorch has -1.38",
      "gradient of input 1: entry 0 is 0, PyTorch has -1.38",
    ],
  },
  "minimum: NaN on either side propagates": {
    why: "as for maximum",
    found: [
      "gradient of input 0: entry 0 is 0, PyTorch has -0.8",
      "gradient of input 1: entry 0 is 0, PyTorch has -0.8",
    ],
  },
  "max: NaN propagates over all": {
    why: "no entry equals NaN, so the shares are 0/0 everywhere; PyTorch's amax does the same, its max() of all does not",
    found: ["gradient of input 0: entry 0 is NaN, PyTorch has 0"],
  },
  "min: NaN propagates over all": {
    why: "as for max",
    found: ["gradient of input 0: entry 0 is NaN, PyTorch has 0"],
  },
  "variance: a correction above the count": {
    why: "the formula is taken at its word; PyTorch cuts the divisor off at 0",
    found: ["value: entry 0 is -0.0072, PyTorch has Infinity"],
  },
  "maxPool2d: two NaNs in a window": {
    why: "the first NaN is the extreme, as for max; PyTorch's pooling takes the last",
    found: ["gradient of input 0: entry 0 is 0.44, PyTorch has 0"],
  },
  "softmax: an entry infinity": {
    why: "beside an infinite entry the others have share 0; PyTorch makes the whole row NaN",
    found: ["value: entry 1 is 0, PyTorch has NaN"],
  },
  "logSoftmax: an entry infinity": {
    why: "as for softmax",
    found: ["value: entry 1 is -Infinity, PyTorch has NaN", "gradient of input 0: entry 1 is 0.69, PyTorch has NaN"],
  },
  "clamp: bounds the wrong way round": {
    why: "min > max: the result is max in both; where x is max by chance it counts as on the edge here",
    found: ["gradient of input 0: entry 1 is -0.44, PyTorch has 0"],
  },
};
