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
