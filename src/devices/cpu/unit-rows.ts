import type { FusedKernels } from "../device.ts";
import type { Machine } from "./machine.ts";
import { grainOf } from "./reduce.ts";

export function unitRowKernels(machine: Machine): Pick<FusedKernels, "unitRows" | "unitRowsInput"> {
  return {
    unitRows(x, n, d, eps) {
      const y = machine.make("unitRows", n * d);
      machine.share("unitRows", { units: n, grain: grainOf(d) }, y.address, machine.at(x), d, eps);
      return y;
    },
    unitRowsInput(g, x, n, d, eps) {
      const y = machine.make("unitRowsInput", n * d);
      const given = [machine.at(g), machine.at(x)] as const;
      machine.share("unitRowsInput", { units: n, grain: grainOf(d) }, y.address, ...given, d, eps);
      return y;
    },
  };
}
