export type { GpuMode } from "./devices/gpu/engine.ts";
export { type GpuOptions, gpu } from "./devices/gpu/gpu.ts";
