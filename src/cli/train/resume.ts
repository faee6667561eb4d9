import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Device } from "../../devices/device.ts";
import { type LogRecord, loadCheckpoint, type RunFolder } from "../../node/index.ts";
import { UsageError } from "../io.ts";
import { closedOnError } from "./closed-on-error.ts";
import type { RunConfig } from "./config.ts";
import type { TrainFlags } from "./flags.ts";
import { shownFingerprint } from "./gallery.ts";
import type { Person } from "./person.ts";
import type { Recipe } from "./recipe.ts";
import type { RunResult } from "./result.ts";
import { readSaved, refuseForeign, type Saved } from "./saved.ts";
import { deviceFor, headOf, lastChance, type Opened, reportName, type Session, sessionOf } from "./session.ts";
import type { Run, StepRecord, Task, Trainee } from "./task.ts";

/** The run in `folder`, with weights, optimizer and log as they were when its checkpoint was written. */
export async function resumed<Config extends RunConfig, Result extends RunResult<Config>>(
  folder: RunFolder,
  task: Task<Config, Result>,
  flags: TrainFlags<Config>,
  person: Person,
): Promise<Opened<Config, Result>> {
  const saved = await readSaved(folder.checkpoint, task.recipe);
  const sameDevice = flags.device === saved.device || (flags.device === "gpu" && saved.device.startsWith("gpu:"));
  if (flags.device !== undefined && !sameDevice) {
    throw new UsageError(contradiction("device", flags.device, saved.device, folder.path));
  }
  const config = settled(saved, flags.given, task.recipe, folder);
  const opening = await task.open(flags.data, config, flags.workers);
  return closedOnError(opening, async () => {
    const data = await opening.fingerprint(person.reading);
    if (JSON.stringify(data) !== JSON.stringify(saved.data)) {
      const [own, given] = [saved.data, data].map(shownFingerprint);
      const { many } = task.recipe.words;
      throw new Error(
        `the run in ${folder.path} has other ${many}, ${own}, than those ${flags.data === undefined ? "that are read without --data" : "given"}, ${given}: give its own --data; a set that was changed starts anew`,
      );
    }
    const device = await deviceFor(saved.device, person);
    const trainee = opening.start(device);
    refuseForeign(folder.checkpoint, saved, trainee.run);
    await load(folder.checkpoint, trainee.run, device, saved.step);
    return { session: await wentOn(folder, { saved, config }, device, trainee, person), opening };
  });
}

/** The session of a run that was brought to its checkpoint, its log cut back to that. */
async function wentOn<Config extends RunConfig, Result extends RunResult<Config>>(
  folder: RunFolder,
  { saved, config }: { readonly saved: Saved<Config>; readonly config: Config },
  device: Device,
  trainee: Trainee<Result>,
  person: Person,
): Promise<Session<Config, Result>> {
  const { run } = trainee;
  const records = await folder.records();
  const kept = records.filter((record) => isKept(record, saved.step, config.epochs));
  const { path } = folder;
  const session: Session<Config, Result> = {
    ...sessionOf(folder, { ...saved, config }, device, trainee),
    done: saved.step,
    steps: kept.filter(({ type }) => type === "step").map(stepOf),
    seconds: Number(kept.findLast(({ type }) => type === "checkpoint")?.seconds ?? 0),
    result:
      saved.step === run.steps && existsSync(join(path, reportName)) ? resultIn<Result>(records, config) : undefined,
  };
  if (session.result !== undefined) return session;
  const lost = saved.step - session.steps.length;
  if (saved.step === run.steps && lost > 0) {
    throw new Error(
      `${path} is complete, but its log.jsonl lacks ${lost} of ${saved.step} steps, their losses and times: put it back, ` +
        "train on with more --epochs, or start anew without --resume; nothing was changed",
    );
  }
  await lastChance(person);
  const { epochs } = saved.config;
  if (config.epochs !== epochs) {
    const passes = `${epochs} ${epochs === 1 ? "pass" : "passes"}`;
    const aside = await folder.setAside(reportName, `report-${epochs}.html`);
    if (aside !== undefined) person.warn(`${path}: the report of ${passes} is now ${aside}`);
  }
  await folder.rewriteLog([headOf(session), ...kept]);
  if (config.epochs !== epochs) await session.save(saved.step, session.seconds); // so that it outlasts a crash
  if (config.epochs !== epochs && config.lrDecayEpochs.length > 0) {
    const passes = config.lrDecayEpochs.join(", ");
    person.warn(`the learning rate falls after passes ${passes}, as it was going to: --epochs does not change that`);
  }
  person.say(`resuming ${path} after ${saved.step} of ${run.steps} steps`);
  if (lost > 0)
    person.warn(
      `its log.jsonl lacks ${lost} of these steps: the report's curves and its time of training lack them too`,
    );
  return session;
}

/** Brings the run to where a checkpoint says it was. Throws naming the file for weights or an optimizer that are not its own. */
async function load(path: string, run: Run, device: Device, step: number): Promise<void> {
  const { model, optimizer } = await loadCheckpoint(path, { device });
  if (optimizer === undefined) throw new Error(`${path}: metadata "optimizer" is missing: the file is damaged`);
  if (optimizer.steps.some((count) => count !== step)) {
    throw new Error(`${path}: the optimizer's steps must all be ${step}, got ${optimizer.steps}: the file is damaged`);
  }
  try {
    run.model.loadStateDict(model);
    run.optimizer.loadStateDict(optimizer);
  } catch (cause) {
    throw new Error(`${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Whether a log line stays true of a run that goes on after `step`, towards `epochs`: results of fewer epochs do. */
function isKept(record: LogRecord, step: number, epochs: number): boolean {
  if (record.type === "result") return (record as unknown as RunResult).config.epochs < epochs;
  return (record.type === "step" || record.type === "checkpoint") && Number(record.step) <= step;
}

function stepOf({ type: _, ...record }: LogRecord): StepRecord {
  return record as unknown as StepRecord; // a line of our own, written from one
}

/** What the last process found, if it came that far with this number of epochs. */
function resultIn<Result extends RunResult>(records: readonly LogRecord[], { epochs }: RunConfig): Result | undefined {
  const { type: _, ...result } = records.findLast(({ type }) => type === "result") ?? {};
  const found = "schemaVersion" in result ? (result as unknown as Result) : undefined;
  return found?.config.epochs === epochs ? found : undefined;
}

/** The configuration of the run that is resumed; only its number of epochs may be another, if its steps are in them. */
function settled<Config extends RunConfig>(
  { config, step, data }: Saved<Config>,
  given: Partial<Config>,
  { flags, endKnown }: Recipe<Config>,
  { path }: RunFolder,
): Config {
  const least = Math.max(1, Math.ceil(step / Math.floor(data.train / config.batchSize)));
  for (const [flag, { key }] of Object.entries(flags)) {
    const asked = given[key];
    if (asked === undefined || isDeepStrictEqual(asked, config[key])) continue;
    const fixed = endKnown?.(config) ?? false;
    if (key === "epochs" && !fixed && Number(asked) >= least) continue;
    const remedy = key === "epochs" && !fixed ? `with ${step} steps done they are at least ${least}` : undefined;
    throw new UsageError(contradiction(flag, String(asked), String(config[key]), path, remedy));
  }
  return { ...config, epochs: given.epochs ?? config.epochs };
}

function contradiction(
  flag: string,
  asked: string,
  own: string,
  path: string,
  remedy: string = "leave the flag out, or start anew without --resume",
): string {
  return `train: --${flag} ${asked} contradicts the run in ${path}, which has ${own}: ${remedy}`;
}
