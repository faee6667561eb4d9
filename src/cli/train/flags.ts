import { numberIn, parsed, threadsRule } from "../arguments.ts";
import { type DeviceName, deviceNames } from "../device.ts";
import { UsageError } from "../io.ts";
import type { TrainConfig } from "./config.ts";
import type { Recipe } from "./recipe.ts";

export interface TrainFlags<Config extends TrainConfig = TrainConfig> {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly resume: boolean;
  readonly data: string | undefined;
  readonly out: string;
  /** Undefined unless asked for: the default device, or that of the run which is resumed. */
  readonly device: DeviceName | undefined;
  /** On how many threads the cpu device computes: undefined unless asked for. */
  readonly threads: number | undefined;
  /** What was asked for by name: the rest comes from the defaults, or from the run which is resumed. */
  readonly given: Partial<Config>;
}

/** Where a task's run is left unless a flag says otherwise. */
export function defaultOut({ name }: Pick<Recipe, "name">): string {
  return `runs/${name}`;
}

const options = {
  data: { type: "string" },
  out: { type: "string" },
  device: { type: "string" },
  threads: { type: "string" },
  resume: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  quiet: { type: "boolean", default: false },
  verbose: { type: "boolean", default: false },
} as const;

/** What the arguments after a task's name mean. Throws a UsageError that says what was found and what is allowed. */
export function readTrainFlags<Config extends TrainConfig>(
  recipe: Recipe<Config>,
  argv: readonly string[],
): TrainFlags<Config> {
  const table = Object.entries(recipe.flags);
  const own = Object.fromEntries(
    table.map(([flag, { placeholder }]) => [flag, { type: placeholder ? ("string" as const) : ("boolean" as const) }]),
  );
  const { values, positionals } = parsed("train", argv, { ...own, ...options });
  if (positionals.length > 0) {
    throw new UsageError(`train: one thing at a time: ${recipe.name}; got "${positionals.join(" ")}" after it`);
  }
  const texts: Readonly<Record<string, unknown>> = values;
  const given: Record<string, unknown> = {};
  for (const [flag, { key, allowed, read }] of table) {
    const text = texts[flag];
    if (text === undefined) continue;
    const value = read(typeof text === "string" ? text : "");
    if (value === undefined) throw new UsageError(`train: --${flag} must be ${allowed}, got "${text}"`);
    given[String(key)] = value;
  }
  const threads = numberIn("train", "threads", values.threads, threadsRule);
  const { json, quiet, verbose, resume, data, out = defaultOut(recipe) } = values;
  const device = deviceNames.find((name) => name === values.device);
  if (values.device !== undefined && device === undefined) {
    throw new UsageError(`train: --device must be ${deviceNames.join(", ")}; got "${values.device}"`);
  }
  if (threads !== undefined && device !== undefined && device !== "cpu") {
    throw new UsageError(`train: --threads goes with --device cpu, got "${device}"`);
  }
  return { json, quiet, verbose, resume, data, out, device, threads, given: given as Partial<Config> };
}
