import type { Dataset } from "./dataset.ts";
import type { Image, Images } from "./image.ts";
import { toFloats } from "./to-floats.ts";

/** A picture with pixels in 0..1, and the number of its class. */
export interface LabelledImage {
  readonly image: Image;
  readonly label: number;
}

/** Pictures in memory as bytes, and what they show; items are made when fetched. */
export interface LabelledImages extends Dataset<LabelledImage> {
  /** All pictures, [n, channels, height, width]: what `affineViews` and `warpAffine` take. */
  readonly images: Images<Uint8Array>;
  /** All labels, [n]. */
  readonly labels: Uint8Array;
  get(i: number): LabelledImage;
}

/** A data set of pictures and their labels, as many of the one as of the other. `what` names it in errors. */
export function labelledImages(what: string, images: Images<Uint8Array>, labels: Uint8Array): LabelledImages {
  const [length, ...shape] = images.shape;
  const size = shape[0] * shape[1] * shape[2];
  return {
    images,
    labels,
    length,
    get(i) {
      if (!Number.isInteger(i) || i < 0 || i >= length)
        throw new RangeError(`${what}: no picture ${i} in 0..${length - 1}`);
      const data = images.data.subarray(i * size, (i + 1) * size);
      return { image: toFloats({ data, shape }), label: labels[i] };
    },
  };
}
