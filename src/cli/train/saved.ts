import { isDeepStrictEqual } from "node:util";
import { readSafetensors } from "../../formats/index.ts";
import { version } from "../../node/index.ts";
import { readNamed } from "../../node/named.ts";
import type { RandomState } from "../../random.ts";
import { type DeviceName, deviceNames } from "../device.ts";
import { misfits } from "../misfits.ts";
import { type MnistConfig, mnistConfig } from "./config.ts";
import type { Fingerprint } from "./digits.ts";
import { numberFlags } from "./flags.ts";
import type { MnistRun } from "./mnist.ts";

/** What a checkpoint's metadata says about the run. */
export interface Saved {
  readonly task: "mnist";
  readonly device: DeviceName;
  readonly digits: Fingerprint;
  readonly config: MnistConfig;
  /** Whole passes and steps behind it. */
  readonly epoch: number;
  readonly step: number;
  /** The random streams as they stood. */
  readonly generators: { readonly order: RandomState; readonly views: RandomState };
}

const digitsLike: Fingerprint = { train: 60_000, test: 10_000, sha256: "" };

/**
 * The metadata of a checkpoint, if it is one of this version's `train mnist`. Throws naming the file and every entry that
 * is missing or damaged.
 */
export async function readSaved(path: string): Promise<Saved> {
  const { metadata } = readSafetensors(await readNamed(path), path);
  const entry = (key: string): unknown => {
    try {
      return JSON.parse(metadata[key]);
    } catch {
      return undefined; // absent, or somebody else's text
    }
  };
  const [task, by] = [entry("task"), entry("version")];
  if (task !== "mnist") {
    throw new Error(`${path} is no checkpoint of train mnist (its task: ${task ?? "none"}): name another --out`);
  }
  if (by !== version) {
    throw new Error(
      `${path} was written by version ${by ?? "unknown"}, this is ${version}: resume it with its own version, or start anew without --resume`,
    );
  }
  const found = Object.fromEntries(["device", "digits", "config", "epoch", "step"].map((key) => [key, entry(key)]));
  const problems = [
    ...(deviceNames.some((name) => name === found.device) ? [] : [`device: needs one of ${deviceNames.join(", ")}`]),
    ...misfits("digits", found.digits, digitsLike),
    ...misfits("config", found.config, mnistConfig),
    ...["epoch", "step"].flatMap((key) => (isCount(found[key]) ? [] : [`${key}: needs a whole number >= 0`])),
  ];
  refuseDamaged(path, problems);
  const saved = { task, ...found, generators: entry("generators") } as Saved;
  refuseDamaged(
    path,
    Object.values(numberFlags).flatMap(({ key, allowed, accepts }) =>
      accepts(saved.config[key]) ? [] : [`config.${key}: needs ${allowed}`],
    ),
  );
  return saved;
}

/** Throws unless epoch, step and random streams are those that a run of this seed and length has. */
export function refuseForeign(path: string, { epoch, step, generators, config }: Saved, run: MnistRun): void {
  const last = config.epochs * run.stepsPerEpoch;
  const expected = Math.floor(step / run.stepsPerEpoch);
  refuseDamaged(path, [
    ...(step <= last ? [] : [`step: needs 0..${last}, for ${config.epochs} passes of ${run.stepsPerEpoch} steps`]),
    ...(epoch === expected ? [] : [`epoch: needs ${expected}, after ${step} steps`]),
    ...(isDeepStrictEqual(generators, run.generatorStates())
      ? []
      : [`generators: needs the states that seed ${config.seed} gives after ${step} steps`]),
  ]);
}

/** Throws naming the file and what in it is wrong, if anything is. */
function refuseDamaged(path: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new Error(
    `${path} is damaged, nothing was resumed: start anew without --resume. In its metadata\n  ${problems.join("\n  ")}`,
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
