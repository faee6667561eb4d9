/** Pixels of one picture, row-major [channels, height, width], usually in 0..1. */
export interface Image {
  readonly data: Float32Array;
  readonly shape: readonly [channels: number, height: number, width: number];
}

/** A picture of bytes, 0..255, row-major [channels, height, width]. */
export interface ByteImage {
  readonly data: Uint8Array;
  readonly shape: readonly [channels: number, height: number, width: number];
}

/** Pixels of n pictures of one size, row-major: floats, usually in 0..1, or bytes, each of which stands for byte / 255. */
export interface Images<Data extends Float32Array | Uint8Array = Float32Array | Uint8Array> {
  readonly data: Data;
  readonly shape: readonly [n: number, channels: number, height: number, width: number];
}
