import type { MomentSums } from "../measuring.ts";
import type { Machine } from "./machine.ts";
import { doubles } from "./tiles.ts";

/** Numbers of the rows that are taken at once: they stay in the second cache. */
const atOnce = 32_768;

/** The sum of x xᵀ over rows, in float64. */
export function secondMoments(machine: Machine, d: number): MomentSums {
  const width = 8 * Math.ceil(d / 8); // what lies past the last coordinate only meets sums that nobody reads
  const rows = Math.ceil(atOnce / width);
  const [sums, memory] = [machine.allocate(2 * width * width), machine.allocate(2 * rows * width)];
  doubles(machine, sums.address, width * width).fill(0);
  return {
    add(x) {
      const n = x.length / d;
      for (let start = 0; start < n; start += rows) {
        const count = Math.min(rows, n - start);
        const to = doubles(machine, memory.address, count * width);
        for (let i = 0; i < count; i++) to.set(x.subarray((start + i) * d, (start + i + 1) * d), i * width);
        const over = { units: width / 2, grain: Math.ceil(20_000 / (count * width)) };
        machine.share("secondMoments", over, sums.address, memory.address, count, width);
      }
      machine.journal.ran("secondMoments");
    },
    result() {
      const found = doubles(machine, sums.address, width * width);
      const all = new Float64Array(d * d);
      for (let a = 0; a < d; a++)
        for (let b = 0; b < d; b++) all[a * d + b] = found[Math.min(a, b) * width + Math.max(a, b)];
      return all;
    },
    free() {
      sums.free();
      memory.free();
    },
  };
}
