/** What holds the pixels of a picture. */
export type PixelData = Float32Array | Uint8Array;

/** Pixels of one picture, row-major [channels, height, width]. */
export interface Picture<Data extends PixelData = PixelData> {
  readonly data: Data;
  readonly shape: readonly [channels: number, height: number, width: number];
}

/** A picture of floats, usually in 0..1. Transforms of it follow torchvision's definitions for tensors. */
export type Image = Picture<Float32Array>;

/** A picture of bytes, 0..255. Transforms of it follow Pillow's definitions, as torchvision does for Pillow's pictures. */
export type ByteImage = Picture<Uint8Array>;

/** Pixels of n pictures of one size, row-major: floats, usually in 0..1, or bytes, each of which stands for byte / 255. */
export interface Images<Data extends PixelData = PixelData> {
  readonly data: Data;
  readonly shape: readonly [n: number, channels: number, height: number, width: number];
}
