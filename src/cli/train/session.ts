import { setImmediate } from "node:timers/promises";
import type { Device } from "../../devices/device.ts";
import { type LogRecord, type RunFolder, saveCheckpoint, version } from "../../node/index.ts";
import { type DeviceName, deviceNamed } from "../device.ts";
import { Stopped } from "../io.ts";
import type { TrainConfig } from "./config.ts";
import type { Fingerprint, Gallery } from "./gallery.ts";
import { nothingChanged, type Person } from "./person.ts";
import type { TrainResult } from "./result.ts";
import type { Saved } from "./saved.ts";
import type { Run, StepRecord } from "./task.ts";

/** A run as it stands: at its start, or where an earlier process left it. */
export interface Session<Config extends TrainConfig = TrainConfig> {
  readonly folder: RunFolder;
  readonly config: Config;
  readonly pictures: Fingerprint;
  readonly device: Device;
  readonly run: Run;
  /** Steps behind it. */
  readonly done: number;
  /** Their records, as the log holds them; this process adds its own. */
  readonly steps: StepRecord[];
  /** Of training, before this process. */
  readonly seconds: number;
  /** Of a run that has nothing left to do. */
  readonly result: TrainResult<Config> | undefined;
  /** Makes what was reached after `step` steps last. `seconds` of training led there. */
  save(step: number, seconds: number): Promise<void>;
}

/** What is open while a task is carried out. */
export interface Opened<Config extends TrainConfig> {
  readonly session: Session<Config>;
  readonly gallery: Gallery;
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
export function sessionOf<Config extends TrainConfig>(
  folder: RunFolder,
  { task, device: deviceName, pictures, config }: Pick<Saved<Config>, "task" | "device" | "pictures" | "config">,
  device: Device,
  run: Run,
): Session<Config> {
  return {
    folder,
    config,
    pictures,
    device,
    run,
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
        pictures,
        config,
        epoch,
        step,
        generators: run.generatorStates(),
      };
      await saveCheckpoint(folder.checkpoint, {
        model: run.model.stateDict(),
        optimizer: run.optimizer.stateDict(),
        metadata: { ...metadata },
      });
    },
  };
}

/** The first line of a log. */
export function headOf({ config, pictures, device }: Session): LogRecord {
  return { type: "config", version, device: device.name, pictures, config };
}
