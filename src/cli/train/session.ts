import { setImmediate } from "node:timers/promises";
import type { Device } from "../../devices/device.ts";
import { type LogRecord, type RunFolder, saveCheckpoint, version } from "../../node/index.ts";
import { type DeviceName, deviceNamed } from "../device.ts";
import { Stopped } from "../io.ts";
import type { MnistConfig } from "./config.ts";
import type { Fingerprint } from "./digits.ts";
import type { MnistRun, StepRecord } from "./mnist.ts";
import type { MnistResult } from "./result.ts";
import type { Saved } from "./saved.ts";

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

/** Whoever waits for the run: hears and may speak. */
export interface Person {
  /** Tells what is under way; `--quiet` hides it. */
  say(text: string): void;
  /** Tells what is not as they may think; always. */
  warn(text: string): void;
  /** Aborts when they ask to stop. */
  readonly signal: AbortSignal;
}

/** Lets a Ctrl-C be seen that came since the start: whoever has just noticed a wrong flag keeps what lies there. */
export async function lastChance({ signal }: Person): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await setImmediate(); // signals come in between two of them
  if (signal.aborted) throw new Stopped("stopped before anything was changed");
}

/** The device of that name; says so if another one serves in its place. */
export async function deviceFor(name: DeviceName, { warn }: Person): Promise<Device> {
  const device = await deviceNamed(name);
  for (const { what, why } of device.report().refused) warn(`${device.name} serves in place of ${what}: ${why}`);
  return device;
}

export const reportName = "report.html";

/** A run at its start. */
export function sessionOf(
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
export function headOf({ config, digits, device }: Session): LogRecord {
  return { type: "config", version, device: device.name, digits, config };
}
