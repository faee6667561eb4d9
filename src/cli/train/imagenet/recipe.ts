import type { ViewStep } from "../../../data/index.ts";
import { UsageError } from "../../io.ts";
import { architectures } from "../architectures.ts";
import { choice, epochList, everyTask, type FlagTable, number, rules, toggle } from "../config-flags.ts";
import {
  cropped,
  imageSizes,
  middle,
  type PicturesConfig,
  paperConfig,
  photographs,
  viewWords,
} from "../pictures/config.ts";
import type { Recipe } from "../recipe.ts";

/** Everything that decides the outcome of a run with a momentum encoder. */
export interface MomentumConfig extends PicturesConfig {
  /** Keys in the queue. */
  readonly queueSize: number;
  /** How much of its own weights the key encoder keeps at each step. */
  readonly keyMomentum: number;
  /** Parts of a batch with batch statistics of their own, across which the keys are shuffled. */
  readonly groups: number;
  /** Whether pairs inside the batch count for uniformity too (Eq. 18), or only those with the queue (Eq. 17). */
  readonly intraBatch: boolean;
  /** Whether views are those of MoCo v2. */
  readonly augPlus: boolean;
  /** Whether the rate falls along half a cosine, to 0 at the end, instead of in steps. */
  readonly cosine: boolean;
}

const colours = { brightness: 0.4, contrast: 0.4, saturation: 0.4 } as const;

/** MoCo's views and, with `--aug-plus`, those of its second version. */
const viewsOf = {
  v1: [
    ["randomGrayscale", { p: 0.2 }],
    ["colorJitter", { ...colours, hue: 0.4 }],
    ["horizontalFlip"],
    ["normalizeChannels", photographs],
  ],
  v2: [
    ["colorJitter", { ...colours, hue: 0.1, p: 0.8 }],
    ["randomGrayscale", { p: 0.2 }],
    ["gaussianBlur", { sigma: [0.1, 2], p: 0.5 }],
    ["horizontalFlip"],
    ["normalizeChannels", photographs],
  ],
} as const satisfies Record<string, readonly ViewStep[]>;

/** What depends on the size that the encoder takes, and on the version of the views. */
function shown(
  imageSize: number,
  augPlus: boolean,
): Pick<MomentumConfig, "imageSize" | "augPlus" | "views" | "plain" | "probing"> {
  return {
    imageSize,
    augPlus,
    views: [["randomResizedCrop", imageSize, { scale: [0.2, 1] }], ...(augPlus ? viewsOf.v2 : viewsOf.v1)],
    plain: middle(imageSize, Math.round((imageSize * 256) / 224), photographs),
    probing: cropped(imageSize, 0.08, photographs),
  };
}

const defaults: MomentumConfig = {
  ...paperConfig,
  epochs: 200,
  batchSize: 256,
  lr: 0.03,
  lrDecayEpochs: [120, 160],
  alignWeight: 3,
  t: 3,
  tau: 0.07,
  arch: "resnet50",
  queueSize: 65_536,
  keyMomentum: 0.999,
  groups: 1,
  intraBatch: true,
  cosine: false,
  ...shown(224, false),
};

const flags: FlagTable<MomentumConfig> = {
  ...everyTask,
  arch: choice("arch", architectures, `encoder: ${architectures.join(", ")}`),
  "image-size": number(
    "imageSize",
    imageSizes,
    "N",
    "height and width of what the encoder takes; up to 64 ResNets have the stem for small pictures",
  ),
  momentum: number("momentum", rules.share, "X", "momentum of SGD"),
  wd: number("weightDecay", rules.weight, "X", "weight decay of SGD"),
  schedule: epochList("lrDecayEpochs", "after which passes the learning rate falls to a tenth: 120,160 or none"),
  cos: toggle("cosine", "let the learning rate fall along half a cosine instead, to 0 at the end of --epochs"),
  "moco-dim": number("featDim", rules.count, "N", "dimensions of the features"),
  "moco-k": number("queueSize", rules.count, "N", "keys in the queue, a multiple of the batch"),
  "moco-m": number("keyMomentum", rules.share, "X", "how much of its weights the key encoder keeps at each step"),
  "moco-align-w": number("alignWeight", rules.weight, "X", "weight of alignment in the loss"),
  "moco-align-alpha": number("alpha", rules.positive, "X", "exponent of alignment's distances"),
  "moco-unif-w": number("uniformWeight", rules.weight, "X", "weight of uniformity in the loss"),
  "moco-unif-t": number("t", rules.positive, "X", "sharpness of uniformity's Gaussian potential"),
  "moco-unif-no-intra-batch": toggle(
    "intraBatch",
    "uniformity over pairs with the queue alone (Eq. 17), not inside the batch too (Eq. 18)",
    false,
  ),
  "moco-contr-w": number("contrastiveWeight", rules.weight, "X", "weight of the contrastive loss"),
  "moco-contr-tau": number("tau", rules.positive, "X", "temperature of the contrastive loss"),
  mlp: toggle("mlp", "a head of two layers on a ResNet (MoCo v2)"),
  "aug-plus": toggle("augPlus", "views of MoCo v2: weaker colours, blur"),
  "bn-splits": number(
    "groups",
    rules.count,
    "N",
    "parts of a batch with batch statistics of their own, as on so many GPUs",
  ),
};

/** ImageNet or a part of it, with a momentum encoder and a queue. */
export const imagenet: Recipe<MomentumConfig> = {
  name: "imagenet",
  summary: "a folder of pictures by class, with a momentum encoder and a queue: the paper's ImageNet recipe",
  about: `train a ResNet with a momentum encoder and a queue, as the paper does on ImageNet

Usage: align-uniform train imagenet --data DIR [options]

MoCo with the two losses in place of the contrastive one, or beside it: a query encoder, a key encoder that follows it, and
a queue of keys against which uniformity is measured. Two views of a picture should get near features. Every setting and
its default is that of the paper's script; labels are used only afterwards, to measure. On a CPU it is for small pictures
and small encoders (--image-size 64 --arch resnet18 --moco-k 4096): see docs/systems.md. Needs sharp: npm i sharp.`,
  dataAbout: "folder with train and val (or test) in it, a folder for each class in each of them",
  words: { title: "ImageNet pictures", one: "picture", many: "pictures", ...viewWords },
  defaults,
  flags,
  defaultAbout: {},
  endKnown: ({ cosine }) => cosine,
  settled(given) {
    const { imageSize = defaults.imageSize, augPlus = defaults.augPlus, arch = defaults.arch, mlp } = given;
    if (mlp && !arch.startsWith("resnet")) throw new UsageError(`train: --mlp is for ResNets, not for --arch ${arch}`);
    return { ...defaults, ...shown(imageSize, augPlus), ...given };
  },
};
