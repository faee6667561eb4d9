import { checkOptions } from "../options.ts";
import { adjustHue } from "./adjust-hue.ts";
import { adjustHueBytes } from "./adjust-hue-bytes.ts";
import { blendLevel, blendPlane } from "./blend-bytes.ts";
import type { Image, Picture, PixelData } from "./image.ts";
import { luma } from "./luma.ts";
import { either, type PictureTransform } from "./picture-transform.ts";
import { brightness, isColor } from "./random-grayscale.ts";

/** How far colours may change; what is left out is 0. */
export interface ColorJitterOptions {
  /** The brightness is multiplied by 1 ± this, at least by 0. */
  brightness?: number;
  /** The distance from the mean brightness is multiplied by 1 ± this, at least by 0. */
  contrast?: number;
  /** The distance from grey is multiplied by 1 ± this, at least by 0. */
  saturation?: number;
  /** The hue turns by ± this share of the colour circle, in 0..0.5. */
  hue?: number;
}

const names = ["brightness", "contrast", "saturation", "hue"] as const;

type Adjustment = <Data extends PixelData>(picture: Picture<Data>, amount: number) => Picture<Data>;

/** What each option does to a picture, given a factor (for the hue, a turn). */
export const adjustments: Readonly<Record<(typeof names)[number], Adjustment>> = {
  brightness: either(
    (image, factor) => blend(image, factor, () => 0),
    (image, factor) => blendLevel(image, factor, 0),
  ),
  contrast: either(
    (image, factor) => {
      const mean = meanOf(brightness("colorJitter", image));
      return blend(image, factor, () => mean);
    },
    (image, factor) => {
      isColor("colorJitter", image);
      return blendLevel(image, factor, Math.floor(meanOf(luma(image)) + 0.5));
    },
  ),
  saturation: either(
    (image, factor) => {
      if (!isColor("colorJitter", image)) return image;
      const plane = brightness("colorJitter", image);
      return blend(image, factor, (k) => plane[k % plane.length]);
    },
    (image, factor) => (isColor("colorJitter", image) ? blendPlane(image, factor, luma(image)) : image),
  ),
  hue: either(
    (image, turn) => (isColor("colorJitter", image) ? adjustHue(image, turn) : image),
    (image, turn) => (isColor("colorJitter", image) ? adjustHueBytes(image, turn) : image),
  ),
};

/**
 * Changes brightness, contrast, saturation and hue, one after the other in a random order: torchvision's `ColorJitter`.
 * Draws the order (a permutation of these four), then the four amounts, uniform, in the order of the options. Floats
 * are in 0..1 and stay there. Saturation and hue leave pictures of one channel alone; throws unless there are one or three.
 */
export function colorJitter(options: ColorJitterOptions): PictureTransform {
  const given = checkOptions("colorJitter", options, names);
  const limits = names.map((name) => {
    const limit = given[name] ?? 0;
    const most = name === "hue" ? 0.5 : Number.MAX_VALUE;
    if (limit >= 0 && limit <= most) return limit;
    throw new RangeError(`colorJitter: ${name} must be >= 0${name === "hue" ? " and <= 0.5" : ""}, got ${limit}`);
  });
  return (image, generator) => {
    const order = generator.permutation(names.length);
    const amounts = names.map((name, i) => {
      const low = name === "hue" ? -limits[i] : Math.max(0, 1 - limits[i]);
      const high = name === "hue" ? limits[i] : 1 + limits[i];
      return low + (high - low) * generator.float();
    });
    let changed = image;
    for (const i of order) if (limits[i] > 0) changed = adjustments[names[i]](changed, amounts[i]);
    return changed;
  };
}

function meanOf(plane: PixelData): number {
  let sum = 0;
  for (let k = 0; k < plane.length; k++) sum += plane[k];
  return sum / plane.length;
}

/** factor · pixel + (1 − factor) · other, clamped to 0..1. */
function blend({ data, shape }: Image, factor: number, other: (k: number) => number): Image {
  return {
    data: data.map((pixel, k) => Math.min(Math.max(factor * pixel + (1 - factor) * other(k), 0), 1)),
    shape,
  };
}
