import type { Recipe } from "../recipe.ts";
import { cropped, followed, middle, type PicturesConfig, paperConfig, paperRecipe, paperViews } from "./config.ts";

/** Of the training pictures, in the paper's code. */
const [mean, std] = [
  [0.44087801806139126, 0.42790631331699347, 0.3867879370752931],
  [0.26826768628079806, 0.2610450402318512, 0.26866836876860795],
] as const;
const imageSize = 64;

const defaults: PicturesConfig = {
  ...paperConfig,
  epochs: 200,
  ...followed({ batchSize: paperConfig.batchSize, epochs: 200 }),
  imageSize,
  views: paperViews(imageSize, { least: 0.08, hue: 0.4, mean, std }),
  plain: middle(imageSize, 70, { mean, std }),
  probing: cropped(imageSize, 0.08, { mean, std }),
};

/** STL-10, with every setting of the paper's script. */
export const stl10: Recipe<PicturesConfig> = paperRecipe({
  name: "stl10",
  summary: "STL-10's binary files, by the paper's recipe: SmallAlexNet, 200 passes over 105,000 pictures",
  about: `train an encoder of STL-10's pictures, as the paper does

Usage: align-uniform train stl10 --data DIR [options]

Trains SmallAlexNet (58.7 million weights, 128 features) on the training and the unlabeled pictures, 105,000 in all, of
96x96: two views of 64x64, cropped, flipped and recoloured at random, should get near features (alignment), and all
features should spread over the sphere (uniformity). Labels are used only afterwards, to measure on the test pictures.
Settings and their defaults are those of the paper's script; where the rate falls follows --epochs. On a CPU that is weeks
of work: see docs/systems.md.`,
  dataAbout:
    "folder with train_X.bin, train_y.bin, test_X.bin, test_y.bin and, if it is there, unlabeled_X.bin, of " +
    "stl10_binary.tar.gz from cs.stanford.edu/~acoates/stl10",
  title: "STL-10 pictures",
  defaults,
});
