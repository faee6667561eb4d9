import type { Device } from "../device.ts";
import { referenceInstead } from "../reference/reference.ts";
import { CpuDevice } from "./device.ts";
import { simdMissing } from "./simd.ts";

const missing = simdMissing();

/**
 * The default device: float32 on WebAssembly SIMD, computing at the call. Where the JavaScript engine has no WebAssembly
 * or no SIMD, the reference device serves in its place, under its own name; `cpu.report().refused` says why.
 */
export const cpu: Device = missing === undefined ? new CpuDevice() : referenceInstead("cpu", missing);

/**
 * How many threads the cpu device computes on at most, the calling one included: a whole number in 1..32, as many as there
 * are cores unless set. The others start when there is work for them and end with the process. No result depends on it.
 * Where threads cannot be had (a page's main thread, a page that is not cross-origin isolated) one thread computes, and
 * `cpu.report().refused` says why; where the reference device serves in the place of `cpu` it does nothing.
 */
export function setThreads(count: number): void {
  if (cpu instanceof CpuDevice) cpu.threads = count;
}

/**
 * Whether the cpu device computes 3 x 3 convolutions of stride 1 by Winograd's method where that is faster: true unless
 * set. It takes a quarter of the multiplications; rounding errors are one and a half to five times as large: on uncorrelated data
 * 1.5e-6 of the results' root mean square on average and 1e-5 at most, and they do not shrink where a single result is small. `cpu.report().ran` counts it. Where the reference device serves in
 * the place of `cpu` it does nothing. Throws for anything but true or false.
 */
export function setWinograd(on: boolean): void {
  if (typeof on !== "boolean") throw new TypeError(`setWinograd: needs true or false, got ${String(on)}`);
  if (cpu instanceof CpuDevice) cpu.winograd = on;
}
