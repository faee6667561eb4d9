import { ones, zeros } from "../autograd/create.ts";
import { noGrad } from "../autograd/recording.ts";
import type { Buffer, Tensor } from "../autograd/tensor.ts";
import { checkOptions } from "../options.ts";
import { show } from "../shape.ts";
import { type Activation, isRelu } from "./activation.ts";
import { batchNormalize, channelMoments, normalizeBy, row } from "./batch-normalize.ts";
import { batchNormalizePool } from "./batch-normalize-pool.ts";
import { stack } from "./layout.ts";
import { checkShapes } from "./normalize.ts";
import { add, mul } from "./pointwise.ts";
import { type MaxPooling, maxPool2d, pooling } from "./pool.ts";

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
  /** What to do with each number in the same pass over memory, and on the way back. */
  activation?: Activation;
  /** Max pooling of all that, of images: in training without the array that is pooled. */
  maxPool?: MaxPooling;
}

/**
 * (x − mean) / √(variance + eps) · weight + bias for each channel (dimension 1) of [n, c, ...]. In training the batch's
 * mean and biased variance, and the running values move by `momentum` towards its mean and unbiased variance. With an
 * `activation` that of the result, in one pass, and with `maxPool` the largest of each window of that.
 * Derivation: docs/derivations.md#layernorm-and-batchnorm.
 */
export function batchNorm(x: Tensor, options: BatchNormOptions): Tensor {
  const known = ["weight", "bias", "runningMean", "runningVar", "training", "momentum", "eps"] as const;
  const checked = checkOptions("batchNorm", options, [...known, "activation", "maxPool"]);
  const { training = false, momentum = 0.1, eps = 1e-5, activation, maxPool, ...state } = checked;
  if (x.shape.length < 2) throw new RangeError(`batchNorm: needs [n, channels, ...], got ${show(x.shape)}`);
  const how = { eps, relu: isRelu("batchNorm", activation) };
  if (maxPool !== undefined) {
    const { kernel, ...window } = checkOptions("batchNorm: maxPool", maxPool, ["kernel", "stride", "padding"]);
    pooling("batchNorm: maxPool", x, kernel, window); // now: a wrong window is told before anything is computed
  }
  const channels = [x.shape[1]];
  checkShapes("batchNorm", state, channels);
  const { weight = ones(channels, { device: x.device }), bias = zeros(channels, { device: x.device }) } = state;
  if (training) {
    const moments = noGrad(() => channelMoments(x));
    const y = maxPool
      ? batchNormalizePool(x, weight, bias, moments, how, maxPool)
      : batchNormalize(x, weight, bias, moments, how);
    moveRunning(moments, x, momentum, state); // last: what was refused above has moved nothing
    return y;
  }
  const { runningMean, runningVar } = state;
  if (!runningMean || !runningVar) {
    throw new TypeError("batchNorm: needs runningMean and runningVar unless training is true");
  }
  const y = normalizeBy(x, weight, bias, stack([runningMean, runningVar]), how);
  if (!maxPool) return y;
  const { kernel, ...window } = maxPool;
  return maxPool2d(y, kernel, window);
}

/** The running values move towards the batch's. moments: [2, channels] */
function moveRunning(
  moments: Tensor,
  x: Tensor,
  momentum: number,
  { runningMean, runningVar }: Pick<BatchNormOptions, "runningMean" | "runningVar">,
): void {
  const count = x.size / x.shape[1];
  const move = (running: Buffer | undefined, of: 0 | 1, weight: number): void => {
    if (running === undefined) return;
    running.value = noGrad(() => add(mul(running, 1 - momentum), mul(row(moments, of), weight)));
  };
  move(runningMean, 0, momentum);
  move(runningVar, 1, (momentum * count) / (count - 1));
}
