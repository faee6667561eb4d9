import type { Device, FusedKernels } from "../devices/device.ts";

/** The device's fused kernel. An op with a composition is never run without; one that has none says what is missing. */
export function fusedKernel<Name extends keyof FusedKernels>(
  device: Device,
  name: Name,
): NonNullable<FusedKernels[Name]> {
  const kernel = device.fused[name];
  if (kernel === undefined) throw new Error(`${name}: ${device.name} has no such kernel`);
  return kernel;
}
