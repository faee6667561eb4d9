import { setImmediate } from "node:timers/promises";
import type { Device } from "../../devices/device.ts";
import { type LogRecord, type RunFolder, saveCheckpoint, version } from "../../node/index.ts";
import { type DeviceName, deviceNamed } from "../device.ts";
import { Stopped } from "../io.ts";
import type { RunConfig } from "./config.ts";
import type { Fingerprint } from "./gallery.ts";
import { nothingChanged, type Person } from "./person.ts";
import type { RunResult } from "./result.ts";
import type { Saved } from "./saved.ts";
import type { Opening, StepRecord, Trainee } from "./task.ts";

/** A run as it stands: at its start, or where an earlier process left it. */
export interface Session<Config extends RunConfig = RunConfig, Result extends RunResult<Config> = RunResult<Config>> {
  readonly folder: RunFolder;
  readonly config: Config;
  readonly data: Fingerprint;
  readonly device: Device;
  readonly trainee: Trainee<Result>;
  /** Steps behind it. */
  readonly done: number;
  /** Their records, as the log holds them; this process adds its own. */
  readonly steps: StepRecord[];
  /** Of training, before this process. */
  readonly seconds: number;
  /** Of a run that has nothing left to do. */
  readonly result: Result | undefined;
  /** Makes what was reached after `step` steps last. `seconds` of training led there. */
  save(step: number, seconds: number): Promise<void>;
}

/** What is open while a task is carried out. */
export interface Opened<Config extends RunConfig, Result extends RunResult<Config>> {
  readonly session: Session<Config, Result>;
  readonly opening: Opening<Result>;
}

/** Lets a Ctrl-C be seen that came since the start: whoever has just noticed a wrong flag keeps what lies there. */
export async function lastChance({ signal }: Person): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await setImmediate(); // signals come in between two of them
  if (signal.aborted) throw new Stopped(nothingChanged);
}

/** The device of that name; says so if another one serves in its place. */
export async function deviceFor(name: DeviceName, { warn }: Person): Promise<Device> {
  const device = await deviceNamed(name);
  for (const { what, why } of device.report().refused) warn(`${device.name} serves in place of ${what}: ${why}`);
  return device;
}

export const reportName = "report.html";

/** A run at its start. */
export function sessionOf<Config extends RunConfig, Result extends RunResult<Config>>(
  folder: RunFolder,
  { task, device: deviceName, data, config }: Pick<Saved<Config>, "task" | "device" | "data" | "config">,
  device: Device,
  trainee: Trainee<Result>,
): Session<Config, Result> {
  const { run, metadata: more } = trainee;
  return {
    folder,
    config,
    data,
    device,
    trainee,
    done: 0,
    steps: [],
    seconds: 0,
    result: undefined,
    async save(step, seconds) {
      await folder.log({ type: "checkpoint", step, seconds }, { durable: true }); // before: times stay out of the bytes below
      const epoch = Math.floor(step / run.stepsPerEpoch);
      const metadata: Saved<Config> = {
        task,
        device: deviceName,
        data,
        config,
        epoch,
        step,
        generators: run.generatorStates(),
      };
      await saveCheckpoint(folder.checkpoint, {
        model: run.model.stateDict(),
        optimizer: run.optimizer.stateDict(),
        metadata: { ...more, ...metadata },
      });
    },
  };
}

/** The first line of a log. */
export function headOf({ config, data, device }: Pick<Session, "config" | "data" | "device">): LogRecord {
  return { type: "config", version, device: device.name, data, config };
}
