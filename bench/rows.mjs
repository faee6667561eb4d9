import { closeSync, openSync, writeSync } from "node:fs";

/** Width of the rows. */
export const d = 128;

/** Rows around 0.2 in every direction, as an `.npy` file: normal numbers from a linear congruence, by the thousand rows. */
export function writeRows(path, n) {
  const file = openSync(path, "w");
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${n}, ${d}), }`.padEnd(117);
  writeSync(file, Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}\n`, "latin1"));
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  for (let start = 0; start < n; start += 1000) {
    const some = new Float32Array(Math.min(1000, n - start) * d);
    for (let i = 0; i < some.length; i++)
      some[i] = 0.2 + Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
    writeSync(file, new Uint8Array(some.buffer));
  }
  closeSync(file);
}
