import type { Device } from "../devices/device.ts";

/** What `--device` may be. */
export const deviceNames = ["cpu", "reference", "gpu:webasm", "gpu:cpu"] as const;
export type DeviceName = (typeof deviceNames)[number];

export const defaultDeviceName = "cpu";

/** The device of that name. Its code is loaded only now. */
export async function deviceNamed(name: DeviceName): Promise<Device> {
  if (name === "cpu") {
    const { cpu } = await import("../devices/cpu/cpu.ts");
    return cpu;
  }
  if (name === "reference") {
    const { reference } = await import("../devices/reference/reference.ts");
    return reference("float32");
  }
  const { gpu } = await import("../gpu.ts");
  return gpu({ mode: name === "gpu:cpu" ? "cpu" : "webasm" });
}
