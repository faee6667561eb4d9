import { centerCrop } from "./center-crop.ts";
import { type ColorJitterOptions, colorJitter } from "./color-jitter.ts";
import { type GaussianBlurOptions, gaussianBlur } from "./gaussian-blur.ts";
import { horizontalFlip } from "./horizontal-flip.ts";
import type { ByteImage, Image, Picture } from "./image.ts";
import { type NormalizeChannelsOptions, normalizeChannels } from "./normalize-channels.ts";
import { isBytes } from "./picture-transform.ts";
import { randomApply } from "./random-apply.ts";
import { randomGrayscale } from "./random-grayscale.ts";
import { type RandomResizedCropOptions, randomResizedCrop } from "./random-resized-crop.ts";
import { resize } from "./resize.ts";
import type { Size } from "./size.ts";
import { toFloats } from "./to-floats.ts";
import type { Transform } from "./transform.ts";

/**
 * One transform of pictures as plain data: its name and what it takes, which survive JSON and messages between threads.
 * `p` of colorJitter makes it `randomApply(colorJitter(...), { p })`; without it every picture is jittered.
 */
export type ViewStep =
  | readonly [name: "randomResizedCrop", size: Size, options?: RandomResizedCropOptions]
  | readonly [name: "horizontalFlip", options?: { p?: number }]
  | readonly [name: "colorJitter", options: ColorJitterOptions & { p?: number }]
  | readonly [name: "randomGrayscale", options?: { p?: number }]
  | readonly [name: "gaussianBlur", options?: GaussianBlurOptions]
  | readonly [name: "resize", size: Size]
  | readonly [name: "centerCrop", size: Size]
  | readonly [name: "normalizeChannels", options: NormalizeChannelsOptions];

/** What each step takes behind its name, at least and at most. */
const takes: Readonly<Record<ViewStep[0], readonly [least: number, most: number]>> = {
  randomResizedCrop: [1, 2],
  horizontalFlip: [0, 1],
  colorJitter: [1, 1],
  randomGrayscale: [0, 1],
  gaussianBlur: [0, 1],
  resize: [1, 1],
  centerCrop: [1, 1],
  normalizeChannels: [1, 1],
};

/**
 * The steps one after the other, from bytes to floats: those before `normalizeChannels`, which must be the last, follow
 * Pillow's definitions; without it the bytes are divided by 255. Throws, naming the step by its place from 0 on, for an
 * unknown name and for whatever the transform itself refuses.
 */
export function viewOf(steps: readonly ViewStep[]): Transform<ByteImage, Image> {
  if (!Array.isArray(steps)) {
    throw new TypeError(`viewOf: needs an array of steps such as ["horizontalFlip", { p: 0.5 }], got ${String(steps)}`);
  }
  const transforms = steps.map((step: ViewStep, place: number): Transform<Picture> => {
    const what = `viewOf: step ${place}`;
    checkStep(what, step);
    if (step[0] === "normalizeChannels" && place !== steps.length - 1) {
      throw new RangeError(`${what}: normalizeChannels makes floats and must be the last step, of ${steps.length}`);
    }
    try {
      return transformOf(step);
    } catch (error) {
      const { message } = error as Error;
      throw new RangeError(`${what}: ${message.startsWith(step[0]) ? "" : `${step[0]}: `}${message}`, { cause: error });
    }
  });
  return (picture, generator) => {
    const last = transforms.reduce<Picture>((changed, next) => next(changed, generator), picture);
    return isBytes(last) ? toFloats(last) : (last as Image);
  };
}

function checkStep(what: string, step: ViewStep): void {
  if (!Array.isArray(step) || !Object.hasOwn(takes, step[0])) {
    const names = Object.keys(takes).join(", ");
    throw new RangeError(`${what}: needs [name, ...] with a name of ${names}, got ${JSON.stringify(step)}`);
  }
  const [least, most] = takes[step[0]];
  if (step.length - 1 >= least && step.length - 1 <= most) return;
  const wanted = least === most ? `${least}` : `${least} or ${most}`;
  throw new RangeError(`${what}: ${step[0]} takes ${wanted} values after its name, got ${step.length - 1}`);
}

function transformOf(step: ViewStep): Transform<Picture> {
  switch (step[0]) {
    case "randomResizedCrop":
      return randomResizedCrop(step[1], step[2]);
    case "horizontalFlip":
      return horizontalFlip(step[1]);
    case "colorJitter":
      return jitterOf(step[1]);
    case "randomGrayscale":
      return randomGrayscale(step[1]);
    case "gaussianBlur":
      return gaussianBlur(step[1]);
    case "resize":
      return resize(step[1]);
    case "centerCrop":
      return centerCrop(step[1]);
    case "normalizeChannels":
      return normalizeChannels(step[1]);
    default:
      return step satisfies never;
  }
}

function jitterOf({ p, ...options }: ColorJitterOptions & { p?: number }): Transform<Picture> {
  const jitter = colorJitter(options);
  return p === undefined ? jitter : randomApply<Picture>(jitter, { p });
}
