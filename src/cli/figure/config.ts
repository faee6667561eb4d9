import type { PictureSetName } from "./pictures.ts";

/** The figures there are. */
export const figureNames = ["circle", "scatter", "sweep", "finetune"] as const;
export type FigureName = (typeof figureNames)[number];

/** Everything that decides the numbers of a figure, beside the pictures and the device. */
export interface FigureConfig {
  readonly seed: number;
  /** Passes over the training pictures. */
  readonly epochs: number;
  readonly batchSize: number;
  /** SGD's learning rate. */
  readonly lr: number;
  /** Training pictures, evenly spaced among all. */
  readonly images: number;
  /** Test pictures, likewise. */
  readonly testImages: number;
  /** How many encoders are trained: for the scatter alone. */
  readonly encoders: number;
  /** Widths of `convEncoder`: of its three convolutions, of fc7, of the features. */
  readonly network: { readonly channels: readonly number[]; readonly hidden: number; readonly featDim: number };
}

/** SGD's other two, the paper's. */
export const sgd = { momentum: 0.9, weightDecay: 1e-4 } as const;

/** What figures start from, on digits or on coloured pictures, which cost and need more; each says where it differs. */
export function usualConfig(pictures: PictureSetName): FigureConfig {
  return {
    seed: 0,
    epochs: pictures === "mnist" ? 2 : 4,
    batchSize: 256,
    lr: 0.12,
    images: pictures === "mnist" ? 20_000 : 10_000,
    testImages: 5000,
    encoders: 0,
    network: { channels: [8, 16, 32], hidden: 64, featDim: 16 },
  };
}
