import { isDeepStrictEqual } from "node:util";
import { readSafetensors, type Safetensors } from "../../formats/index.ts";
import { version } from "../../node/index.ts";
import { readNamed } from "../../node/named.ts";
import type { RandomState } from "../../random.ts";
import { type DeviceName, deviceNames } from "../device.ts";
import { misfits } from "../misfits.ts";
import type { RunConfig } from "./config.ts";
import type { Fingerprint } from "./gallery.ts";
import type { Recipe } from "./recipe.ts";
import type { Run } from "./task.ts";

/** What a checkpoint's metadata says about the run. */
export interface Saved<Config extends RunConfig = RunConfig> {
  readonly task: string;
  readonly device: DeviceName;
  readonly data: Fingerprint;
  readonly config: Config;
  /** Whole passes and steps behind it. */
  readonly epoch: number;
  readonly step: number;
  /** The random streams as they stood. */
  readonly generators: Readonly<Record<string, RandomState>>;
}

const fingerprintLike: Fingerprint = { train: 60_000, test: 10_000, sha256: "" };

/** What to do with a checkpoint that is of something else, of another version, or damaged. */
export interface Remedies {
  readonly foreign: string;
  readonly version: string;
  readonly damaged: string;
}

const toResume: Remedies = {
  foreign: "name another --out",
  version: "resume it with its own version, or start anew without --resume",
  damaged: "nothing was resumed: start anew without --resume",
};

/** `savedIn` of a file that is to be resumed. */
export async function readSaved<Config extends RunConfig>(
  path: string,
  recipe: Recipe<Config>,
): Promise<Saved<Config>> {
  return savedIn(path, readSafetensors(await readNamed(path), path).metadata, recipe, toResume);
}

/**
 * The metadata of a checkpoint, if it is one of this version's and of this task. Throws naming the file and every entry
 * that is missing or damaged.
 */
export function savedIn<Config extends RunConfig>(
  path: string,
  metadata: Safetensors["metadata"],
  { name, defaults, flags }: Recipe<Config>,
  remedies: Remedies,
): Saved<Config> {
  const entry = (key: string): unknown => {
    try {
      return JSON.parse(metadata[key]);
    } catch {
      return undefined; // absent, or somebody else's text
    }
  };
  const [task, by] = [entry("task"), entry("version")];
  if (task !== name) {
    throw new Error(`${path} is no checkpoint of train ${name} (its task: ${task ?? "none"}): ${remedies.foreign}`);
  }
  if (by !== version) {
    throw new Error(`${path} was written by version ${by ?? "unknown"}, this is ${version}: ${remedies.version}`);
  }
  const found = Object.fromEntries(["device", "data", "config", "epoch", "step"].map((key) => [key, entry(key)]));
  const problems = [
    ...(deviceNames.some((name) => name === found.device) ? [] : [`device: needs one of ${deviceNames.join(", ")}`]),
    ...misfits("data", found.data, fingerprintLike),
    ...misfits("config", found.config, defaults),
    ...["epoch", "step"].flatMap((key) => (isCount(found[key]) ? [] : [`${key}: needs a whole number >= 0`])),
  ];
  refuseDamaged(path, problems, remedies);
  const saved = { task, ...found, generators: entry("generators") } as Saved<Config>;
  refuseDamaged(
    path,
    Object.values(flags).flatMap(({ key, allowed, accepts }) =>
      accepts(saved.config[key]) ? [] : [`config.${String(key)}: needs ${allowed}`],
    ),
    remedies,
  );
  return saved;
}

/** Throws unless epoch, step and random streams are those that a run of this seed and length has. */
export function refuseForeign(path: string, { epoch, step, generators, config }: Saved, run: Run): void {
  const last = config.epochs * run.stepsPerEpoch;
  const expected = Math.floor(step / run.stepsPerEpoch);
  const problems = [
    ...(step <= last ? [] : [`step: needs 0..${last}, for ${config.epochs} passes of ${run.stepsPerEpoch} steps`]),
    ...(epoch === expected ? [] : [`epoch: needs ${expected}, after ${step} steps`]),
    ...(isDeepStrictEqual(generators, run.generatorStates())
      ? []
      : [`generators: needs the states that seed ${config.seed} gives after ${step} steps`]),
  ];
  refuseDamaged(path, problems, toResume);
}

/** Throws naming the file and what in it is wrong, if anything is. */
function refuseDamaged(path: string, problems: readonly string[], { damaged }: Remedies): void {
  if (problems.length === 0) return;
  throw new Error(`${path} is damaged, ${damaged}. In its metadata\n  ${problems.join("\n  ")}`);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
