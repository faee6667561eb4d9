import { type Composite, defineComposite } from "../autograd/op.ts";
import { noGrad } from "../autograd/recording.ts";
import type { Buffer, Tensor } from "../autograd/tensor.ts";
import { checkOptions } from "../options.ts";
import { type Shape, sameShape, show } from "../shape.ts";
import { reshape } from "./layout.ts";
import { add, clamp, div, mul, sqrt, sub } from "./pointwise.ts";
import { mean, norm, variance } from "./reduce.ts";

/**
 * x / max(‖x‖₂, eps) along `dim` (1 unless given): onto the unit sphere, and 0 stays 0.
 * Derivation: docs/derivations.md#normalize.
 */
export const normalize: Composite<[x: Tensor, options?: { dim?: number; eps?: number }]> = defineComposite({
  name: "normalize",
  compose(x: Tensor, options: { dim?: number; eps?: number } = {}) {
    const { dim = 1, eps = 1e-12 } = checkOptions("normalize", options, ["dim", "eps"]);
    return div(x, clamp(norm(x, { dim, keepdim: true }), { min: eps }));
  },
  sample(choose) {
    const shape = choose.shape([2, 3], 2);
    const dim = choose.pick(undefined, 0, -1);
    return { inputs: [shape], call: (x) => (dim === undefined ? normalize(x) : normalize(x, { dim })) };
  },
  errors: [{ inputs: [[3]], call: (x) => normalize(x), message: /dim 1 is out of range/ }],
});

export interface LayerNormOptions {
  /** Both shaped like the normalised dimensions. */
  weight?: Tensor;
  bias?: Tensor;
  eps?: number;
}

/**
 * (x − mean) / √(variance + eps) · weight + bias over the last dimensions, whose shape is `shape`; biased variance, eps 1e-5.
 * Derivation: docs/derivations.md#layernorm-and-batchnorm.
 */
export const layerNorm: Composite<[x: Tensor, shape: Shape, options?: LayerNormOptions]> = defineComposite({
  name: "layerNorm",
  compose(x: Tensor, shape: Shape, options: LayerNormOptions = {}) {
    const { weight, bias, eps = 1e-5 } = checkOptions("layerNorm", options, ["weight", "bias", "eps"]);
    if (shape.length === 0 || !sameShape(x.shape.slice(-shape.length), shape)) {
      throw new RangeError(`layerNorm: shape ${show(x.shape)} does not end in ${show(shape)}`);
    }
    const dim = shape.map((_, d) => d - shape.length);
    return scaleAndShift(
      standardise(x, mean(x, { dim, keepdim: true }), variance(x, { dim, keepdim: true, correction: 0 }), eps),
      weight,
      bias,
    );
  },
  sample(choose) {
    const shape = choose.shape([1, 2], 2);
    const x = [...choose.shape([0, 2], 1), ...shape];
    return { inputs: [x, shape, shape], call: (a, weight, bias) => layerNorm(a, shape, { weight, bias }) };
  },
  errors: [
    { inputs: [[2, 3]], call: (x) => layerNorm(x, [2]), message: /layerNorm: shape \[2, 3\] does not end in \[2\]/ },
  ],
});

export interface BatchNormOptions {
  /** All four [channels]. */
  weight?: Tensor;
  bias?: Tensor;
  runningMean?: Buffer;
  runningVar?: Buffer;
  /** Normalise by this batch and update the running values; else normalise by the running values. */
  training?: boolean;
  /** How much of the new statistics enters the running ones. */
  momentum?: number;
  eps?: number;
}

/**
 * (x − mean) / √(variance + eps) · weight + bias for each channel (dimension 1) of [n, c, ...]. In training the batch's
 * mean and biased variance, and the running values move by `momentum` towards its mean and unbiased variance.
 * Derivation: docs/derivations.md#layernorm-and-batchnorm.
 */
export const batchNorm: Composite<[x: Tensor, options: BatchNormOptions]> = defineComposite({
  name: "batchNorm",
  compose(x: Tensor, options: BatchNormOptions) {
    const known = ["weight", "bias", "runningMean", "runningVar", "training", "momentum", "eps"] as const;
    const {
      weight,
      bias,
      runningMean,
      runningVar,
      training = false,
      momentum = 0.1,
      eps = 1e-5,
    } = checkOptions("batchNorm", options, known);
    if (x.shape.length < 2) throw new RangeError(`batchNorm: needs [n, channels, ...], got ${show(x.shape)}`);
    const perChannel = [x.shape[1], ...x.shape.slice(2).map(() => 1)];
    for (const [name, t] of Object.entries({ weight, bias, runningMean, runningVar })) {
      if (t && !sameShape(t.shape, [x.shape[1]])) {
        throw new RangeError(
          `batchNorm: ${name} has shape ${show(t.shape)}, x ${show(x.shape)} needs ${show([x.shape[1]])}`,
        );
      }
    }
    const along = (t: Tensor | undefined): Tensor | undefined => t && reshape(t, perChannel);
    if (!training) {
      if (!runningMean || !runningVar)
        throw new TypeError("batchNorm: needs runningMean and runningVar unless training is true");
      return scaleAndShift(
        standardise(x, reshape(runningMean, perChannel), reshape(runningVar, perChannel), eps),
        along(weight),
        along(bias),
      );
    }
    const count = x.size / x.shape[1];
    if (!(count > 1))
      throw new RangeError(`batchNorm: training needs more than one value a channel, got shape ${show(x.shape)}`);
    const dim = [...x.shape.keys()].filter((d) => d !== 1);
    const batchMean = mean(x, { dim, keepdim: true });
    const batchVar = variance(x, { dim, keepdim: true, correction: 0 });
    noGrad(() => {
      const move = (running: Buffer | undefined, batch: Tensor, scale: number): void => {
        if (running)
          running.value = add(mul(running, 1 - momentum), mul(reshape(batch, running.shape), momentum * scale));
      };
      move(runningMean, batchMean, 1);
      move(runningVar, batchVar, count / (count - 1));
    });
    return scaleAndShift(standardise(x, batchMean, batchVar, eps), along(weight), along(bias));
  },
  sample(choose) {
    const shape = [choose.int(2, 4), ...choose.shape([1, 3], 1)];
    const channels = [shape[1]];
    return {
      inputs: [shape, channels, channels],
      call: (x, weight, bias) => batchNorm(x, { weight, bias, training: true }),
    };
  },
  errors: [
    {
      inputs: [[1, 3]],
      call: (x) => batchNorm(x, { training: true }),
      message: /batchNorm: training needs more than one value/,
    },
    { inputs: [[2, 3]], call: (x) => batchNorm(x, {}), message: /batchNorm: needs runningMean and runningVar/ },
    {
      inputs: [[2, 3], [2]],
      call: (x, weight) => batchNorm(x, { weight, training: true }),
      message: /weight has shape \[2\].*needs \[3\]/,
    },
  ],
});

function standardise(x: Tensor, centre: Tensor, spread: Tensor, eps: number): Tensor {
  return div(sub(x, centre), sqrt(add(spread, eps)));
}

function scaleAndShift(x: Tensor, weight: Tensor | undefined, bias: Tensor | undefined): Tensor {
  const scaled = weight ? mul(x, weight) : x;
  return bias ? add(scaled, bias) : scaled;
}
