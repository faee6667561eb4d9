/** Everything that decides the outcome, beside the digits and the device. */
export interface MnistConfig {
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** SGD's learning rate, the same in every step. */
  readonly lr: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly alignWeight: number;
  readonly uniformWeight: number;
  readonly alpha: number;
  readonly t: number;
  /** Widths of `convEncoder`: of its three convolutions, of fc7, of the features. */
  readonly encoder: { readonly channels: readonly number[]; readonly hidden: number; readonly featDim: number };
  /** Ranges of the affine views: radians, factors, shear, and shift as a share of half the picture. */
  readonly views: {
    readonly angle: number;
    readonly scale: readonly [least: number, most: number];
    readonly shear: number;
    readonly translate: number;
  };
}

/** Learning rate for a batch of 256; another batch gets its share, as in the paper's code. */
export const lrPer256 = 0.12;

export const mnistConfig: MnistConfig = {
  seed: 0,
  epochs: 1,
  batchSize: 256,
  lr: lrPer256,
  momentum: 0.9, // momentum, decay, weights, alpha and t: the paper's
  weightDecay: 1e-4,
  alignWeight: 1,
  uniformWeight: 1,
  alpha: 2,
  t: 2,
  encoder: { channels: [32, 64, 128], hidden: 256, featDim: 64 },
  views: { angle: 0.35, scale: [0.7, 1.15], shear: 0.2, translate: 0.2 },
};
