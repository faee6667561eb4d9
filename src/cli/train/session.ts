import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Device } from "../../devices/device.ts";
import { readSafetensors } from "../../formats/index.ts";
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

/** What a checkpoint's metadata says about the run. */
interface Saved {
  readonly task: "mnist";
  readonly device: DeviceName;
  readonly digits: Fingerprint;
  readonly config: MnistConfig;
  readonly step: number;
}

/**
 * Opens the run that the flags ask for: in a folder of its own or, with `resume`, where its checkpoint lies. Close its
 * folder in the end. Throws a UsageError for flags that contradict the run that is resumed, and an Error for other digits
 * than its own.
 */
export async function openSession(flags: TrainFlags, split: Split, say: (text: string) => void): Promise<Session> {
  const earlier = flags.resume ? await openRunFolder(flags.out) : undefined;
  if (earlier) return closedOnError(earlier, () => resumed(earlier, flags, split, say));
  if (flags.resume) say(`${flags.out} holds no checkpoint to resume: starting anew`);

  const { batchSize = mnistConfig.batchSize } = flags.given;
  const config = { ...mnistConfig, lr: (lrPer256 * batchSize) / 256, ...flags.given };
  const deviceName = flags.device ?? defaultDeviceName;
  const device = await deviceFor(deviceName, say);
  const run = mnistRun(split.train, config, device); // refuses too few digits before the folder is touched
  const folder = await createRunFolder(flags.out);
  if (folder.moved) say(`${folder.path} was there already: moved to ${folder.moved}`);
  return closedOnError(folder, async () => {
    const saved: Saved = { task: "mnist", device: deviceName, digits: fingerprint(split), config, step: 0 };
    const session = sessionOf(folder, saved, device, run);
    await folder.log(headOf(session));
    await session.save(0, 0); // from now on there is something to resume
    return session;
  });
}

/** The device of that name; says so if another one serves in its place. */
async function deviceFor(name: DeviceName, say: (text: string) => void): Promise<Device> {
  const device = await deviceNamed(name);
  for (const { what, why } of device.report().refused) say(`${device.name} serves in place of ${what}: ${why}`);
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
async function resumed(
  folder: RunFolder,
  flags: TrainFlags,
  split: Split,
  say: (text: string) => void,
): Promise<Session> {
  const saved = await readSaved(folder.checkpoint);
  if (flags.device !== undefined && flags.device !== saved.device) {
    throw new UsageError(contradiction("device", flags.device, saved.device, folder.path));
  }
  const config = settled(saved.config, flags.given, folder);
  const digits = fingerprint(split);
  if (JSON.stringify(digits) !== JSON.stringify(saved.digits)) {
    const told = ({ train, test, sha256 }: Fingerprint): string => `${train} + ${test} (sha256 ${sha256.slice(0, 12)})`;
    throw new Error(
      `the run in ${folder.path} has other digits, ${told(saved.digits)}, than those given, ${told(digits)}: give its own --data`,
    );
  }
  const device = await deviceFor(saved.device, say);
  const run = mnistRun(split.train, config, device);
  const { model, optimizer } = await loadCheckpoint(folder.checkpoint, { device });
  run.encoder.loadStateDict(model);
  if (optimizer !== undefined) run.optimizer.loadStateDict(optimizer);

  const records = await folder.records();
  const kept = records.filter(
    ({ type, step }) => (type === "step" || type === "checkpoint") && Number(step) <= saved.step,
  );
  const session: Session = {
    ...sessionOf(folder, { ...saved, config }, device, run),
    done: saved.step,
    steps: kept.filter(({ type }) => type === "step").map(stepOf),
    seconds: Number(kept.findLast(({ type }) => type === "checkpoint")?.seconds ?? 0),
    result: saved.step === run.steps && existsSync(join(folder.path, "report.html")) ? resultIn(records) : undefined,
  };
  if (session.result !== undefined) return session;
  await folder.rewriteLog([headOf(session), ...kept]);
  if (config.epochs > saved.config.epochs) await session.save(saved.step, session.seconds); // the rise outlasts a crash
  say(`resuming ${folder.path} after ${saved.step} of ${run.steps} steps`);
  const lost = saved.step - session.steps.length;
  if (lost > 0) say(`its log.jsonl lacks ${lost} of these steps: the report's curves will have a gap`);
  return session;
}

/** A run at its start. */
function sessionOf(folder: RunFolder, saved: Saved, device: Device, run: MnistRun): Session {
  const { task, device: deviceName, digits, config } = saved;
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
      await saveCheckpoint(folder.checkpoint, {
        model: run.encoder.stateDict(),
        optimizer: run.optimizer.stateDict(),
        metadata: { task, device: deviceName, digits, config, epoch, step, generators: run.generatorStates() },
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

/** What the last process found, if it came that far. */
function resultIn(records: readonly LogRecord[]): MnistResult | undefined {
  const { type: _, ...result } = records.find(({ type }) => type === "result") ?? {};
  return "schemaVersion" in result ? (result as unknown as MnistResult) : undefined;
}

/** The metadata of a checkpoint, if it is one of this version's `train mnist`. */
async function readSaved(path: string): Promise<Saved> {
  const { metadata } = readSafetensors(await readFile(path), path);
  const entry = (key: string): unknown => {
    try {
      return JSON.parse(metadata[key]);
    } catch {
      return undefined; // absent, or somebody else's text
    }
  };
  const [task, by, step] = [entry("task"), entry("version"), entry("step")];
  if (task !== "mnist" || typeof step !== "number") {
    throw new Error(`${path} is no checkpoint of train mnist (its task: ${task ?? "none"}): name another --out`);
  }
  if (by !== version) {
    throw new Error(
      `${path} was written by version ${by}, this is ${version}: resume it with its own version, or start anew without --resume`,
    );
  }
  return { task, step, device: entry("device"), digits: entry("digits"), config: entry("config") } as Saved;
}

/** The configuration of the run that is resumed; only its number of epochs may be raised. */
function settled(saved: MnistConfig, given: Partial<MnistConfig>, { path }: RunFolder): MnistConfig {
  for (const [flag, { key }] of Object.entries(numberFlags)) {
    const asked = given[key];
    if (asked === undefined || asked === saved[key] || (key === "epochs" && asked > saved[key])) continue;
    const remedy = key === "epochs" ? "epochs can only be raised" : undefined;
    throw new UsageError(contradiction(flag, asked, saved[key], path, remedy));
  }
  return { ...saved, epochs: given.epochs ?? saved.epochs };
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
