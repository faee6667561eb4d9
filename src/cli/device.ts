import type { Device } from "../devices/device.ts";
import { reference } from "../devices/reference/reference.ts";
import { UsageError } from "./io.ts";

/** The device that `--device NAME` means. gpu.js is loaded only when asked for. */
export async function deviceNamed(name: string): Promise<Device> {
  if (name === "reference") return reference("float32");
  if (name === "gpu:webasm" || name === "gpu:cpu") {
    const { gpu } = await import("../gpu.ts");
    return gpu({ mode: name === "gpu:cpu" ? "cpu" : "webasm" });
  }
  throw new UsageError(`--device must be reference, gpu:webasm or gpu:cpu, got "${name}"`);
}
