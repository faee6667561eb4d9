import type { RandomAffineOptions } from "../../../data/index.ts";
import { lrPer256, paperSettings, type TrainConfig } from "../config.ts";

export interface MnistConfig extends TrainConfig {
  /** Ranges of the affine views: radians, factors, shear, and shift as a share of half the picture. */
  readonly views: Required<RandomAffineOptions>;
}

export const mnistConfig: MnistConfig = {
  ...paperSettings,
  epochs: 1,
  batchSize: 256,
  lr: lrPer256,
  lrDecayEpochs: [], // the paper lowers the rate late in 200 passes: one pass has no late part
  arch: "conv",
  featDim: 64,
  channels: [32, 64, 128],
  hidden: 256,
  views: { angle: 0.35, scale: [0.7, 1.15], shear: 0.2, translate: 0.2 },
};
