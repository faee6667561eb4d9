import { adjustments } from "../../src/data/color-jitter.ts";
import {
  centerCrop,
  horizontalFlip,
  type Picture,
  type PixelData,
  randomGrayscale,
  resize,
  type Size,
} from "../../src/data/index.ts";
import { generator } from "../../src/ops/index.ts";

const g = generator(0);

type Named = <Data extends PixelData>(image: Picture<Data>, ...args: never[]) => Picture<Data>;

/** Transforms by the names that the fixtures give them, for both kinds of pictures: with amounts that are fixed. */
export const byName: Readonly<Record<string, Named>> = {
  resize: (image, size: Size) => resize(size)(image),
  centerCrop: (image, size: Size) => centerCrop(size)(image),
  horizontalFlip: (image) => horizontalFlip({ p: 1 })(image, g),
  brightness: adjustments.brightness,
  contrast: adjustments.contrast,
  saturation: adjustments.saturation,
  hue: adjustments.hue,
  grayscale: (image) => randomGrayscale({ p: 1 })(image, g),
};
