import { ones, zeros } from "../autograd/create.ts";
import { Buffer, Parameter, type Tensor } from "../autograd/tensor.ts";
import type { Device } from "../devices/device.ts";
import { type Activation, add, batchNorm, type MaxPooling } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { checkShape, type Shape, show } from "../shape.ts";
import { Module } from "./module.ts";
import type { OnnxGraph, OnnxValue } from "./onnx-graph.ts";

/** How the running statistics move, and what is learnt. */
export interface BatchNormLayerOptions {
  /** Added to the variance: 1e-5 unless given. */
  eps?: number;
  /** Share of each new batch in the running statistics: 0.1 unless given; null weighs all batches so far alike. */
  momentum?: number | null;
  /** Whether to learn a scale and a shift: yes unless turned off. */
  affine?: boolean;
  device?: Device;
}

/** The layers around `batchNorm`, which differ in the inputs they take. */
abstract class BatchNorm extends Module {
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  // A field's name is its name in the state dict, and there PyTorch writes them like this.
  readonly running_mean: Buffer;
  readonly running_var: Buffer;
  readonly num_batches_tracked: Buffer;
  readonly #what: string;
  readonly #inner: readonly (readonly string[])[];
  readonly #eps: number;
  readonly #momentum: number | null;

  /** `inner` names the dimensions after the channels, for each number of them that the layer takes. */
  constructor(what: string, inner: readonly (readonly string[])[], channels: number, options: BatchNormLayerOptions) {
    super();
    const known = ["eps", "momentum", "affine", "device"] as const;
    const { eps = 1e-5, momentum = 0.1, affine = true, device } = checkOptions(what, options, known);
    checkShape([channels], what);
    if (!(eps >= 0)) throw new RangeError(`${what}: eps must be >= 0, got ${eps}`);
    if (momentum !== null && !(momentum >= 0 && momentum <= 1)) {
      throw new RangeError(
        `${what}: momentum must be in 0..1, or null for the average of all batches, got ${momentum}`,
      );
    }
    this.weight = affine ? new Parameter(ones([channels], { device })) : undefined;
    this.bias = affine ? new Parameter(zeros([channels], { device })) : undefined;
    this.running_mean = new Buffer(zeros([channels], { device }));
    this.running_var = new Buffer(ones([channels], { device }));
    this.num_batches_tracked = new Buffer(zeros([], { device }));
    this.#what = what;
    this.#inner = inner;
    this.#eps = eps;
    this.#momentum = momentum;
  }

  forward(x: Tensor): Tensor {
    return this.forwardWith(x);
  }

  override forwardWith(x: Tensor, activation?: Activation): Tensor {
    return this.#normalized(x, activation);
  }

  override forwardPooled(x: Tensor, activation: Activation, maxPool: MaxPooling): Tensor {
    return this.#normalized(x, activation, maxPool);
  }

  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    this.#check(x.shape);
    const { running_mean: mean, running_var: variance } = this;
    const channels = mean.shape;
    const scale = this.weight ?? graph.constant("scale", new Float32Array(channels[0]).fill(1), channels);
    const shift = this.bias ?? graph.constant("shift", new Float32Array(channels[0]), channels);
    return graph.node("BatchNormalization", [x, scale, shift, mean, variance], x.shape, {
      epsilon: { float: this.#eps },
    });
  }

  #normalized(x: Tensor, activation?: Activation, maxPool?: MaxPooling): Tensor {
    this.#check(x.shape);
    const { weight, bias, running_mean: runningMean, running_var: runningVar, training } = this;
    const momentum = this.#momentum ?? (training ? 1 / (this.num_batches_tracked.itemSync() + 1) : 0);
    const eps = this.#eps;
    const y = batchNorm(x, { weight, bias, runningMean, runningVar, training, momentum, eps, activation, maxPool });
    if (training) this.num_batches_tracked.value = add(this.num_batches_tracked, 1);
    return y;
  }

  #check(shape: Shape): void {
    const channels = this.running_mean.shape[0];
    if (shape[1] === channels && this.#inner.some((names) => names.length === shape.length - 2)) return;
    const needed = this.#inner.map((names) => `[${["n", channels, ...names].join(", ")}]`);
    throw new RangeError(`${this.#what}: needs ${needed.join(" or ")}, got ${show(shape)}`);
  }
}

/**
 * `batchNorm` over [n, c] or [n, c, length]. Weight 1, bias 0, running mean 0 and variance 1 at first, all [c];
 * `num_batches_tracked` [] counts the training batches. Training needs more than one value a channel. `momentum: null`
 * reads that count at once, so it throws in training on an asynchronous device.
 */
export class BatchNorm1d extends BatchNorm {
  constructor(channels: number, options: BatchNormLayerOptions = {}) {
    super("BatchNorm1d", [[], ["length"]], channels, options);
  }
}

/** `batchNorm` over [n, c, height, width]; in all else as `BatchNorm1d`. */
export class BatchNorm2d extends BatchNorm {
  constructor(channels: number, options: BatchNormLayerOptions = {}) {
    super("BatchNorm2d", [["height", "width"]], channels, options);
  }
}
