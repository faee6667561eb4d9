import { checkOptions } from "../../options.ts";
import type { Device } from "../device.ts";
import { GpuDevice } from "./device.ts";
import type { GpuMode } from "./engine.ts";
import { open } from "./open.ts";

export interface GpuOptions {
  /** Use this mode or reject; without it the first of webgpu, webgl2 and headlessgl that runs here is taken. */
  mode?: GpuMode;
  /** What to resolve to, instead of rejecting, where no mode runs. */
  orElse?: Device;
}

const modes = ["webgpu", "webgl2", "headlessgl", "webasm", "cpu"] as const satisfies readonly GpuMode[];
/** Tried in this order when no mode is asked for: those that use a graphics card. */
const automatic = modes.slice(0, 3);

const devices = new Map<GpuMode, Promise<GpuDevice>>();

/**
 * A device on gpu.js, in float32. Calls that end in the same mode give the same device. Never another mode than was
 * asked for: a mode that cannot be had rejects with the reason, unless `orElse` says what to take instead. The `report()`
 * of the device that is given says which modes were passed over, and why.
 */
export async function gpu(options: GpuOptions = {}): Promise<Device> {
  const { mode, orElse } = checkOptions("gpu", options, ["mode", "orElse"]);
  if (mode !== undefined && !modes.includes(mode)) {
    throw new TypeError(`gpu: mode must be one of ${modes.join(", ")}, got ${String(mode)}`);
  }
  const refused: { mode: GpuMode; why: string }[] = [];
  let device = orElse;
  for (const candidate of mode === undefined ? automatic : [mode]) {
    try {
      device = await deviceOf(candidate);
      break;
    } catch (error) {
      refused.push({ mode: candidate, why: error instanceof Error ? error.message : String(error) });
    }
  }
  if (device) {
    for (const { mode, why } of refused) device.refuse(`gpu:${mode}`, why);
    return device;
  }
  if (mode === undefined && refused.every(({ why }) => why === refused[0].why))
    throw new Error(`gpu: ${refused[0].why}`);
  const reasons = refused.map(({ mode, why }) => `${mode}: ${why}`);
  const byName = mode === undefined ? '; the mode "webasm" needs no graphics card' : "";
  throw new Error(
    `gpu: ${mode === undefined ? "no mode runs here" : "this mode does not run here"}: ${reasons.join("; ")}${byName}`,
  );
}

async function deviceOf(mode: GpuMode): Promise<Device> {
  const known = devices.get(mode);
  // What failed may be installed by the next call, and a card that was lost may be back.
  const usable = await known?.then(
    (device) => device.fault === undefined,
    () => false,
  );
  if (known && usable) return known;
  if (devices.get(mode) !== known) return deviceOf(mode); // somebody else has asked for another in the meantime
  const made = renewed(mode, known);
  devices.set(mode, made);
  return made;
}

/** A device of a mode, once the one before it, which is of no more use, has given back what it held. */
async function renewed(mode: GpuMode, before: Promise<GpuDevice> | undefined): Promise<GpuDevice> {
  await before?.then(
    (device) => device.destroy(),
    () => {},
  );
  return new GpuDevice(mode, await open(mode));
}
