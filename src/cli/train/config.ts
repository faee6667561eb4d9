/** Everything that decides the outcome, beside the digits. */
export interface MnistConfig {
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Adam's, at the start; lowered to 0 along half a cosine. */
  readonly lr: number;
  /** Widths of the encoder, pixels first, features last. */
  readonly sizes: readonly number[];
  /** Largest shift of a view, in pixels each way. */
  readonly maxShift: number;
  readonly alpha: number;
  readonly t: number;
}

export const mnistConfig: MnistConfig = {
  seed: 0,
  epochs: 12,
  batchSize: 128,
  lr: 1e-3,
  sizes: [784, 128, 64, 8],
  maxShift: 2,
  alpha: 2, // alpha and t: the paper's
  t: 2,
};

/** How many digits of each part are taken, evenly spaced through the files. */
export const digitCounts = { train: 4000, test: 1000 } as const;
