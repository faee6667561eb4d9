import { columnCount, type Kernels, pixelsIn } from "../device.ts";
import type { Machine } from "./machine.ts";
import { integersOf } from "./window.ts";

/** Windows as columns, the general way to convolve; `conv.ts` does without. */
export function unfoldKernels(machine: Machine): Pick<Kernels, "unfold" | "fold"> {
  return {
    unfold(x, window) {
      const y = machine.make("unfold", columnCount(window));
      machine.run.unfold(y.address, machine.at(x), machine.integers(integersOf(window)));
      return y;
    },

    fold(x, window) {
      const y = machine.make("fold", pixelsIn(window));
      machine.run.fold(y.address, machine.at(x), machine.integers(integersOf(window)));
      return y;
    },
  };
}
