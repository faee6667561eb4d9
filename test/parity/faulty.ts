import { ones, zeros } from "../../src/autograd/create.ts";
import { noGrad } from "../../src/autograd/recording.ts";
import { Buffer, Parameter, type Tensor } from "../../src/autograd/tensor.ts";
import { type BatchNormLayerOptions, Module, Optimizer } from "../../src/nn/index.ts";
import { add, div, mean, mul, reshape, sqrt, square, sub, variance } from "../../src/ops/index.ts";
import type { ScheduleDescription, TrainingCase } from "./fixture.ts";

/** Mistakes that people make in optimizers, schedules and batch norms. */
export const faults = {
  SGD: [
    "the learning rate goes into the buffer",
    "the first buffer is damped",
    "nesterov is forgotten",
    "decay is decoupled from the gradient",
    "decay leaves out biases",
    "decay has twice the rate",
  ],
  Adam: [
    "eps goes under the root",
    "bias is not corrected",
    "the first step counts as the second",
    "decay is decoupled from the gradient",
    "the second moment is of the first",
    "betas are exchanged",
  ],
  AdamW: [
    "decay goes into the gradient",
    "decay leaves out the learning rate",
    "decay leaves out biases",
    "decay follows the step",
    "eps goes under the root",
    "bias is not corrected",
  ],
  schedules: [
    "the count starts at 1",
    "a milestone counts one step late",
    "milestones count once in all",
    "decay is smooth between the steps",
    "the cosine comes down at twice tMax",
    "the least rate is added on top",
    "the warm-up starts from 0",
    "the warm-up ends one step early",
    "what follows the warm-up counts from the start",
  ],
  BatchNorm: [
    "the batch is normalised by its unbiased variance",
    "the running variance is biased",
    "momentum is reversed",
    "evaluation uses the batch's statistics",
    "training uses the running statistics",
    "eps goes outside the root",
    "batches are not counted",
    "the statistics are constants to the gradient",
  ],
} as const;

type Options = Partial<Record<"lr" | "momentum" | "weightDecay" | "eps", number>> & {
  nesterov?: boolean;
  betas?: readonly [number, number];
};

type Next = readonly [parameter: Tensor, ...state: Tensor[]];

/** SGD, Adam and AdamW once more, straight from PyTorch's documentation, with a fault at will. */
export class Faulty extends Optimizer {
  readonly #kind: string;
  readonly #options: Options;
  readonly #fault: string | undefined;

  constructor(
    { optimizer, options }: Pick<TrainingCase, "optimizer" | "options">,
    parameters: readonly Parameter[],
    fault?: string,
  ) {
    const given = options as Options;
    super("Faulty", parameters, given.lr ?? 1e-3);
    this.#kind = optimizer;
    this.#options = given;
    this.#fault = fault;
  }

  protected slots(): readonly string[] {
    return this.#kind === "SGD" ? ["buffer"] : ["m", "v"];
  }

  protected fused(): undefined {}

  protected update(p: Tensor, gradient: Tensor, state: readonly Tensor[], step: number): Next {
    const decoupledKind = this.#kind === "AdamW";
    const { weightDecay = decoupledKind ? 0.01 : 0 } = this.#options;
    const spared = this.#fault === "decay leaves out biases" && p.shape.length < 2;
    const decay = spared ? 0 : this.#fault === "decay has twice the rate" ? 2 * weightDecay : weightDecay;
    const exchanged = decoupledKind ? "decay goes into the gradient" : "decay is decoupled from the gradient";
    if (decoupledKind === (this.#fault === exchanged)) {
      return this.#moved(p, add(gradient, mul(p, decay)), state, step);
    }
    const kept = 1 - (this.#fault === "decay leaves out the learning rate" ? 1 : this.lr) * decay;
    if (this.#fault === "decay follows the step") {
      const [moved, ...next] = this.#moved(p, gradient, state, step);
      return [mul(moved, kept), ...next];
    }
    return this.#moved(mul(p, kept), gradient, state, step);
  }

  #moved(p: Tensor, g: Tensor, state: readonly Tensor[], step: number): Next {
    return this.#kind === "SGD" ? this.#sgd(p, g, state) : this.#adam(p, g, state, step);
  }

  #sgd(p: Tensor, g: Tensor, [b]: readonly Tensor[]): Next {
    const { momentum = 0, nesterov = false } = this.#options;
    const inside = this.#fault === "the learning rate goes into the buffer" ? this.lr : 1;
    const damped = this.#fault === "the first buffer is damped" ? 1 - momentum : 1;
    const buffer = b ? add(mul(b, momentum), mul(g, inside)) : mul(g, damped * inside);
    const ahead = nesterov && this.#fault !== "nesterov is forgotten";
    return [sub(p, mul(ahead ? add(mul(g, inside), mul(buffer, momentum)) : buffer, this.lr / inside)), buffer];
  }

  #adam(p: Tensor, g: Tensor, [before, beforeSquare]: readonly Tensor[], step: number): Next {
    const { betas = [0.9, 0.999], eps = 1e-8 } = this.#options;
    const [beta1, beta2] = this.#fault === "betas are exchanged" ? [betas[1], betas[0]] : betas;
    const moment = (old: Tensor | undefined, value: Tensor, beta: number): Tensor =>
      old ? add(mul(old, beta), mul(value, 1 - beta)) : mul(value, 1 - beta);
    const m = moment(before, g, beta1);
    const v = moment(beforeSquare, square(this.#fault === "the second moment is of the first" ? m : g), beta2);
    const k = this.#fault === "the first step counts as the second" ? step + 1 : step;
    const [c1, c2] = this.#fault === "bias is not corrected" ? [1, 1] : [1 - beta1 ** k, 1 - beta2 ** k];
    const spread = div(v, c2);
    const scale = this.#fault === "eps goes under the root" ? sqrt(add(spread, eps)) : add(sqrt(spread), eps);
    return [sub(p, mul(div(m, scale), this.lr / c1)), m, v];
  }
}

/** The rate of a described schedule after `steps` steps, straight from the formulas, with a fault at will. */
export function faultyRate([name, given]: ScheduleDescription, base: number, steps: number, fault?: string): number {
  const options = given as Record<"stepSize" | "tMax" | "steps", number> & {
    milestones: readonly number[];
    gamma?: number;
    etaMin?: number;
    startFactor?: number;
    after?: ScheduleDescription;
  };
  const { gamma = 0.1, etaMin = 0, startFactor = 1 / 3, after } = options;
  const k = fault === "the count starts at 1" ? steps + 1 : steps;
  if (name === "MultiStepLR") {
    const late = fault === "a milestone counts one step late" ? 1 : 0;
    const reached = options.milestones.filter((milestone) => k >= milestone + late).length;
    return base * gamma ** (fault === "milestones count once in all" ? Math.min(1, reached) : reached);
  }
  if (name === "StepLR") {
    const decays = k / options.stepSize;
    return base * gamma ** (fault === "decay is smooth between the steps" ? decays : Math.floor(decays));
  }
  if (name === "CosineAnnealingLR") {
    const period = fault === "the cosine comes down at twice tMax" ? 2 * options.tMax : options.tMax;
    const height = fault === "the least rate is added on top" ? base : base - etaMin;
    return etaMin + (height * (1 + Math.cos((Math.PI * k) / period))) / 2;
  }
  const warm = options.steps - (fault === "the warm-up ends one step early" ? 1 : 0);
  if (k >= warm) {
    const since = fault === "what follows the warm-up counts from the start" ? k : k - warm;
    return after ? faultyRate(after, base, since) : base;
  }
  const low = fault === "the warm-up starts from 0" ? 0 : startFactor;
  return base * (low + ((1 - low) * k) / warm);
}

/** Batch norm once more, straight from PyTorch's documentation, with a fault at will. */
export class FaultyBatchNorm extends Module {
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  readonly running_mean: Buffer;
  readonly running_var: Buffer;
  readonly num_batches_tracked: Buffer;
  readonly #eps: number;
  readonly #momentum: number | null;
  readonly #fault: string | undefined;

  constructor(channels: number, options: BatchNormLayerOptions, fault?: string) {
    super();
    const { eps = 1e-5, momentum = 0.1, affine = true, device } = options;
    this.weight = affine ? new Parameter(ones([channels], { device })) : undefined;
    this.bias = affine ? new Parameter(zeros([channels], { device })) : undefined;
    this.running_mean = new Buffer(zeros([channels], { device }));
    this.running_var = new Buffer(ones([channels], { device }));
    this.num_batches_tracked = new Buffer(zeros([], { device }));
    this.#eps = eps;
    this.#momentum = momentum;
    this.#fault = fault;
  }

  forward(x: Tensor): Tensor {
    const dim = [...x.shape.keys()].filter((d) => d !== 1);
    const [centre, biased, unbiased] = [mean(x, { dim }), variance(x, { dim, correction: 0 }), variance(x, { dim })];
    const before = [this.running_mean.value, this.running_var.value];
    if (this.training) {
      this.#move(centre, this.#fault === "the running variance is biased" ? biased : unbiased);
    }
    const unbiasedInside = this.#fault === "the batch is normalised by its unbiased variance";
    const batch = [centre, unbiasedInside ? unbiased : biased];
    const ofBatch = this.training
      ? this.#fault !== "training uses the running statistics"
      : this.#fault === "evaluation uses the batch's statistics";
    const constant = this.#fault === "the statistics are constants to the gradient";
    const [m, v] = !ofBatch ? before : constant ? batch.map((s) => s.detach()) : batch;
    const perChannel = (s: Tensor): Tensor => reshape(s, [s.size, ...x.shape.slice(2).map(() => 1)]);
    const outside = this.#fault === "eps goes outside the root";
    const spread = outside ? add(sqrt(v), this.#eps) : sqrt(add(v, this.#eps));
    const y = div(sub(x, perChannel(m)), perChannel(spread));
    return this.weight && this.bias ? add(mul(y, perChannel(this.weight)), perChannel(this.bias)) : y;
  }

  #move(centre: Tensor, spread: Tensor): void {
    noGrad(() => {
      const count = add(this.num_batches_tracked, 1);
      const momentum = this.#momentum ?? 1 / count.itemSync();
      const share = this.#fault === "momentum is reversed" ? 1 - momentum : momentum;
      const moved = (running: Tensor, next: Tensor): Tensor => add(mul(running, 1 - share), mul(next, share));
      this.running_mean.value = moved(this.running_mean, centre);
      this.running_var.value = moved(this.running_var, spread);
      if (this.#fault !== "batches are not counted") this.num_batches_tracked.value = count;
    });
  }
}
