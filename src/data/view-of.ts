import { centerCrop } from "./center-crop.ts";
import { type ColorJitterOptions, colorJitter } from "./color-jitter.ts";
import { horizontalFlip } from "./horizontal-flip.ts";
import type { ByteImage, Image } from "./image.ts";
import { type NormalizeChannelsOptions, normalizeChannels } from "./normalize-channels.ts";
import { randomGrayscale } from "./random-grayscale.ts";
import { type RandomResizedCropOptions, randomResizedCrop } from "./random-resized-crop.ts";
import { resize } from "./resize.ts";
import type { Size } from "./size.ts";
import type { Transform } from "./transform.ts";

/** A transform and what it is given, as plain data. */
export type ViewStep =
  | readonly ["randomResizedCrop", Size, RandomResizedCropOptions?]
  | readonly ["horizontalFlip", { p?: number }?]
  | readonly ["colorJitter", ColorJitterOptions & { p?: number }]
  | readonly ["randomGrayscale", { p?: number }?]
  | readonly ["gaussianBlur", { sigma?: readonly [number, number]; p?: number }?]
  | readonly ["resize", Size]
  | readonly ["centerCrop", Size]
  | readonly ["normalizeChannels", NormalizeChannelsOptions];

/** Stand-in: on floats. */
export function viewOf(steps: readonly ViewStep[]): Transform<ByteImage, Image> {
  const made = steps.map(stepOf);
  return ({ data, shape }, generator) =>
    made.reduce((image, step) => step(image, generator), {
      data: Float32Array.from(data, (byte) => byte / 255),
      shape,
    } as Image);
}

function stepOf(step: ViewStep, i: number): Transform<Image> {
  switch (step[0]) {
    case "randomResizedCrop":
      return randomResizedCrop(step[1], step[2]);
    case "horizontalFlip":
      return horizontalFlip(step[1]);
    case "colorJitter": {
      const { p: _, ...own } = step[1];
      return colorJitter(own);
    }
    case "randomGrayscale":
      return randomGrayscale(step[1]);
    case "resize":
      return resize(step[1]);
    case "centerCrop":
      return centerCrop(step[1]);
    case "normalizeChannels":
      return normalizeChannels(step[1]);
    default:
      throw new Error(`viewOf: step ${i} is unknown`);
  }
}
