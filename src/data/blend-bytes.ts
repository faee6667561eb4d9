import type { ByteImage } from "./image.ts";

/**
 * factor · pixel + (1 − factor) · other, `other` one level for all: Pillow's `Image.blend`, which is
 * other + factor · (pixel − other) in float32, cut off to a whole level in 0..255.
 */
export function blendLevel({ data, shape }: ByteImage, factor: number, other: number): ByteImage {
  const [alpha, table] = [Math.fround(factor), new Uint8Array(256)];
  for (let level = 0; level < 256; level++) table[level] = cut(other + Math.fround(alpha * (level - other)));
  const out = new Uint8Array(data.length);
  for (let k = 0; k < out.length; k++) out[k] = table[data[k]];
  return { data: out, shape };
}

/** The same with a level for each pixel, `plane` [height, width]. */
export function blendPlane({ data, shape }: ByteImage, factor: number, plane: Uint8Array): ByteImage {
  const [alpha, scaled] = [Math.fround(factor), new Float32Array(511)];
  for (let d = -255; d <= 255; d++) scaled[d + 255] = alpha * d;
  const out = new Uint8Array(data.length);
  for (let c = 0, k = 0; c < shape[0]; c++) {
    for (let i = 0; i < plane.length; i++, k++) out[k] = cut(plane[i] + scaled[data[k] - plane[i] + 255]);
  }
  return { data: out, shape };
}

/** In float32 and within 0..255. The array of bytes cuts off what is behind the point. */
function cut(value: number): number {
  const level = Math.fround(value);
  return level <= 0 ? 0 : level >= 255 ? 255 : level;
}
