import { readIdx } from "../formats/index.ts";
import { show } from "../shape.ts";
import { type LabelledImage, type LabelledImages, labelledImages } from "./labelled-images.ts";

/** A handwritten digit: [1, 28, 28] pixels in 0..1 and which digit it is, 0..9. */
export type Digit = LabelledImage;

/** MNIST as it is distributed, in memory. */
export type Mnist = LabelledImages;

/**
 * The MNIST data set from its two IDX files: images [n, height, width] and labels [n], both uint8; pixels / 255.
 * `names` are what errors call the two files. Throws for a damaged file, other shapes or element types, files of
 * different length, and labels that are not 0..9.
 */
export function mnist(
  images: Uint8Array,
  labels: Uint8Array,
  names: readonly [images: string, labels: string] = ["mnist: images", "mnist: labels"],
): Mnist {
  const pixels = readIdx(images, names[0]);
  const digits = readIdx(labels, names[1]);
  if (pixels.shape.length !== 3 || !(pixels.data instanceof Uint8Array)) {
    throw new Error(
      `${names[0]}: needs uint8 images [n, height, width], found ${pixels.data.constructor.name} ${show(pixels.shape)}`,
    );
  }
  if (digits.shape.length !== 1 || !(digits.data instanceof Uint8Array)) {
    throw new Error(`${names[1]}: needs uint8 labels [n], found ${digits.data.constructor.name} ${show(digits.shape)}`);
  }
  const [length, height, width] = pixels.shape;
  if (digits.shape[0] !== length) {
    throw new Error(
      `${names[1]}: holds ${digits.shape[0]} labels for the ${length} images of ${names[0]}: the files do not belong together`,
    );
  }
  const bad = digits.data.findIndex((label) => label > 9);
  if (bad >= 0) throw new Error(`${names[1]}: label ${bad} is ${digits.data[bad]}, digits are 0..9`);

  return labelledImages("mnist", { data: pixels.data, shape: [length, 1, height, width] }, digits.data);
}
