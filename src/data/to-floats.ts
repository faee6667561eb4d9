import type { ByteImage, Image } from "./image.ts";

/** byte / 255 of each of the 256 bytes. */
export const byteShares: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** A picture of bytes as floats in 0..1, byte / 255: torchvision's `ToTensor`. */
export function toFloats({ data, shape }: ByteImage): Image {
  const [out, share] = [new Float32Array(data.length), byteShares];
  for (let k = 0; k < out.length; k++) out[k] = share[data[k]];
  return { data: out, shape };
}
