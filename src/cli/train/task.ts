import type { Device } from "../../devices/device.ts";
import type { LayeredEncoder } from "../../models/index.ts";
import type { Module, Optimizer } from "../../nn/index.ts";
import type { RandomState } from "../../random.ts";
import type { TrainConfig } from "./config.ts";
import type { Gallery } from "./gallery.ts";
import type { Preparation } from "./preparation.ts";
import type { Recipe } from "./recipe.ts";

/** One step of training: the losses of its batch by name, before the update. No times: equal runs give equal records. */
export interface StepRecord {
  /** From 1. */
  readonly epoch: number;
  readonly step: number;
  readonly [loss: string]: number;
}

/** An encoder in training. */
export interface Run {
  /** What is being learnt, and all that a checkpoint must hold of it. */
  readonly model: Module;
  /** The part of the model that is judged. */
  readonly encoder: LayeredEncoder;
  readonly optimizer: Optimizer;
  /** Steps in the whole run. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
  /** The random streams from which every epoch's order and every step's views are forked. They never move. */
  generatorStates(): Readonly<Record<string, RandomState>>;
  /** Trains from after step `done` on, giving a record for each step; stop asking for more to stop training. */
  train(done: number): AsyncGenerator<StepRecord, void, undefined>;
}

/** What can be trained: all in which one task differs from another. */
export interface Task<Config extends TrainConfig = TrainConfig> {
  readonly recipe: Recipe<Config>;
  /** What the judged encoder's names begin with among those of `Run.model`; absent where it is the whole model. */
  readonly encoderPrefix?: string;
  /** How pictures come to the encoder, for whoever serves it; absent where it takes none. */
  preparation?(config: Config): Preparation;
  /**
   * Opens the data in a folder, or where the task's own data lies. `workers` make views ahead: as many as suit the machine
   * unless given, none where views are made in no time. Rejects naming the file that is missing or damaged.
   */
  open(folder: string | undefined, config: Config, workers?: number): Promise<Gallery>;
  /** At most so many pictures of each part, evenly spaced, serve to measure after training; all unless given. */
  readonly measured?: number;
  /** A run at its start. Throws for fewer pictures than a batch. */
  run(gallery: Gallery, config: Config, device: Device): Run;
}
