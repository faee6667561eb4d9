import { number } from "../config-flags.ts";
import type { Recipe } from "../recipe.ts";
import {
  cropped,
  followed,
  imageSizes,
  middle,
  type PicturesConfig,
  paperConfig,
  paperRecipe,
  paperViews,
  photographs,
} from "./config.ts";

/** What depends on the size that the encoder takes. */
function shown(imageSize: number): Pick<PicturesConfig, "imageSize" | "views" | "plain" | "probing"> {
  return {
    imageSize,
    views: paperViews(imageSize, { least: 0.08, hue: 0.4, ...photographs }),
    plain: middle(imageSize, Math.round((imageSize * 70) / 64), photographs), // the paper's share of STL-10's pictures
    probing: cropped(imageSize, 0.08, photographs),
  };
}

const defaults: PicturesConfig = {
  ...paperConfig,
  batchSize: 256,
  epochs: 100,
  ...followed({ batchSize: 256, epochs: 100 }),
  ...shown(64),
};

/** Pictures of one's own. */
export const folder: Recipe<PicturesConfig> = paperRecipe({
  name: "folder",
  summary: "any folder of pictures (JPEG, PNG, WebP, ...), with sub-folders as classes or without",
  about: `train an encoder of a folder of pictures

Usage: align-uniform train folder --data DIR [options]

The paper's way for STL-10, for pictures of your own, of any size: two views of a picture, cropped, flipped and recoloured
at random, should get near features (alignment), and all features should spread over the sphere (uniformity). Where
sub-folders are classes, these are used only afterwards, to measure. Needs sharp: npm i sharp.`,
  dataAbout:
    "folder of pictures. If it has train and val (or test) in it, the encoder learns from the one and is measured on the " +
    "other; else a tenth of the pictures is kept for measuring. Folders inside are classes",
  title: "A folder of pictures",
  defaults,
  flags: { "image-size": number("imageSize", imageSizes, "N", "height and width of what the encoder takes") },
  shown,
});
