import { numberIn, oneCheckpoint, parsed, workersRule } from "../arguments.ts";
import { type Machine, machineIn, machineOptions } from "../machine.ts";
import { entriesIn, optionsOf } from "../train/config-flags.ts";
import { type ProbeConfig, probeFlags, settledProbe } from "./config.ts";

export interface ProbeFlags extends Machine {
  /** A checkpoint, or the folder of a run. */
  readonly checkpoint: string;
  readonly data: string | undefined;
  /** Whether to probe the encoder as it was before training. */
  readonly untrained: boolean;
  /** Threads that make views: undefined unless asked for. */
  readonly workers: number | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly config: ProbeConfig;
}

const options = {
  data: { type: "string" },
  untrained: { type: "boolean", default: false },
  "num-workers": { type: "string" },
  ...machineOptions,
} as const;

/** Every flag, without its dashes. */
export const probeFlagNames: readonly string[] = [...Object.keys(options), ...Object.keys(probeFlags)];

/** What the arguments after `probe` mean. Throws a UsageError that says what was found and what is allowed. */
export function readProbeFlags(argv: readonly string[]): ProbeFlags {
  const { values, positionals } = parsed("probe", argv, { ...optionsOf(probeFlags), ...options });
  const checkpoint = oneCheckpoint("probe", positionals);
  const { data, untrained, json, quiet, verbose } = values;
  const workers = numberIn("probe", "num-workers", values["num-workers"], workersRule);
  const config = settledProbe(entriesIn("probe", probeFlags, values));
  return { checkpoint, data, untrained, workers, json, quiet, verbose, ...machineIn("probe", values), config };
}
