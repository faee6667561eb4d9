import type { Loop } from "./job.ts";

/** Numbers in each sum: two panels of them fill a third of a first-level cache. */
export const depth = 256;
/** Products in one run, some 50 ms of them. */
export const multiplyTimes = 200_000;
/** Far more than any cache holds. */
export const bytesMoved: number = 256 * 2 ** 20;

/** What one run of a loop does on one thread: operations, or bytes read and written. */
export const amounts: Readonly<Record<Loop, number>> = {
  multiply: 64 * depth * multiplyTimes,
  copy: 2 * bytesMoved,
  read: bytesMoved,
};
