import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Device } from "../../devices/device.ts";
import {
  createRunFolder,
  type LogRecord,
  loadCheckpoint,
  openRunFolder,
  type RunFolder,
  saveCheckpoint,
  version,
} from "../../node/index.ts";
import { type DeviceName, defaultDeviceName, deviceNamed } from "../device.ts";
import { UsageError } from "../io.ts";
import { lrPer256, type MnistConfig, mnistConfig } from "./config.ts";
import { type Fingerprint, fingerprint, type Split } from "./digits.ts";
import { numberFlags, type TrainFlags } from "./flags.ts";
import { type MnistRun, mnistRun, type StepRecord } from "./mnist.ts";
import type { MnistResult } from "./result.ts";
import { readSaved, refuseForeign, type Saved } from "./saved.ts";

/** A run as it stands: at its start, or where an earlier process left it. */
export interface Session {
  readonly folder: RunFolder;
  readonly config: MnistConfig;
  readonly digits: Fingerprint;
  readonly device: Device;
  readonly run: MnistRun;
  /** Steps behind it. */
  readonly done: number;
  /** Their records, as the log holds them; this process adds its own. */
  readonly steps: StepRecord[];
  /** Of training, before this process. */
  readonly seconds: number;
  /** Of a run that has nothing left to do. */
  readonly result: MnistResult | undefined;
  /** Makes what was reached after `step` steps last. `seconds` of training led there. */
  save(step: number, seconds: number): Promise<void>;
}

/** Tells the person of what is under way, which `--quiet` hides, and of what is not as they may think, which it does not. */
export interface Voice {
  say(text: string): void;
  warn(text: string): void;
}

/**
 * Opens the run that the flags ask for: in a folder of its own or, with `resume`, where its checkpoint lies. Close its
 * folder in the end. Throws a UsageError for flags that contradict the run that is resumed, and an Error for other digits
 * than its own.
 */
export async function openSession(flags: TrainFlags, split: Split, voice: Voice): Promise<Session> {
  const earlier = flags.resume ? await openRunFolder(flags.out) : undefined;
  if (earlier) return closedOnError(earlier, () => resumed(earlier, flags, split, voice));
  if (flags.resume) voice.warn(`${flags.out} holds no checkpoint to resume: starting anew`);

  const { batchSize = mnistConfig.batchSize } = flags.given;
  const config = { ...mnistConfig, lr: (lrPer256 * batchSize) / 256, ...flags.given };
  const deviceName = flags.device ?? defaultDeviceName;
  const device = await deviceFor(deviceName, voice);
  const run = mnistRun(split.train, config, device); // refuses too few digits before the folder is touched
  const folder = await createRunFolder(flags.out);
  if (folder.moved) voice.warn(`${folder.path} was there already: moved to ${folder.moved}`);
  return closedOnError(folder, async () => {
    const session = sessionOf(
      folder,
      { task: "mnist", device: deviceName, digits: fingerprint(split), config },
      device,
      run,
    );
    await folder.log(headOf(session));
    await session.save(0, 0); // from now on there is something to resume
    return session;
  });
}

/** The device of that name; says so if another one serves in its place. */
async function deviceFor(name: DeviceName, { warn }: Voice): Promise<Device> {
  const device = await deviceNamed(name);
  for (const { what, why } of device.report().refused) warn(`${device.name} serves in place of ${what}: ${why}`);
  return device;
}

async function closedOnError(folder: RunFolder, open: () => Promise<Session>): Promise<Session> {
  try {
    return await open();
  } catch (error) {
    await folder.close();
    throw error;
  }
}

/** The run in `folder`, with weights, optimizer and log as they were when its checkpoint was written. */
async function resumed(folder: RunFolder, flags: TrainFlags, split: Split, voice: Voice): Promise<Session> {
  const saved = await readSaved(folder.checkpoint);
  if (flags.device !== undefined && flags.device !== saved.device) {
    throw new UsageError(contradiction("device", flags.device, saved.device, folder.path));
  }
  const config = settled(saved, flags.given, folder);
  const digits = fingerprint(split);
  if (JSON.stringify(digits) !== JSON.stringify(saved.digits)) {
    const told = ({ train, test, sha256 }: Fingerprint): string => `${train} + ${test} (sha256 ${sha256.slice(0, 12)})`;
    throw new Error(
      `the run in ${folder.path} has other digits, ${told(saved.digits)}, than those given, ${told(digits)}: give its own --data`,
    );
  }
  const device = await deviceFor(saved.device, voice);
  const run = mnistRun(split.train, config, device);
  refuseForeign(folder.checkpoint, saved, run);
  await load(folder.checkpoint, run, device, saved.step);

  const records = await folder.records();
  const kept = records.filter((record) => isKept(record, saved.step, config.epochs));
  const { path } = folder;
  const session: Session = {
    ...sessionOf(folder, { ...saved, config }, device, run),
    done: saved.step,
    steps: kept.filter(({ type }) => type === "step").map(stepOf),
    seconds: Number(kept.findLast(({ type }) => type === "checkpoint")?.seconds ?? 0),
    result: saved.step === run.steps && existsSync(join(path, reportName)) ? resultIn(records, config) : undefined,
  };
  if (session.result !== undefined) return session;
  const lost = saved.step - session.steps.length;
  if (saved.step === run.steps && lost === saved.step) {
    throw new Error(
      `${path} is complete, but its log.jsonl is gone, and with it the losses, times and results: put it back, ` +
        "train on with more --epochs, or start anew without --resume; nothing was changed",
    );
  }
  const { epochs } = saved.config;
  if (config.epochs !== epochs) {
    const passes = `${epochs} ${epochs === 1 ? "pass" : "passes"}`;
    const aside = await folder.setAside(reportName, `report-${epochs}.html`);
    if (aside !== undefined) voice.warn(`${path}: the report of ${passes} is now ${aside}`);
  }
  await folder.rewriteLog([headOf(session), ...kept]);
  if (config.epochs !== epochs) await session.save(saved.step, session.seconds); // so that it outlasts a crash
  voice.say(`resuming ${path} after ${saved.step} of ${run.steps} steps`);
  if (lost > 0) voice.warn(`its log.jsonl lacks ${lost} of these steps: the report's curves will have a gap`);
  return session;
}

/** Brings the run to where a checkpoint says it was. Throws naming the file for weights or an optimizer that are not its own. */
async function load(path: string, run: MnistRun, device: Device, step: number): Promise<void> {
  const { model, optimizer } = await loadCheckpoint(path, { device });
  if (optimizer === undefined) throw new Error(`${path}: metadata "optimizer" is missing: the file is damaged`);
  if (optimizer.steps.some((count) => count !== step)) {
    throw new Error(`${path}: the optimizer's steps must all be ${step}, got ${optimizer.steps}: the file is damaged`);
  }
  try {
    run.encoder.loadStateDict(model);
    run.optimizer.loadStateDict(optimizer);
  } catch (cause) {
    throw new Error(`${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Whether a log line stays true of a run that goes on after `step`, towards `epochs`: results of fewer epochs do. */
function isKept(record: LogRecord, step: number, epochs: number): boolean {
  if (record.type === "result") return (record as unknown as MnistResult).config.epochs < epochs;
  return (record.type === "step" || record.type === "checkpoint") && Number(record.step) <= step;
}

export const reportName = "report.html";

/** A run at its start. */
function sessionOf(
  folder: RunFolder,
  { task, device: deviceName, digits, config }: Pick<Saved, "task" | "device" | "digits" | "config">,
  device: Device,
  run: MnistRun,
): Session {
  return {
    folder,
    config,
    digits,
    device,
    run,
    done: 0,
    steps: [],
    seconds: 0,
    result: undefined,
    async save(step, seconds) {
      await folder.log({ type: "checkpoint", step, seconds }, { durable: true }); // before: times stay out of the bytes below
      const epoch = Math.floor(step / run.stepsPerEpoch);
      const metadata: Saved = {
        task,
        device: deviceName,
        digits,
        config,
        epoch,
        step,
        generators: run.generatorStates(),
      };
      await saveCheckpoint(folder.checkpoint, {
        model: run.encoder.stateDict(),
        optimizer: run.optimizer.stateDict(),
        metadata: { ...metadata },
      });
    },
  };
}

/** The first line of a log. */
function headOf({ config, digits, device }: Session): LogRecord {
  return { type: "config", version, device: device.name, digits, config };
}

function stepOf({ type: _, ...record }: LogRecord): StepRecord {
  return record as unknown as StepRecord; // a line of our own, written from one
}

/** What the last process found, if it came that far with this number of epochs. */
function resultIn(records: readonly LogRecord[], { epochs }: MnistConfig): MnistResult | undefined {
  const { type: _, ...result } = records.findLast(({ type }) => type === "result") ?? {};
  const found = "schemaVersion" in result ? (result as unknown as MnistResult) : undefined;
  return found?.config.epochs === epochs ? found : undefined;
}

/** The configuration of the run that is resumed; only its number of epochs may be another, if its steps are in them. */
function settled({ config, step, digits }: Saved, given: Partial<MnistConfig>, { path }: RunFolder): MnistConfig {
  const least = Math.max(1, Math.ceil(step / Math.floor(digits.train / config.batchSize)));
  for (const [flag, { key }] of Object.entries(numberFlags)) {
    const asked = given[key];
    if (asked === undefined || asked === config[key] || (key === "epochs" && asked >= least)) continue;
    const remedy = key === "epochs" ? `with ${step} steps done they are at least ${least}` : undefined;
    throw new UsageError(contradiction(flag, asked, config[key], path, remedy));
  }
  return { ...config, epochs: given.epochs ?? config.epochs };
}

function contradiction(
  flag: string,
  asked: number | string,
  own: number | string,
  path: string,
  remedy: string = "leave the flag out, or start anew without --resume",
): string {
  return `train: --${flag} ${asked} contradicts the run in ${path}, which has ${own}: ${remedy}`;
}
