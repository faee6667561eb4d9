import type { Device } from "../../devices/device.ts";
import type { Module, Optimizer } from "../../nn/index.ts";
import type { RandomState } from "../../random.ts";
import type { Io } from "../io.ts";
import type { RunConfig } from "./config.ts";
import type { Material } from "./gallery.ts";
import type { Recipe } from "./recipe.ts";
import type { RunResult } from "./result.ts";

/** One step of training: the losses of its batch by name, before the update. No times: equal runs give equal records. */
export interface StepRecord {
  /** From 1. */
  readonly epoch: number;
  readonly step: number;
  readonly [loss: string]: number;
}

/** A model in training. */
export interface Run {
  /** What is being learnt, and all that a checkpoint must hold of it. */
  readonly model: Module<never>;
  readonly optimizer: Optimizer;
  /** Steps in the whole run. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
  /** The random streams from which every epoch's order and every step's views are forked. They never move. */
  generatorStates(): Readonly<Record<string, RandomState>>;
  /** Trains from after step `done` on, giving a record for each step; stop asking for more to stop training. */
  train(done: number): AsyncGenerator<StepRecord, void, undefined>;
}

/** A run, and how its model is judged. */
export interface Trainee<Result> {
  readonly run: Run;
  /** What goes through the model in a step, for its speed: 512 "images". */
  readonly passing: readonly [count: number, what: string];
  /** More that a checkpoint has to say of it, beside the run's configuration. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Measures the model on data it has not seen. Rejects with `Stopped` where the person asks to stop. */
  measure(io: Io, quiet: boolean): Promise<Findings<Result>>;
}

/** What was measured. */
export interface Findings<Result> {
  /** What the task's result tells beside what every result does. */
  readonly found: Omit<Result, keyof RunResult>;
  /** The report as one HTML page. */
  report(result: Result, steps: readonly StepRecord[]): string;
}

/** The data of a task, opened. */
export interface Opening<Result> extends Material {
  /** A run at its start. Throws for less data than a batch. */
  start(device: Device): Trainee<Result>;
}

/** What can be trained: all in which one task differs from another. */
export interface Task<Config extends RunConfig = RunConfig, Result extends RunResult<Config> = RunResult<Config>> {
  readonly recipe: Recipe<Config>;
  /**
   * Opens the data in a folder, or where the task's own data lies. `workers` make views ahead: as many as suit the machine
   * unless given, none where views are made in no time. Rejects naming the file that is missing or damaged.
   */
  open(folder: string | undefined, config: Config, workers?: number): Promise<Opening<Result>>;
  /** The result as lines of text. */
  table(result: Result): string;
  /** What a person should know who reads it, in a line. */
  readonly remark: string;
}
