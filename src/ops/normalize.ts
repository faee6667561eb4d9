import { noGrad } from "../autograd/recording.ts";
import type { Buffer, Tensor } from "../autograd/tensor.ts";
import { checkOptions } from "../options.ts";
import { resolveDim, type Shape, sameShape, show } from "../shape.ts";
import { reshape } from "./layout.ts";
import { add, clamp, div, mul, sqrt, sub } from "./pointwise.ts";
import { mean, norm, variance } from "./reduce.ts";

/**
 * x / max(‖x‖₂, eps) along `dim` (1 unless given): onto the unit sphere, and 0 stays 0.
 * Derivation: docs/derivations.md#normalize.
 */
export function normalize(x: Tensor, options: { dim?: number; eps?: number } = {}): Tensor {
  const { dim = 1, eps = 1e-12 } = checkOptions("normalize", options, ["dim", "eps"]);
  resolveDim(dim, x.shape.length, "normalize");
  return div(x, clamp(norm(x, { dim, keepdim: true }), { min: eps }));
}

/** Scale and shift after normalising, and what is added to the variance. */
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
export function layerNorm(x: Tensor, shape: Shape, options: LayerNormOptions = {}): Tensor {
  const { weight, bias, eps = 1e-5 } = checkOptions("layerNorm", options, ["weight", "bias", "eps"]);
  if (shape.length === 0 || !sameShape(x.shape.slice(-shape.length), shape)) {
    throw new RangeError(`layerNorm: shape ${show(x.shape)} does not end in ${show(shape)}`);
  }
  checkShapes("layerNorm", { weight, bias }, shape);
  const dim = shape.map((_, d) => d - shape.length);
  const [centre, spread] = [mean(x, { dim, keepdim: true }), variance(x, { dim, keepdim: true, correction: 0 })];
  return scaleAndShift(standardise(x, centre, spread, eps), weight, bias);
}

/** Scale, shift, running statistics, and which statistics to normalise by. */
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
export function batchNorm(x: Tensor, options: BatchNormOptions): Tensor {
  const known = ["weight", "bias", "runningMean", "runningVar", "training", "momentum", "eps"] as const;
  const { training = false, momentum = 0.1, eps = 1e-5, ...state } = checkOptions("batchNorm", options, known);
  if (x.shape.length < 2) throw new RangeError(`batchNorm: needs [n, channels, ...], got ${show(x.shape)}`);
  const channels = x.shape[1];
  checkShapes("batchNorm", state, [channels]);
  const perChannel = (t: Tensor): Tensor => reshape(t, [channels, ...x.shape.slice(2).map(() => 1)]);
  const [centre, spread] = training ? batchStatistics(x, momentum, state) : runningStatistics(state);
  const y = standardise(x, perChannel(centre), perChannel(spread), eps);
  return scaleAndShift(y, state.weight && perChannel(state.weight), state.bias && perChannel(state.bias));
}

type Running = Pick<BatchNormOptions, "runningMean" | "runningVar">;

function runningStatistics({ runningMean, runningVar }: Running): [Tensor, Tensor] {
  if (runningMean && runningVar) return [runningMean, runningVar];
  throw new TypeError("batchNorm: needs runningMean and runningVar unless training is true");
}

/** The batch's mean and biased variance, both [channels]; the running values move towards it. */
function batchStatistics(x: Tensor, momentum: number, { runningMean, runningVar }: Running): [Tensor, Tensor] {
  const count = x.size / x.shape[1];
  if (!(count > 1))
    throw new RangeError(`batchNorm: training needs more than one value a channel, got ${show(x.shape)}`);
  const dim = [...x.shape.keys()].filter((d) => d !== 1);
  const [batchMean, batchVar] = [mean(x, { dim }), variance(x, { dim, correction: 0 })];
  noGrad(() => {
    const move = (running: Buffer | undefined, batch: Tensor, weight: number): void => {
      if (running) running.value = add(mul(running, 1 - momentum), mul(batch, weight));
    };
    move(runningMean, batchMean, momentum);
    move(runningVar, batchVar, (momentum * count) / (count - 1));
  });
  return [batchMean, batchVar];
}

/** Throws unless each tensor that is given has the shape. */
function checkShapes(what: string, given: Readonly<Record<string, Tensor | undefined>>, shape: Shape): void {
  for (const [name, t] of Object.entries(given)) {
    if (t && !sameShape(t.shape, shape))
      throw new RangeError(`${what}: ${name} is ${show(t.shape)}, needs ${show(shape)}`);
  }
}

function standardise(x: Tensor, centre: Tensor, spread: Tensor, eps: number): Tensor {
  return div(sub(x, centre), sqrt(add(spread, eps)));
}

function scaleAndShift(x: Tensor, weight: Tensor | undefined, bias: Tensor | undefined): Tensor {
  const scaled = weight ? mul(x, weight) : x;
  return bias ? add(scaled, bias) : scaled;
}
