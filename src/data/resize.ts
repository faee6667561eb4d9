import type { Image } from "./image.ts";
import { either, type PictureChange } from "./picture-transform.ts";
import { resizeBytes } from "./resize-bytes.ts";
import { heightAndWidth, type Size } from "./size.ts";
import { triangleTaps } from "./taps.ts";

/**
 * Brings pictures to [height, width], or, given one number, the shorter side to that many pixels and the longer in
 * proportion, rounded down, as torchvision's `Resize` does, for floats with `antialias=True`. See `resizeImage` and
 * `resizeBytes`.
 */
export function resize(size: Size): PictureChange {
  const [height, width] = heightAndWidth("resize", size);
  const resized = either(resizeImage, (image, ...to: [height: number, width: number]) =>
    resizeBytes(image, { corner: [0, 0], size: [image.shape[1], image.shape[2]] }, to),
  );
  if (typeof size !== "number") return (image) => resized(image, height, width);
  return (image) => {
    const [, h, w] = image.shape;
    const short = Math.min(h, w);
    return resized(image, Math.floor((size * h) / short), Math.floor((size * w) / short));
  };
}

/** The picture at another size, bilinear with antialiasing, as in Pillow but without rounding: see `triangleTaps`. */
export function resizeImage({ data, shape }: Image, height: number, width: number): Image {
  const [channels, h, w] = shape;
  const across = stretch(data, [channels * h, w, 1], width); // [c, h, w] -> [c, h, width]
  return { data: stretch(across, [channels, h, width], height), shape: [channels, height, width] };
}

/** [outer, length, inner] -> [outer, target, inner] */
function stretch(data: Float32Array, [outer, length, inner]: readonly [number, number, number], target: number) {
  const out = new Float32Array(outer * target * inner);
  const { count, first, weights } = triangleTaps(length, target);
  for (let o = 0, to = 0; o < outer; o++) {
    for (let t = 0; t < target; t++) {
      const from = (o * length + first[t]) * inner;
      for (let i = 0; i < inner; i++) {
        let sum = 0;
        for (let k = 0; k < count; k++) sum += weights[t * count + k] * data[from + k * inner + i];
        out[to++] = sum;
      }
    }
  }
  return out;
}
