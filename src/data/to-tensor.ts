import { type Shape, show, sizeOf } from "../shape.ts";
import type { Image } from "./image.ts";

/** Numbers with a shape, as image decoders and `.npy` files give them. */
interface Pixels {
  readonly data: ArrayLike<number>;
  readonly shape: Shape;
}

/**
 * Pixels [height, width, channels] or [height, width] as an `Image` [channels, height, width], which a loader makes a
 * tensor: torchvision's `ToTensor`. Bytes (Uint8Array) become byte / 255, other numbers stay as they are, so do the
 * booleans that `readNpy` and `readSafetensors` give.
 * Throws for a shape that is neither, or does not fit the numbers.
 */
export function toTensor({ data, shape }: Pixels): Image {
  if ((shape.length !== 2 && shape.length !== 3) || sizeOf(shape) !== data.length) {
    throw new RangeError(
      `toTensor: needs pixels [height, width, channels] or [height, width], got ${show(shape)} and ${data.length} numbers`,
    );
  }
  const [height, width, channels = 1] = shape;
  const unit = data instanceof Uint8Array || data instanceof Uint8ClampedArray ? 255 : 1;
  const out = new Float32Array(data.length);
  for (let k = 0, plane = height * width; k < data.length; k++) {
    out[(k % channels) * plane + Math.floor(k / channels)] = data[k] / unit;
  }
  return { data: out, shape: [channels, height, width] };
}
