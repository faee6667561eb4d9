import type { Generator } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { cropImage } from "./center-crop.ts";
import type { Image, Picture } from "./image.ts";
import { either, type PictureTransform } from "./picture-transform.ts";
import { resizeImage } from "./resize.ts";
import { type Box, resizeBytes } from "./resize-bytes.ts";
import { heightAndWidth, roundToEven, type Size } from "./size.ts";

/** Which part of a picture a crop may be. */
export interface RandomResizedCropOptions {
  /** Smallest and largest share of the area, in 0..1: [0.08, 1] unless given. */
  scale?: readonly [low: number, high: number];
  /** Smallest and largest width / height: [3/4, 4/3] unless given. */
  ratio?: readonly [low: number, high: number];
}

/**
 * A random part of a picture brought to `size`, bilinear with antialiasing: torchvision's `RandomResizedCrop`. Draws the
 * share of the area, uniform, and the ratio, uniform in its logarithm, up to ten times until such a part fits; then its
 * top and its left. If none fits it takes the largest part in the middle whose ratio is allowed, of at least one pixel each way.
 */
export function randomResizedCrop(size: Size, options: RandomResizedCropOptions = {}): PictureTransform {
  const [height, width] = heightAndWidth("randomResizedCrop", size);
  const { scale = [0.08, 1], ratio = [3 / 4, 4 / 3] } = checkOptions("randomResizedCrop", options, ["scale", "ratio"]);
  for (const [name, [low, high]] of Object.entries({ scale, ratio })) {
    if (low > 0 && low <= high && high <= (name === "scale" ? 1 : Number.MAX_VALUE)) continue;
    const limit = name === "scale" ? " <= 1" : "";
    throw new RangeError(
      `randomResizedCrop: ${name} must be [low, high] with 0 < low <= high${limit}, got [${low}, ${high}]`,
    );
  }
  const cropped = either(
    (image: Image, { corner, size }: Box) => resizeImage(cropImage(image, corner, size), height, width),
    (image, box) => resizeBytes(image, box, [height, width]),
  );
  return (image, generator) => cropped(image, drawBox(image, scale, ratio, generator));
}

function drawBox(
  { shape: [, height, width] }: Picture,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  g: Generator,
): Box {
  const [flat, tall] = [Math.log(ratio[0]), Math.log(ratio[1])];
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = height * width * (scale[0] + (scale[1] - scale[0]) * g.float());
    const aspect = Math.exp(flat + (tall - flat) * g.float());
    const [h, w] = [roundToEven(Math.sqrt(area / aspect)), roundToEven(Math.sqrt(area * aspect))];
    if (h < 1 || w < 1 || h > height || w > width) continue;
    return { corner: [g.below(height - h + 1), g.below(width - w + 1)], size: [h, w] };
  }
  const aspect = Math.min(Math.max(width / height, ratio[0]), ratio[1]);
  const within = (most: number, wanted: number): number => Math.min(most, Math.max(1, roundToEven(wanted)));
  const [h, w] = [within(height, width / aspect), within(width, height * aspect)];
  return { corner: [Math.floor((height - h) / 2), Math.floor((width - w) / 2)], size: [h, w] };
}
