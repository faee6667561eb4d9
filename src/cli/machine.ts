import { numberIn, threadsRule } from "./arguments.ts";
import { type DeviceName, deviceNames } from "./device.ts";
import { UsageError } from "./io.ts";

/** Where a command computes. */
export interface Machine {
  /** Undefined unless asked for. */
  readonly device: DeviceName | undefined;
  /** On how many threads the cpu device computes: undefined unless asked for. */
  readonly threads: number | undefined;
}

/** The flags of commands that compute and tell, as `parseArgs` takes them. */
export const machineOptions = {
  device: { type: "string" },
  threads: { type: "string" },
  json: { type: "boolean", default: false },
  quiet: { type: "boolean", default: false },
  verbose: { type: "boolean", default: false },
} as const;

/** What --device and --threads say. Throws a UsageError for what is neither, and for threads of another device than cpu. */
export function machineIn(command: string, values: Readonly<Partial<Record<"device" | "threads", unknown>>>): Machine {
  const threads = numberIn(command, "threads", values.threads, threadsRule);
  const device = deviceNames.find((name) => name === values.device);
  if (values.device !== undefined && device === undefined) {
    throw new UsageError(`${command}: --device must be ${deviceNames.join(", ")}; got "${values.device}"`);
  }
  if (threads !== undefined && device !== undefined && device !== "cpu") {
    throw new UsageError(`${command}: --threads goes with --device cpu, got "${device}"`);
  }
  return { device, threads };
}
