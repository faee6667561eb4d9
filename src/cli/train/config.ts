import type { Architecture } from "./architectures.ts";

/** What decides the outcome of every run, beside the data and the device. */
export interface RunConfig {
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** The optimizer's learning rate at the start. */
  readonly lr: number;
  /** The rate is multiplied by `lrDecayRate` after each of `lrDecayEpochs`. */
  readonly lrDecayRate: number;
  readonly lrDecayEpochs: readonly number[];
  readonly alignWeight: number;
  readonly uniformWeight: number;
  readonly alpha: number;
  readonly t: number;
  /** Weight of the contrastive loss beside the other two, and its temperature. */
  readonly contrastiveWeight: number;
  readonly tau: number;
}

/** Everything that decides the outcome of a run on pictures. */
export interface TrainConfig extends RunConfig {
  /** SGD's. */
  readonly momentum: number;
  readonly weightDecay: number;
  /** Pictures whose views go through the encoder at once: 0 for all of a batch. */
  readonly chunkSize: number;
  readonly arch: Architecture;
  readonly featDim: number;
  /** Whether a ResNet's head is MoCo v2's, of two layers. */
  readonly mlp: boolean;
  /** Widths of `convEncoder`'s convolutions and of its fc7; other architectures have their own. */
  readonly channels: readonly number[];
  readonly hidden: number;
}

/** Learning rate for a batch of 256; another batch gets its share, as in the paper's code. */
export const lrPer256 = 0.12;

/** What the paper's scripts for two views in one batch have, whatever the pictures. */
export const paperSettings = {
  seed: 0,
  lrDecayRate: 0.1,
  momentum: 0.9,
  weightDecay: 1e-4,
  alignWeight: 1,
  uniformWeight: 1,
  alpha: 2,
  t: 2,
  contrastiveWeight: 0,
  tau: 0.5,
  chunkSize: 0,
  mlp: false,
} as const;
