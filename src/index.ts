import "./ops/methods.ts";

export * from "./autograd/index.ts";
export { defaultDevice, setDefaultDevice } from "./devices/default.ts";
export type { Device, DeviceReport, DType, Floats, Storage } from "./devices/device.ts";
export { reference } from "./devices/reference/reference.ts";
export * from "./losses/index.ts";
export * from "./nn/index.ts";
export * from "./ops/index.ts";
export type { Shape } from "./shape.ts";
