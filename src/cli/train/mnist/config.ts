import type { RandomAffineOptions } from "../../../data/index.ts";
import { lrPer256, type TrainConfig } from "../config.ts";

export interface MnistConfig extends TrainConfig {
  /** Ranges of the affine views: radians, factors, shear, and shift as a share of half the picture. */
  readonly views: Required<RandomAffineOptions>;
}

export const mnistConfig: MnistConfig = {
  seed: 0,
  epochs: 1,
  batchSize: 256,
  lr: lrPer256,
  lrDecayRate: 0.1, // the paper lowers the rate late in 200 passes: one pass has no late part
  lrDecayEpochs: [],
  momentum: 0.9, // momentum, decay, weights, alpha and t: the paper's
  weightDecay: 1e-4,
  alignWeight: 1,
  uniformWeight: 1,
  alpha: 2,
  t: 2,
  contrastiveWeight: 0,
  tau: 0.5,
  chunkSize: 0,
  arch: "conv",
  featDim: 64,
  mlp: false,
  channels: [32, 64, 128],
  hidden: 256,
  views: { angle: 0.35, scale: [0.7, 1.15], shear: 0.2, translate: 0.2 },
};
