import { layerRule, seedRule, whole } from "../arguments.ts";
import { choice, epochList, type FlagTable, number, rules, toggle } from "../train/config-flags.ts";

/** Rules by which a linear classifier learns, by the names that `--optimizer` takes. */
export const optimizers = ["adam", "sgd"] as const;

/** Everything that decides what a probe finds, beside the checkpoint, the pictures and the device. */
export interface ProbeConfig {
  readonly seed: number;
  /** Probed beside the output, −1: as `LayeredEncoder.forward` takes it. */
  readonly layerIndex: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: (typeof optimizers)[number];
  /** The learning rate at the start; after each of `lrDecayEpochs` it is multiplied by `lrDecayRate`. */
  readonly lr: number;
  readonly lrDecayRate: number;
  readonly lrDecayEpochs: readonly number[];
  /** Whether pictures to learn from are shown as the task shows them to a probe, other at every step; else as they are. */
  readonly augment: boolean;
  /** Whether the nearest neighbours are asked too. */
  readonly knn: boolean;
}

/** By optimizer: the paper's for STL-10 (`linear_eval.py`), and for ImageNet (`main_lincls.py`). */
const byOptimizer: Readonly<Record<ProbeConfig["optimizer"], Pick<ProbeConfig, "batchSize" | "lr" | "lrDecayRate">>> = {
  adam: { batchSize: 128, lr: 1e-3, lrDecayRate: 0.2 },
  sgd: { batchSize: 256, lr: 30, lrDecayRate: 0.1 },
};

export const probeDefaults: ProbeConfig = {
  seed: 0,
  layerIndex: -2,
  epochs: 100,
  optimizer: "adam",
  ...byOptimizer.adam,
  lrDecayEpochs: [60, 80],
  augment: true,
  knn: true,
};

/** The configuration that these entries ask for. */
export function settledProbe({ optimizer = probeDefaults.optimizer, ...given }: Partial<ProbeConfig>): ProbeConfig {
  return { ...probeDefaults, optimizer, ...byOptimizer[optimizer], ...given };
}

export const probeFlags: FlagTable<ProbeConfig> = {
  "layer-index": number(
    "layerIndex",
    layerRule,
    "N",
    "the block that is probed beside the output, from 0, or from the end: -2 is fc7, or what a ResNet pools",
  ),
  epochs: number("epochs", rules.count, "N", "passes of the linear classifiers over the training pictures"),
  "batch-size": number(
    "batchSize",
    { allowed: "1..1000000", accepts: whole(1, 1e6) },
    "N",
    "pictures in a step; the last of a pass takes what is left",
  ),
  optimizer: choice(
    "optimizer",
    optimizers,
    "adam: with betas 0.5 and 0.999, the paper's way for STL-10; sgd: with momentum 0.9, its way for ImageNet",
  ),
  lr: number("lr", rules.positive, "X", "learning rate at the start"),
  "lr-decay-rate": number(
    "lrDecayRate",
    rules.share,
    "X",
    "factor of the learning rate after each of --lr-decay-epochs",
  ),
  "lr-decay-epochs": epochList("lrDecayEpochs", "after which passes the learning rate falls, or none"),
  seed: number("seed", seedRule, "N", "where all randomness of the probe starts: same seed, same numbers"),
  "no-augment": toggle(
    "augment",
    "learn from the pictures as they are, each encoded once, instead of crops and flips that are other in every pass",
    false,
  ),
  "no-knn": toggle("knn", "leave out 5-NN: the features of all training pictures are not held in memory then", false),
};

/** Defaults that follow from the optimizer, in words. */
export const defaultAbout: Readonly<Record<string, string>> = Object.fromEntries(
  (
    [
      ["batch-size", "batchSize"],
      ["lr", "lr"],
      ["lr-decay-rate", "lrDecayRate"],
    ] as const
  ).map(([flag, key]) => [flag, `${byOptimizer.adam[key]}, with sgd ${byOptimizer.sgd[key]}`]),
);
