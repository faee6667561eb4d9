import {
  affineViews,
  colorJitter,
  compose,
  horizontalFlip,
  type Images,
  type LabelledImages,
  randomGrayscale,
  randomResizedCrop,
  twoViews,
} from "../../data/index.ts";
import type { Generator } from "../../ops/index.ts";
import { mnistConfig } from "../train/config.ts";
import type { PictureSetName } from "./pictures.ts";

/** Two views of each of the pictures at `indices`: [2n, channels, height, width], all first views, then all second ones. */
export type PairMaker = (indices: Int32Array, generator: Generator) => Images<Float32Array>;

/**
 * How positive pairs are made: of digits by the affine views that `train mnist` has, of CIFAR-10's pictures by crops of at
 * least a fifth of the area, flips, colour jitter and grey (the usual recipe for them since Wu et al. 2018).
 */
export function pairMaker(name: PictureSetName, pictures: LabelledImages): PairMaker {
  return name === "mnist"
    ? (indices, generator) => affineViews(pictures.images, indices, mnistConfig.views, generator)
    : (indices, generator) => colourViews(pictures, indices, generator);
}

const colourPair = twoViews(
  compose(
    randomResizedCrop(32, { scale: [0.2, 1] }),
    horizontalFlip(),
    colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
    randomGrayscale({ p: 0.2 }),
  ),
);

function colourViews(pictures: LabelledImages, indices: Int32Array, generator: Generator): Images<Float32Array> {
  const n = indices.length;
  const [, channels, height, width] = pictures.images.shape;
  const size = channels * height * width;
  const data = new Float32Array(2 * n * size);
  indices.forEach((index, k) => {
    const [x, y] = colourPair(pictures.get(index).image, generator);
    data.set(x.data, k * size);
    data.set(y.data, (k + n) * size);
  });
  return { data, shape: [2 * n, channels, height, width] };
}
