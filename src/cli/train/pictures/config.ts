import type { ViewStep } from "../../../data/index.ts";
import type { NumberRule } from "../../arguments.ts";
import { architectures } from "../architectures.ts";
import { lrPer256, paperSettings, type TrainConfig } from "../config.ts";
import { choice, epochList, everyTask, type FlagTable, number, rules, twoViewFlags } from "../config-flags.ts";
import type { Recipe, Words } from "../recipe.ts";

/** Everything that decides the outcome of a run over pictures in colour, by the paper's way. */
export interface PicturesConfig extends TrainConfig {
  /** Height and width of what the encoder takes. */
  readonly imageSize: number;
  /** How a view is made of a picture, how a picture is shown as it is, and how to a linear probe that learns. */
  readonly views: readonly ViewStep[];
  readonly plain: readonly ViewStep[];
  readonly probing: readonly ViewStep[];
}

/** Flags of the tasks over pictures: those of the paper's script for STL-10, and what came with this library. */
const pictureFlags: FlagTable<PicturesConfig> = {
  ...everyTask,
  "lr-decay-rate": number(
    "lrDecayRate",
    rules.share,
    "X",
    "factor of the learning rate after each of --lr-decay-epochs",
  ),
  "lr-decay-epochs": epochList("lrDecayEpochs", "after which passes the learning rate falls: 155,170,185 or none"),
  momentum: number("momentum", rules.share, "X", "momentum of SGD"),
  "weight-decay": number("weightDecay", rules.weight, "X", "weight decay of SGD"),
  ...twoViewFlags,
  "contr-w": number("contrastiveWeight", rules.weight, "X", "weight of the contrastive loss beside the other two"),
  "contr-tau": number("tau", rules.positive, "X", "temperature of the contrastive loss"),
  "feat-dim": number("featDim", rules.count, "N", "dimensions of the features"),
  arch: choice("arch", architectures, `encoder: ${architectures.join(", ")}`),
  "chunk-size": number(
    "chunkSize",
    { allowed: "a whole number >= 0", accepts: (n) => Number.isSafeInteger(n) && n >= 0 },
    "N",
    "pictures whose views go through the encoder at once, each with batch statistics of its own: the loss still sees " +
      "the whole batch, memory only so many, time is a third more; 0 for the whole batch",
  ),
};

/** The entries by which pictures come to the encoder. */
type Shown = "imageSize" | "views" | "plain" | "probing";

/** The paper's settings for STL-10, whatever the pictures. */
export const paperConfig: Omit<PicturesConfig, "epochs" | "lr" | "lrDecayEpochs" | Shown> = {
  ...paperSettings,
  batchSize: 768,
  arch: "small-alexnet",
  featDim: 128,
  channels: [64, 128, 256], // of the encoder called conv
  hidden: 512,
};

/** When the rate falls: the paper's 155, 170 and 185 of 200 passes, as shares. */
const decays = [0.775, 0.85, 0.925];

/** The entries that follow from others, where nobody asked for them. */
export function followed({ batchSize, epochs }: Pick<PicturesConfig, "batchSize" | "epochs">): {
  readonly lr: number;
  readonly lrDecayEpochs: readonly number[];
} {
  const after = decays.map((share) => Math.round(share * epochs));
  return { lr: (lrPer256 * batchSize) / 256, lrDecayEpochs: [...new Set(after)].filter((n) => n > 0 && n < epochs) };
}

/** Mean and standard deviation of the channels, to which all pictures are brought. */
interface Channels {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** A view as the paper makes it for STL-10: a crop of a random part, a flip, other colours, at times none. */
export function paperViews(
  imageSize: number,
  { least, hue, mean, std }: Channels & { least: number; hue: number },
): readonly ViewStep[] {
  return [
    ["randomResizedCrop", imageSize, { scale: [least, 1] }],
    ["horizontalFlip"],
    ["colorJitter", { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue }],
    ["randomGrayscale", { p: 0.2 }],
    ["normalizeChannels", { mean, std }],
  ];
}

/** A picture as it is: its shorter side brought to `shorter`, and of that the middle. */
export function middle(imageSize: number, shorter: number, { mean, std }: Channels): readonly ViewStep[] {
  return [
    ["resize", shorter],
    ["centerCrop", imageSize],
    ["normalizeChannels", { mean, std }],
  ];
}

/** A picture as a linear probe that learns sees it: a crop of a random part, at least `least` of it, at times flipped. */
export function cropped(imageSize: number, least: number, { mean, std }: Channels): readonly ViewStep[] {
  return [
    ["randomResizedCrop", imageSize, { scale: [least, 1] }],
    ["horizontalFlip"],
    ["normalizeChannels", { mean, std }],
  ];
}

/** ImageNet's mean and standard deviation, which suit photographs of all kinds. */
export const photographs = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** Heights and widths that `--image-size` takes: fewer leave nothing of a picture after SmallAlexNet's pools. */
export const imageSizes: NumberRule = {
  allowed: "a whole number in 15..1024",
  accepts: (n) => Number.isInteger(n) && n >= 15 && n <= 1024,
};

/** How the report tells of views. */
export const viewWords: Pick<Words<PicturesConfig>, "viewed" | "settings"> = {
  viewed: "cropped, flipped and recoloured at random, twice",
  settings: ({ views }) =>
    `Views: ${views.map(([name, ...options]) => `${name}${options.map((option) => ` ${JSON.stringify(option)}`).join("")}`).join(", ")}.`,
};

/** What one task over pictures has that another has not. */
interface OwnPart extends Pick<Recipe<PicturesConfig>, "name" | "summary" | "about" | "dataAbout" | "defaults"> {
  readonly title: string;
  readonly flags?: FlagTable<PicturesConfig>;
  /** What depends on the size that the encoder takes, where that can be chosen. */
  readonly shown?: (imageSize: number) => Pick<PicturesConfig, Shown>;
}

/** A task by the paper's way for STL-10. */
export function paperRecipe({ title, defaults, flags, shown, ...texts }: OwnPart): Recipe<PicturesConfig> {
  return {
    ...texts,
    defaults,
    words: { title, one: "picture", many: "pictures", ...viewWords },
    flags: { ...pictureFlags, ...flags },
    defaultAbout: {
      lr: `${lrPer256} for each 256 of the batch`,
      "lr-decay-epochs": "77.5%, 85% and 92.5% of --epochs, as in the paper: 155,170,185 of 200",
    },
    settled(given) {
      const { batchSize = defaults.batchSize, epochs = defaults.epochs, imageSize = defaults.imageSize } = given;
      return { ...defaults, batchSize, epochs, ...followed({ batchSize, epochs }), ...shown?.(imageSize), ...given };
    },
  };
}
