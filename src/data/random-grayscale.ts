import { checkOptions } from "../options.ts";
import type { Image, Picture, PixelData } from "./image.ts";
import { luma } from "./luma.ts";
import { either, emptyLike, type PictureTransform } from "./picture-transform.ts";
import { sometimes } from "./sometimes.ts";

/**
 * All three channels become the brightness with probability p, 0.1 unless given: torchvision's `RandomGrayscale`. A
 * picture of one channel is grey already. Throws for another number of channels.
 */
export function randomGrayscale(options: { p?: number } = {}): PictureTransform {
  const { p = 0.1 } = checkOptions("randomGrayscale", options, ["p"]);
  const grey = either(
    (image) => everywhere(image, brightness("randomGrayscale", image)),
    (image) => (isColor("randomGrayscale", image) ? everywhere(image, luma(image)) : image),
  );
  return sometimes("randomGrayscale", p, grey);
}

/** `plane` [height, width] in each channel. */
function everywhere<Data extends PixelData>({ data, shape }: Picture<Data>, plane: Data): Picture<Data> {
  const out = emptyLike(data, data.length);
  for (let at = 0; at < out.length; at += plane.length) out.set(plane, at);
  return { data: out, shape };
}

/** Whether a picture has three channels; one is grey. Throws naming `what` for any other number. */
export function isColor(what: string, { shape: [channels] }: Picture): boolean {
  if (channels === 1 || channels === 3) return channels === 3;
  throw new RangeError(`${what}: needs pictures of 1 or 3 channels, got ${channels}`);
}

/**
 * 0.2989 R + 0.587 G + 0.114 B of each pixel (ITU-R BT.601, rounded as torchvision has it), [height, width]; of one
 * channel, that channel. Throws naming `what` unless there are one or three.
 */
export function brightness(what: string, image: Image): Float32Array {
  const { data } = image;
  if (!isColor(what, image)) return data;
  const size = data.length / 3;
  return Float32Array.from(
    { length: size },
    (_, k) => 0.2989 * data[k] + 0.587 * data[k + size] + 0.114 * data[k + 2 * size],
  );
}
