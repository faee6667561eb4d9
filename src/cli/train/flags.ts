import { type NumberRule, numberIn, parsed, positiveRule, seedRule, threadsRule, whole } from "../arguments.ts";
import { type DeviceName, deviceNames } from "../device.ts";
import { UsageError } from "../io.ts";
import type { MnistConfig } from "./config.ts";

export interface TrainFlags {
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
  readonly given: Partial<MnistConfig>;
}

export const defaultOut = "runs/mnist";

const options = {
  data: { type: "string" },
  out: { type: "string", default: defaultOut },
  device: { type: "string" },
  threads: { type: "string" },
  resume: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  quiet: { type: "boolean", default: false },
  verbose: { type: "boolean", default: false },
} as const;

/** A flag whose value is a number of the configuration. */
interface NumberFlag extends NumberRule {
  readonly key: "seed" | "epochs" | "batchSize" | "lr" | "alignWeight" | "uniformWeight" | "alpha" | "t";
}

const weight = { allowed: "a number >= 0", accepts: (n: number) => n >= 0 && Number.isFinite(n) };

export const numberFlags: Readonly<Record<string, NumberFlag>> = {
  seed: { key: "seed", ...seedRule },
  epochs: { key: "epochs", allowed: "1..1000000", accepts: whole(1, 1e6) },
  "batch-size": { key: "batchSize", allowed: "2..1000000", accepts: whole(2, 1e6) },
  lr: { key: "lr", ...positiveRule },
  "align-w": { key: "alignWeight", ...weight },
  "unif-w": { key: "uniformWeight", ...weight },
  "align-alpha": { key: "alpha", ...positiveRule },
  "unif-t": { key: "t", ...positiveRule },
};

/** What the arguments after `train` mean. Throws a UsageError that says what was found and what is allowed. */
export function readTrainFlags(argv: readonly string[]): TrainFlags {
  const numbers = Object.fromEntries(Object.keys(numberFlags).map((flag) => [flag, { type: "string" as const }]));
  const { values, positionals } = parsed("train", argv, { ...numbers, ...options });
  const texts: Readonly<Record<string, unknown>> = values;
  if (positionals.join(" ") !== "mnist") {
    throw new UsageError(
      `train: say what to train on: mnist${positionals.length ? `; got "${positionals.join(" ")}"` : ""}`,
    );
  }
  const given: Partial<Record<NumberFlag["key"], number>> = {};
  for (const [flag, rule] of Object.entries(numberFlags)) {
    const n = numberIn("train", flag, texts[flag], rule);
    if (n !== undefined) given[rule.key] = n;
  }
  const threads = numberIn("train", "threads", values.threads, threadsRule);
  const { json, quiet, verbose, resume, data, out } = values;
  const device = deviceNames.find((name) => name === values.device);
  if (values.device !== undefined && device === undefined) {
    throw new UsageError(`train: --device must be ${deviceNames.join(", ")}; got "${values.device}"`);
  }
  if (threads !== undefined && device !== undefined && device !== "cpu") {
    throw new UsageError(`train: --threads goes with --device cpu, got "${device}"`);
  }
  return { json, quiet, verbose, resume, data, out, device, threads, given };
}
