export { type GpuMode, type GpuOptions, gpu } from "./devices/gpu/gpu.ts";
