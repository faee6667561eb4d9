import { numberIn, parsed, workersRule } from "../arguments.ts";
import { UsageError } from "../io.ts";
import { type Machine, machineIn, machineOptions } from "../machine.ts";
import type { RunConfig } from "./config.ts";
import { entriesIn, optionsOf, rules } from "./config-flags.ts";
import type { Recipe } from "./recipe.ts";

/** The device is undefined unless asked for: the default one, or that of the run which is resumed. */
export interface TrainFlags<Config extends RunConfig = RunConfig> extends Machine {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly resume: boolean;
  readonly data: string | undefined;
  readonly out: string;
  /** Threads that make views: undefined unless asked for. */
  readonly workers: number | undefined;
  /** After how many steps a line of progress comes where there is no terminal: undefined for one now and then. */
  readonly logInterval: number | undefined;
  /** What was asked for by name: the rest comes from the defaults, or from the run which is resumed. */
  readonly given: Partial<Config>;
}

/** Where a task's run is left unless a flag says otherwise. */
export function defaultOut({ name }: Pick<Recipe, "name">): string {
  return `runs/${name}`;
}

const options = {
  data: { type: "string" },
  "data-folder": { type: "string" }, // what the paper's script calls it
  out: { type: "string" },
  "result-folder": { type: "string" },
  "num-workers": { type: "string" },
  "log-interval": { type: "string" },
  resume: { type: "boolean", default: false },
  ...machineOptions,
} as const;

/** What two names of one flag say. Throws a UsageError where they say two things. */
function one(text: string | undefined, flag: string, other: string | undefined, alias: string): string | undefined {
  if (text === undefined || other === undefined || text === other) return text ?? other;
  throw new UsageError(`train: --${flag} ${text} and --${alias} ${other} are two names of one flag: give one`);
}

/** What the arguments after a task's name mean. Throws a UsageError that says what was found and what is allowed. */
export function readTrainFlags<Config extends RunConfig>(
  recipe: Recipe<Config>,
  argv: readonly string[],
): TrainFlags<Config> {
  const { values, positionals } = parsed("train", argv, { ...optionsOf(recipe.flags), ...options });
  if (positionals.length > 0) {
    throw new UsageError(`train: one thing at a time: ${recipe.name}; got "${positionals.join(" ")}" after it`);
  }
  const given = entriesIn("train", recipe.flags, values);
  const { json, quiet, verbose, resume } = values;
  const data = one(values.data, "data", values["data-folder"], "data-folder");
  const out = one(values.out, "out", values["result-folder"], "result-folder") ?? defaultOut(recipe);
  const workers = numberIn("train", "num-workers", values["num-workers"], workersRule);
  const logInterval = numberIn("train", "log-interval", values["log-interval"], rules.count);
  const machine = machineIn("train", values);
  return { json, quiet, verbose, resume, data, out, workers, logInterval, ...machine, given };
}
