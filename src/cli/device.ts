import type { Device } from "../devices/device.ts";
import type { GpuMode } from "../gpu.ts";

/** What `--device` may be. */
export const deviceNames = [
  "cpu",
  "reference",
  "gpu",
  "gpu:webgpu",
  "gpu:webgl2",
  "gpu:headlessgl",
  "gpu:webasm",
  "gpu:cpu",
] as const;
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
  const [, mode] = name.split(":") as [string, GpuMode?];
  return gpu(mode && { mode });
}

/** The name under which the same device is had again: `gpu` leaves the mode open, the device that was given does not. */
export function nameOf(device: Device, asked: DeviceName): DeviceName {
  return deviceNames.find((name) => name === device.name) ?? asked;
}
