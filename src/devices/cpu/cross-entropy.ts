import type { FusedKernels, Storage } from "../device.ts";
import type { Machine } from "./machine.ts";
import { listed } from "./rows.ts";

/** Rows of logits that are worth a thread's while: of each number an exponential is taken. */
function grainOf(classes: number): number {
  return Math.ceil(4096 / (classes + 8));
}

export function crossEntropyKernels(machine: Machine): Pick<FusedKernels, "crossEntropy" | "crossEntropyInput"> {
  /** Runs `f` with the addresses of the labels and of the probabilities, one of which are there. */
  function targeted(target: Int32Array | Storage, f: (...at: [labels: number, target: number]) => void): void {
    if (target instanceof Int32Array) listed(machine, target, (labels) => f(labels, 0));
    else f(0, machine.at(target));
  }

  return {
    crossEntropy(x, target, n, classes) {
      const y = machine.make("crossEntropy", 1);
      const totals = machine.allocate(n);
      const units = { units: n, grain: grainOf(classes) };
      targeted(target, (...at) => {
        machine.scratch(n, (losses) => {
          machine.share("crossEntropy", units, losses, totals.address, machine.at(x), ...at, n, classes);
          machine.run.sumRows(y.address, losses, n, 0, 1);
        });
      });
      return { y, totals };
    },
    crossEntropyInput(x, totals, target, n, classes) {
      const y = machine.make("crossEntropyInput", n * classes);
      const given = [machine.at(x), machine.at(totals)] as const;
      const units = { units: n, grain: grainOf(classes) };
      targeted(target, (...at) => machine.share("crossEntropyInput", units, y.address, ...given, ...at, n, classes));
      return y;
    },
  };
}
