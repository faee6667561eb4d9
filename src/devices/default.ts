import type { Device } from "./device.ts";
import { reference } from "./reference/reference.ts";

let current: Device = reference("float32");

/** The device of tensors made without one: `reference("float32")` until it is set. */
export function defaultDevice(): Device {
  return current;
}

/** From now on tensors made without a device are made on `device`. Returns the one before, to put it back. */
export function setDefaultDevice(device: Device): Device {
  const before = current;
  current = device;
  return before;
}
