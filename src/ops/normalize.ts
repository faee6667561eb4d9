import { ones, zeros } from "../autograd/create.ts";
import { defineOp, type Op } from "../autograd/op.ts";
import { noGrad } from "../autograd/recording.ts";
import type { Buffer, Tensor } from "../autograd/tensor.ts";
import { axisOf } from "../devices/device.ts";
import { checkOptions } from "../options.ts";
import { resolveDim, type Shape, sameShape, show } from "../shape.ts";
import { fusedKernel } from "./fused-kernel.ts";
import { reshape, slice, squeeze, stack } from "./layout.ts";
import { add, clamp, div, mul, sqrt, sub } from "./pointwise.ts";
import { mean, norm, sum, variance } from "./reduce.ts";
import { unitRows } from "./unit-rows.ts";

/**
 * x / max(‖x‖₂, eps) along `dim` (1 unless given): onto the unit sphere, and 0 stays 0.
 * Derivation: docs/derivations.md#normalize.
 */
export function normalize(x: Tensor, options: { dim?: number; eps?: number } = {}): Tensor {
  const { dim = 1, eps = 1e-12 } = checkOptions("normalize", options, ["dim", "eps"]);
  const last = resolveDim(dim, x.shape.length, "normalize") === x.shape.length - 1;
  return last ? unitRows(x, eps) : div(x, clamp(norm(x, { dim, keepdim: true }), { min: eps }));
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
  const channels = [x.shape[1]];
  checkShapes("batchNorm", state, channels);
  const { weight = ones(channels, { device: x.device }), bias = zeros(channels, { device: x.device }) } = state;
  if (training) {
    const moments = noGrad(() => channelMoments(x));
    const y = batchNormalize(x, weight, bias, moments, eps);
    moveRunning(moments, x, momentum, state); // last: what was refused above has moved nothing
    return y;
  }
  const { runningMean, runningVar } = state;
  if (!runningMean || !runningVar) {
    throw new TypeError("batchNorm: needs runningMean and runningVar unless training is true");
  }
  const scale = div(weight, sqrt(add(runningVar, eps)));
  return add(mul(x, perChannel(scale, x)), perChannel(sub(bias, mul(runningMean, scale)), x));
}

/** The running values move towards the batch's. moments: [2, channels] */
function moveRunning(
  moments: Tensor,
  x: Tensor,
  momentum: number,
  { runningMean, runningVar }: Pick<BatchNormOptions, "runningMean" | "runningVar">,
): void {
  const count = x.size / x.shape[1];
  const move = (running: Buffer | undefined, row: number, weight: number): void => {
    if (running === undefined) return;
    const batch = squeeze(slice(moments, { start: row, end: row + 1 }), 0);
    running.value = noGrad(() => add(mul(running, 1 - momentum), mul(batch, weight)));
  };
  move(runningMean, 0, momentum);
  move(runningVar, 1, (momentum * count) / (count - 1));
}

/** Mean and biased variance of each channel (dimension 1) of [n, c, ...] -> [2, c]. */
export const channelMoments: Op<[x: Tensor]> = defineOp({
  name: "channelMoments",
  kernel: "channelMoments",
  names: ["x"],
  plan(x: Tensor) {
    if (!(x.size > x.shape[1])) {
      throw new RangeError(
        `batchNorm: training needs more than one value a channel, got ${show(x.shape)}: to use a trained model call its ` +
          "eval(); to train it leave out a last batch of one ({ dropLast: true })",
      );
    }
    return { inputs: [x], shape: [2, x.shape[1]] };
  },
  compose(x) {
    const dim = others(x);
    return stack([mean(x, { dim }), variance(x, { dim, correction: 0 })]);
  },
  forward: (device, [x], { shapes: [from] }) => fusedKernel(device, "channelMoments")(x, axisOf(from, 1)),
});

/**
 * x̂ · weight + bias with x̂ = (x − mean) / √(variance + eps), for each channel of [n, c, ...]. `moments`: what
 * `channelMoments` says of this very x, so that they need not be computed again; its dependence on x is in the gradient.
 * Derivation: docs/derivations.md#layernorm-and-batchnorm.
 */
export const batchNormalize: Op<[x: Tensor, weight: Tensor, bias: Tensor, moments: Tensor, eps: number]> = defineOp({
  name: "batchNormalize",
  kernel: "batchNormalize",
  names: ["x", "weight", "bias", "moments"],
  plan: (x: Tensor, weight: Tensor, bias: Tensor, moments: Tensor, eps: number) => ({
    inputs: [x, weight, bias, moments],
    shape: x.shape,
    eps,
  }),
  compose: (x, weight, bias, _, eps) => add(mul(xhat(x, eps), perChannel(weight, x)), perChannel(bias, x)),
  forward: (device, [x, weight, bias, moments], { eps, shape }) =>
    fusedKernel(device, "batchNormalize")(x, weight, bias, moments, axisOf(shape, 1), eps),
  vjp: [
    (g, { x, weight, moments }, { eps }) => batchNormalizeInput(g, x, weight, moments, eps),
    (g, { x, moments }, { eps }) => channelProducts(g, x, moments, eps),
    (g) => sum(g, { dim: others(g) }),
    null,
  ],
  saves: [["x", "weight", "moments"], ["x", "moments"], [], []],
});

/** weight / √(variance + eps) · (g − mean g − x̂ mean(g x̂)): the gradient of `batchNormalize` in x. */
export const batchNormalizeInput: Op<[g: Tensor, x: Tensor, weight: Tensor, moments: Tensor, eps: number]> = defineOp({
  name: "batchNormalizeInput",
  kernel: "batchNormalizeInput",
  names: ["g", "x", "weight", "moments"],
  plan: (g: Tensor, x: Tensor, weight: Tensor, moments: Tensor, eps: number) => ({
    inputs: [g, x, weight, moments],
    shape: x.shape,
    eps,
  }),
  compose(g, x, weight, _, eps) {
    const [dim, standard] = [others(x), xhat(x, eps)];
    const along = mul(standard, mean(mul(g, standard), { dim, keepdim: true }));
    const spread = sqrt(add(variance(x, { dim, keepdim: true, correction: 0 }), eps));
    return mul(div(perChannel(weight, x), spread), sub(sub(g, mean(g, { dim, keepdim: true })), along));
  },
  forward: (device, [g, x, weight, moments], { eps, shape }) =>
    fusedKernel(device, "batchNormalizeInput")(g, x, weight, moments, axisOf(shape, 1), eps),
});

/** Σ g x̂ for each channel -> [c]: the gradient of `batchNormalize` in weight. */
export const channelProducts: Op<[g: Tensor, x: Tensor, moments: Tensor, eps: number]> = defineOp({
  name: "channelProducts",
  kernel: "channelProducts",
  names: ["g", "x", "moments"],
  plan: (g: Tensor, x: Tensor, moments: Tensor, eps: number) => ({
    inputs: [g, x, moments],
    shape: [x.shape[1]],
    eps,
  }),
  compose: (g, x, _, eps) => sum(mul(g, xhat(x, eps)), { dim: others(x) }),
  forward: (device, [g, x, moments], { eps, shapes: [from] }) =>
    fusedKernel(device, "channelProducts")(g, x, moments, axisOf(from, 1), eps),
});

/** All dimensions but that of the channels. */
function others({ shape }: Tensor): number[] {
  return [...shape.keys()].filter((d) => d !== 1);
}

/** [c] -> [c, 1, ...], which broadcasts along x: [n, c, ...]. */
function perChannel(t: Tensor, { shape }: Tensor): Tensor {
  return reshape(t, [shape[1], ...shape.slice(2).map(() => 1)]);
}

/** x standardised by its own channels' mean and variance. */
function xhat(x: Tensor, eps: number): Tensor {
  const dim = others(x);
  return standardise(x, mean(x, { dim, keepdim: true }), variance(x, { dim, keepdim: true, correction: 0 }), eps);
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
