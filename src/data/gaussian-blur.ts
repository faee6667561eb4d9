import type { Generator } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { blurred } from "./box-blur.ts";
import type { Picture, PixelData } from "./image.ts";
import type { PictureTransform } from "./picture-transform.ts";
import { sometimes } from "./sometimes.ts";

/** How much a picture is blurred, and how often. */
export interface GaussianBlurOptions {
  /** Smallest and largest standard deviation in pixels, >= 0: [0.1, 2] unless given. */
  sigma?: readonly [low: number, high: number];
  /** The probability, 0.5 unless given. */
  p?: number;
}

/**
 * Blurs with probability p, with a standard deviation that is uniform in `sigma`: MoCo v2's augmentation (Chen et al.
 * 2020), which is Pillow's `GaussianBlur`. Draws whether, and then the standard deviation. Bytes become what Pillow makes
 * of them, three blurs by a box each way with bytes in between; floats go the same way without rounding.
 */
export function gaussianBlur(options: GaussianBlurOptions = {}): PictureTransform {
  const { sigma = [0.1, 2], p = 0.5 } = checkOptions("gaussianBlur", options, ["sigma", "p"]);
  const [low, high] = sigma;
  if (!(low >= 0 && low <= high && Number.isFinite(high))) {
    throw new RangeError(`gaussianBlur: sigma must be [low, high] with 0 <= low <= high, got [${sigma.join(", ")}]`);
  }
  const draw = <Data extends PixelData>(picture: Picture<Data>, generator: Generator): Picture<Data> =>
    blurred(picture, low + (high - low) * generator.float());
  return sometimes("gaussianBlur", p, draw);
}
