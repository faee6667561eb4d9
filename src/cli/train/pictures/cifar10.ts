import type { Recipe } from "../recipe.ts";
import { cropped, followed, type PicturesConfig, paperConfig, paperRecipe, paperViews } from "./config.ts";

/** Of the training pictures, as everybody uses them. */
const [mean, std] = [
  [0.4914, 0.4822, 0.4465],
  [0.247, 0.2435, 0.2616],
] as const;
const imageSize = 32;

const defaults: PicturesConfig = {
  ...paperConfig,
  epochs: 20,
  ...followed({ batchSize: 256, epochs: 20 }),
  batchSize: 256,
  arch: "conv",
  imageSize,
  views: paperViews(imageSize, { least: 0.2, hue: 0.1, mean, std }), // of 32 pixels, 8% are a patch of 9
  plain: [["normalizeChannels", { mean, std }]],
  probing: cropped(imageSize, 0.2, { mean, std }),
};

/** CIFAR-10: small pictures of ten kinds of things. */
export const cifar10: Recipe<PicturesConfig> = paperRecipe({
  name: "cifar10",
  summary: "CIFAR-10's binary version: 32x32 pictures in colour",
  about: `train an encoder of CIFAR-10's pictures

Usage: align-uniform train cifar10 --data DIR [options]

The paper's way for STL-10, for pictures of 32x32: two views of a picture, cropped, flipped and recoloured at random,
should get near features (alignment), and all features should spread over the sphere (uniformity). Labels are used only
afterwards, to measure on the test pictures. The encoder is unless --arch says otherwise one of three convolutions (64,
128, 256 channels) and a hidden layer (fc7) of 512, which learns fast enough for a CPU.`,
  dataAbout:
    "folder with data_batch_1.bin, as many more of them as there are, and test_batch.bin, of cifar-10-binary.tar.gz from " +
    "www.cs.toronto.edu/~kriz/cifar.html",
  title: "CIFAR-10 pictures",
  defaults,
});
