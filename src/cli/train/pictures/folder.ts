import { type FlagTable, number } from "../config-flags.ts";
import type { Recipe } from "../recipe.ts";
import {
  followed,
  followedAbout,
  type PicturesConfig,
  paperConfig,
  paperViews,
  pictureFlags,
  viewWords,
} from "./config.ts";

/** ImageNet's, which suit photographs of all kinds. */
const channels = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** What depends on the size that the encoder takes. */
function shown(imageSize: number): Pick<PicturesConfig, "imageSize" | "views" | "plain" | "probing"> {
  return {
    imageSize,
    views: paperViews(imageSize, { least: 0.08, hue: 0.4, ...channels }),
    plain: [
      ["resize", Math.round((imageSize * 70) / 64)], // the paper's share of STL-10's pictures
      ["centerCrop", imageSize],
      ["normalizeChannels", channels],
    ],
    probing: [
      ["randomResizedCrop", imageSize, { scale: [0.08, 1] }],
      ["horizontalFlip"],
      ["normalizeChannels", channels],
    ],
  };
}

const defaults: PicturesConfig = {
  ...paperConfig,
  batchSize: 256,
  epochs: 100,
  ...followed({ batchSize: 256, epochs: 100 }),
  ...shown(64),
};

const flags: FlagTable<PicturesConfig> = {
  ...pictureFlags,
  "image-size": number(
    "imageSize",
    { allowed: "a whole number in 15..1024", accepts: (n) => Number.isInteger(n) && n >= 15 && n <= 1024 },
    "N",
    "height and width of what the encoder takes",
  ),
};

/** Pictures of one's own. */
export const folder: Recipe<PicturesConfig> = {
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
  words: { title: "A folder of pictures", one: "picture", many: "pictures", ...viewWords },
  defaults,
  flags,
  defaultAbout: followedAbout,
  settled(given) {
    const { batchSize = defaults.batchSize, epochs = defaults.epochs, imageSize = defaults.imageSize } = given;
    return { ...defaults, batchSize, epochs, ...followed({ batchSize, epochs }), ...shown(imageSize), ...given };
  },
};
