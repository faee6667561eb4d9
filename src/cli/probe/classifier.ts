import type { Tensor } from "../../autograd/tensor.ts";
import type { Device } from "../../devices/device.ts";
import { named } from "../../metrics/named.ts";
import { Adam, Linear, MultiStepLR, type Optimizer, type Schedule, SGD, trainStep } from "../../nn/index.ts";
import { crossEntropy, type Generator } from "../../ops/index.ts";
import type { Features } from "../train/encode.ts";
import type { ProbeConfig } from "./config.ts";

/** Shares of the test pictures, in 0..1. */
export interface Shares {
  /** Whose class is the one that is named. */
  readonly top1: number;
  /** Whose class is among the five that are named first; absent where there are no more than 20 classes. */
  readonly top5?: number;
}

/** From how many classes on it says something that the right one is among the first five. */
const classesForTop5 = 21;

/** How a classifier learns. */
export type ClassifierConfig = Pick<ProbeConfig, "optimizer" | "lr" | "lrDecayRate" | "lrDecayEpochs">;

/** What it names, from how many numbers, and whence its initial weights are drawn. */
export interface ClassifierInput {
  readonly width: number;
  readonly classes: number;
  readonly generator: Generator;
  readonly device: Device;
}

/**
 * A linear classifier of what a frozen layer gives, learnt by cross-entropy as in the code published with Wang & Isola 2020:
 * by Adam(betas 0.5, 0.999) from PyTorch's initial weights (`linear_eval.py`), or by SGD(momentum 0.9) from N(0, 0.01²), the
 * bias from 0 (`main_lincls.py`); the rate falls after given epochs.
 */
export class Classifier {
  readonly layer: Linear;
  readonly #schedule: Schedule;
  readonly #step: (features: Tensor, labels: Int32Array) => Promise<{ readonly loss: Tensor }>;

  constructor({ width, classes, generator, device }: ClassifierInput, config: ClassifierConfig) {
    const std = config.optimizer === "sgd" ? 0.01 : undefined;
    this.layer = new Linear(width, classes, { generator, std, device });
    const optimizer = optimizerOf(this.layer, config);
    this.#schedule = new MultiStepLR(optimizer, { milestones: config.lrDecayEpochs, gamma: config.lrDecayRate });
    this.#step = trainStep(optimizer, (features: Tensor, labels: Int32Array) => ({
      loss: crossEntropy(this.layer.forward(features), labels),
    }));
  }

  /** One step on rows [n, width] with labels [n]. Resolves to their mean cross-entropy before it, in nats. */
  async learn(features: Tensor, labels: Int32Array): Promise<number> {
    const { loss } = await this.#step(features, labels);
    return loss.item();
  }

  /** To be called after each epoch: sets the learning rate of the next. */
  endEpoch(): void {
    this.#schedule.step();
  }

  /** How many rows are named rightly. Throws where the logits are not finite. */
  async test({ data, shape: [n, d] }: Features, labels: Int32Array): Promise<Shares> {
    const { places, loss } = await named(this.layer, { n, d, data }, labels);
    if (!Number.isFinite(loss)) throw new RangeError(`probe: the loss of the test pictures is ${loss}: lower --lr`);
    const among = (first: number): number => places.filter((place) => place < first).length / n;
    return this.layer.weight.shape[0] < classesForTop5 ? { top1: among(1) } : { top1: among(1), top5: among(5) };
  }
}

function optimizerOf(layer: Linear, { optimizer, lr }: ClassifierConfig): Optimizer {
  switch (optimizer) {
    case "adam":
      return new Adam(layer.parameters(), { lr, betas: [0.5, 0.999] });
    case "sgd":
      return new SGD(layer.parameters(), { lr, momentum: 0.9 });
    default:
      return optimizer satisfies never;
  }
}
