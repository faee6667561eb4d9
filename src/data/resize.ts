import type { Image } from "./image.ts";
import { heightAndWidth, type Size } from "./size.ts";

/**
 * Brings pictures to [height, width], or, given one number, the shorter side to that many pixels and the longer in
 * proportion, rounded down, as torchvision's `Resize` does with `antialias=True`. See `resizeImage`.
 */
export function resize(size: Size): (image: Image) => Image {
  const [height, width] = heightAndWidth("resize", size);
  if (typeof size !== "number") return (image) => resizeImage(image, height, width);
  return (image) => {
    const [, h, w] = image.shape;
    const short = Math.min(h, w);
    return resizeImage(image, Math.floor((size * h) / short), Math.floor((size * w) / short));
  };
}

/**
 * The picture at another size, bilinear with antialiasing, as in Pillow: an output pixel is the mean of the input under
 * a triangle around its middle, which reaches one pixel to each side, or one output pixel where the picture shrinks.
 */
export function resizeImage({ data, shape }: Image, height: number, width: number): Image {
  const [channels, h, w] = shape;
  const across = stretch(data, [channels * h, w, 1], width); // [c, h, w] -> [c, h, width]
  return { data: stretch(across, [channels, h, width], height), shape: [channels, height, width] };
}

/** [outer, length, inner] -> [outer, target, inner] */
function stretch(data: Float32Array, [outer, length, inner]: readonly [number, number, number], target: number) {
  const out = new Float32Array(outer * target * inner);
  const scale = length / target;
  const reach = Math.max(scale, 1);
  for (let t = 0; t < target; t++) {
    const middle = (t + 0.5) * scale;
    const first = Math.max(0, Math.floor(middle - reach + 0.5));
    const end = Math.min(length, Math.floor(middle + reach + 0.5));
    const weights = Float64Array.from({ length: end - first }, (_, k) =>
      Math.max(0, 1 - Math.abs(first + k + 0.5 - middle) / reach),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * data[(o * length + first + k) * inner + i];
        out[(o * target + t) * inner + i] = sum / total;
      }
    }
  }
  return out;
}
