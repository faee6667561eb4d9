/** Pixels of one picture, row-major [channels, height, width], usually in 0..1. */
export interface Image {
  readonly data: Float32Array;
  readonly shape: readonly [channels: number, height: number, width: number];
}
