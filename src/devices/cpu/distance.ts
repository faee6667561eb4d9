import type { FusedKernels } from "../device.ts";
import type { Machine } from "./machine.ts";

/** Differences of coordinates that are worth a thread's while. */
const worth = 65_536;

export function distanceKernels(machine: Machine): Pick<FusedKernels, "squaredDistances" | "pdist"> {
  return {
    squaredDistances(x, y, n, m, d) {
      const out = machine.make("squaredDistances", n * m);
      const over = { units: n * Math.ceil(m / 4), grain: Math.ceil(worth / (4 * (d + 4))) };
      machine.share("squaredDistances", over, out.address, machine.at(x), machine.at(y), m, d);
      return out;
    },
    pdist(x, n, d) {
      const out = machine.make("pdist", (n * (n - 1)) / 2);
      const over = { units: Math.ceil(n / 2), grain: Math.ceil(worth / (1 + n * (d + 4))) };
      machine.share("pdist", over, out.address, machine.at(x), n, d);
      return out;
    },
  };
}
