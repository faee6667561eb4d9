import type { Device, Floats } from "../../src/devices/device.ts";

/** Numbers in (-1, 1) that anyone can work out again. */
export function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => 2 * (((i + 1 + 7919 * seed) * 0.6180339887498949) % 1) - 1);
}

/** Fills the memory that the next launches will use with NaN: who reads what nobody wrote shows it. */
export function soil(device: Device): void {
  const storages = [10, 1000, 1e4, 2e5].map((n) => device.upload(new Float32Array(n).fill(Number.NaN)));
  for (const storage of storages) storage.free();
}

/**
 * Where `got` is farther from `wanted` than sums of `terms` numbers of size about 1 may be in float32, or not the same
 * infinity or NaN. Empty if nowhere.
 */
export function firstFault(got: Floats, wanted: Floats, terms: number): string {
  if (got.length !== wanted.length) return `${got.length} numbers instead of ${wanted.length}`;
  const bound = 2e-6 * Math.sqrt(Math.max(1, terms));
  const wrong = wanted.findIndex((w, i) =>
    Number.isFinite(w) ? !(Math.abs(got[i] - w) <= bound * Math.max(1, Math.abs(w))) : !Object.is(got[i], w),
  );
  return wrong < 0 ? "" : `[${wrong}] is ${got[wrong]} instead of ${wanted[wrong]}`;
}
