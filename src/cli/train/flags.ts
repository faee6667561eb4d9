import { parseArgs } from "node:util";
import { UsageError } from "../io.ts";
import { digitCounts, type MnistConfig, mnistConfig } from "./config.ts";

export interface TrainFlags {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly data: string | undefined;
  readonly out: string;
  readonly device: string;
  readonly config: MnistConfig;
}

const options = {
  data: { type: "string" },
  out: { type: "string", default: "runs/mnist" },
  seed: { type: "string" },
  epochs: { type: "string" },
  "batch-size": { type: "string" },
  lr: { type: "string" },
  device: { type: "string", default: "reference" },
  json: { type: "boolean", default: false },
  quiet: { type: "boolean", default: false },
} as const;

/** What the arguments after `train` mean. Throws a UsageError that says what was found and what is allowed. */
export function readTrainFlags(argv: readonly string[]): TrainFlags {
  const { values, positionals } = parse(argv);
  const { json, quiet, data, out, device } = values;
  if (positionals.join(" ") !== "mnist") {
    throw new UsageError(
      `train: say what to train on: mnist${positionals.length ? `; got "${positionals.join(" ")}"` : ""}`,
    );
  }
  const count = (n: number, most: number): boolean => Number.isInteger(n) && n <= most;
  const config: MnistConfig = {
    ...mnistConfig,
    seed: number(
      "seed",
      values.seed,
      mnistConfig.seed,
      "a whole number >= 0",
      (n) => n >= 0 && Number.isSafeInteger(n),
    ),
    epochs: number("epochs", values.epochs, mnistConfig.epochs, "1..1000000", (n) => n >= 1 && count(n, 1e6)),
    batchSize: number(
      "batch-size",
      values["batch-size"],
      mnistConfig.batchSize,
      `2..${digitCounts.train}`,
      (n) => n >= 2 && count(n, digitCounts.train),
    ),
    lr: number("lr", values.lr, mnistConfig.lr, "a number > 0", (n) => n > 0 && Number.isFinite(n)),
  };
  return { json, quiet, data, out, device, config };
}

function parse(
  argv: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`train: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function number(
  flag: string,
  text: string | undefined,
  otherwise: number,
  allowed: string,
  accepts: (n: number) => boolean,
): number {
  if (text === undefined) return otherwise;
  const n = text.trim() === "" ? Number.NaN : Number(text);
  if (!accepts(n)) throw new UsageError(`train: --${flag} must be ${allowed}, got "${text}"`);
  return n;
}
