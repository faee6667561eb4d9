import type { CpuDevice } from "../src/devices/cpu/device.ts";

/** The most bytes in use at the end of a kernel, from now on. */
export function peakOf(device: CpuDevice): () => number {
  let most = 0;
  for (const kernels of [device.kernels, device.fused] as Record<string, (...args: never[]) => unknown>[]) {
    for (const [name, kernel] of Object.entries(kernels)) {
      kernels[name] = (...args) => {
        const result = kernel(...args);
        most = Math.max(most, device.used);
        return result;
      };
    }
  }
  return () => most;
}
