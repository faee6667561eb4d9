import type { SafetensorsArray } from "../../formats/index.ts";
import type { OnnxGraph } from "../../nn/index.ts";
import type { CheckpointFile } from "../checkpoint.ts";
import type { RunConfig } from "../train/config.ts";
import type { Preparation } from "../train/preparation.ts";
import type { Recipe } from "../train/recipe.ts";

/** What whoever uses an encoder has to do before it, or it gives other features. */
export interface Usage {
  /** Of pictures, or of sentences: what the lines below are of. */
  readonly of: "pictures" | "sentences";
  /** In order, in words. */
  readonly lines: readonly string[];
  /** More that travels in the file, by name. */
  readonly texts: Readonly<Record<string, string>>;
  /** Of pictures, as data. */
  readonly preparation?: Preparation;
}

/** An encoder in a checkpoint. */
export interface Kept<Config extends RunConfig> {
  readonly file: CheckpointFile;
  readonly arrays: ReadonlyMap<string, SafetensorsArray>;
  readonly config: Config;
  /** Whose output is wanted; undefined for the features. */
  readonly layerIndex: number | undefined;
}

/** How the encoder of a task is exported. */
export interface Exportable<Config extends RunConfig> {
  readonly recipe: Recipe<Config>;
  /** What the encoder's names begin with in the checkpoint, behind `model.`; "" where it is the whole model. */
  readonly encoderPrefix: string;
  /** Throws naming the checkpoint where it lacks what is told. */
  usage(config: Config, file: CheckpointFile): Usage;
  /** Throws naming the checkpoint for weights that do not fit; a UsageError for a layer that the encoder has not. */
  graph(kept: Kept<Config>): OnnxGraph;
}
