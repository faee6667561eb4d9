import { cpu } from "./cpu/cpu.ts";
import type { Device } from "./device.ts";

let current: Device = cpu;

/** The device of tensors made without one: `cpu` until it is set. */
export function defaultDevice(): Device {
  return current;
}

/** From now on tensors made without a device are made on `device`. Returns the one before, to put it back. */
export function setDefaultDevice(device: Device): Device {
  const before = current;
  current = device;
  return before;
}
