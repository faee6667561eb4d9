import type { FusedKernels } from "../device.ts";
import type { Machine } from "./machine.ts";

export function distanceKernels(machine: Machine): Pick<FusedKernels, "squaredDistances" | "pdist"> {
  return {
    squaredDistances(x, y, n, m, d) {
      const out = machine.make("squaredDistances", n * m);
      machine.run.squaredDistances(out.address, machine.at(x), machine.at(y), n, m, d);
      return out;
    },
    pdist(x, n, d) {
      const out = machine.make("pdist", (n * (n - 1)) / 2);
      machine.run.pdist(out.address, machine.at(x), n, d);
      return out;
    },
  };
}
