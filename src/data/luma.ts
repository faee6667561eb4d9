import type { ByteImage } from "./image.ts";

/** (19595 R + 38470 G + 7471 B) / 2^16 of each pixel, rounded, [height, width]: Pillow's mode L. Of one channel, that channel. */
export function luma({ data, shape }: ByteImage): Uint8Array {
  if (shape[0] === 1) return data;
  const size = shape[1] * shape[2];
  const out = new Uint8Array(size);
  for (let k = 0; k < size; k++) {
    out[k] = (19595 * data[k] + 38470 * data[k + size] + 7471 * data[k + 2 * size] + 0x8000) >> 16;
  }
  return out;
}
