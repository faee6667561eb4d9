import { type Shape, sizeOf } from "../shape.ts";

/** A contiguous tensor seen as [outer, n, inner]: one axis and all that lies outside and inside it. */
export interface Axis {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
}

/** A shape seen along one of its dimensions. */
export function axisOf(shape: Shape, dim: number): Axis {
  return { outer: sizeOf(shape.slice(0, dim)), n: shape[dim], inner: sizeOf(shape.slice(dim + 1)) };
}

/** Element [i0, i1, ...] of `shape` lies at offset + sum_d i_d * strides[d]. Strides may be 0 or negative. */
export interface View {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** One product per batch: a is [m, k], or [k, m] when transposeA; b is [k, n], or [n, k] when transposeB. */
export interface MatmulSizes {
  readonly batch: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** False: the same matrix serves every batch. */
  readonly batchedA: boolean;
  readonly batchedB: boolean;
}

/** A window sliding over images [batch, channels, height, width]; pairs are [vertical, horizontal]. */
export interface WindowSizes {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly outHeight: number;
  readonly outWidth: number;
}

/** Numbers in the columns that `unfold` makes. */
export function columnCount({ batch, channels, kernel, outHeight, outWidth }: WindowSizes): number {
  return batch * channels * kernel[0] * kernel[1] * outHeight * outWidth;
}

/** Numbers in the images that a window slides over. */
export function pixelsIn({ batch, channels, height, width }: WindowSizes): number {
  return batch * channels * height * width;
}

/** Numbers in the images that come out, with as many channels as go in unless `channels` says otherwise. */
export function pixelsOut(window: WindowSizes, channels: number = window.channels): number {
  return window.batch * channels * window.outHeight * window.outWidth;
}
