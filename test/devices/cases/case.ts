import type { Device, Storage } from "../../../src/devices/device.ts";

/** One call of one kernel, to be made on any device. */
export interface Case {
  readonly kernel: string;
  readonly what: string;
  readonly inputs: readonly Float32Array[];
  call(device: Device, inputs: readonly Storage[]): Storage;
  /** Largest allowed error relative to max(floor, |wanted|). */
  readonly tolerance: number;
  readonly floor: number;
}

export const sizes: readonly number[] = [0, 1, 3, 5, 17, 63, 64, 65, 1031];

export const exact: Pick<Case, "tolerance" | "floor"> = { tolerance: 0, floor: 0 };
/** Below the smallest normal float32 nothing is promised. */
export const pointwiseBound: Pick<Case, "tolerance" | "floor"> = { tolerance: 1e-5, floor: 2e-33 };
/** A sum of `terms` numbers of size about 1. */
export const sumBound = (terms: number): Pick<Case, "tolerance" | "floor"> => ({
  tolerance: 2e-6 * Math.sqrt(Math.max(1, terms)),
  floor: 1,
});

/**
 * The same by Winograd's method: 2e-5 of the root mean square of such sums, which is √terms / 3. Measured is half of that,
 * in test/devices/cpu-winograd.test.ts.
 */
export const winogradBound = (terms: number): Pick<Case, "tolerance" | "floor"> => ({
  tolerance: 7e-6 * Math.sqrt(Math.max(1, terms)),
  floor: 1,
});

/** Sizes grow from case to case and then shrink, so that what a device kept of a larger call shows. */
export const upAndDown: readonly number[] = [...sizes, ...sizes.toReversed().slice(1)];

/** A fused kernel that the device under test must have. */
export function present<F>(kernel: F | undefined): F {
  if (kernel === undefined) throw new Error("this device lacks a fused kernel that the suite checks");
  return kernel;
}
