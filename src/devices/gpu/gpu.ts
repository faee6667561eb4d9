import { checkOptions } from "../../options.ts";
import type { Device } from "../device.ts";
import { GpuDevice } from "./device.ts";
import type { GpuJs } from "./program.ts";

/** The ways in which gpu.js runs kernels. `webasm` and `cpu` are gpu.js's own and use no graphics card. */
export type GpuMode = "webgpu" | "webgl2" | "headlessgl" | "webasm" | "cpu";

export interface GpuOptions {
  /** Use this mode or reject; without it the first of webgpu, webgl2 and headlessgl that runs here is taken. */
  mode?: GpuMode;
  /** What to resolve to, instead of rejecting, where no mode runs. */
  orElse?: Device;
}

/** Whether this version of the library runs a mode of gpu.js; the others wait for their memory handling and tests. */
const built: Readonly<Record<GpuMode, boolean>> = {
  webgpu: false,
  webgl2: false,
  headlessgl: false,
  webasm: true,
  cpu: true,
};

const automatic = ["webgpu", "webgl2", "headlessgl"] as const satisfies readonly GpuMode[];

const devices = new Map<GpuMode, Promise<Device>>();

/**
 * A device on gpu.js, in float32. Calls that end in the same mode give the same device. Never another mode than was
 * asked for: a mode that cannot be had rejects with the reason, unless `orElse` says what to take instead.
 */
export async function gpu(options: GpuOptions = {}): Promise<Device> {
  const { mode, orElse } = checkOptions("gpu", options, ["mode", "orElse"]);
  if (mode !== undefined && !Object.hasOwn(built, mode)) {
    throw new TypeError(`gpu: mode must be one of ${Object.keys(built).join(", ")}, got ${String(mode)}`);
  }
  const reasons: string[] = [];
  for (const candidate of mode === undefined ? automatic : [mode]) {
    try {
      return await deviceOf(candidate);
    } catch (error) {
      reasons.push(`${candidate}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (orElse) return orElse;
  const byName =
    mode === undefined ? '; gpu({ mode: "webasm" }) runs without a graphics card (it needs npm i gpu.js)' : "";
  throw new Error(
    `gpu: ${mode === undefined ? "no mode runs here" : "this mode does not run here"}: ${reasons.join("; ")}${byName}`,
  );
}

function deviceOf(mode: GpuMode): Promise<Device> {
  const known = devices.get(mode);
  if (known) return known;
  const made = makeDevice(mode);
  devices.set(mode, made);
  made.catch(() => devices.delete(mode)); // what failed may be installed by the next call
  return made;
}

async function makeDevice(mode: GpuMode): Promise<Device> {
  if (!built[mode]) throw new Error("planned, not built yet in this version");
  return new GpuDevice(mode, await loadGpuJs(mode));
}

/** A gpu.js instance for `mode`. gpu.js is an optional peer dependency, loaded when a device is first asked for. */
export async function loadGpuJs(
  mode: GpuMode,
  load: () => Promise<{ readonly GPU: new (settings: { mode: GpuMode }) => unknown }> = () => import("gpu.js"),
): Promise<GpuJs> {
  const gpuJs = await load().catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`gpu.js could not be loaded, install it: npm i gpu.js (${why})`, { cause });
  });
  return new gpuJs.GPU({ mode }) as GpuJs;
}
