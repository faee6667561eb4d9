import type { Kernels } from "../device.ts";
import { columnCount, pixelsIn, type WindowSizes } from "../sizes.ts";
import type { Machine, Units } from "./machine.ts";
import { integersOf } from "./window.ts";

/** Windows as columns, the general way to convolve; `conv.ts` does without. */
export function unfoldKernels(machine: Machine): Pick<Kernels, "unfold" | "fold"> {
  return {
    unfold(x, window) {
      const y = machine.make("unfold", columnCount(window));
      machine.share("unfold", planesOf(window), y.address, machine.at(x), machine.integers(integersOf(window)));
      return y;
    },

    fold(x, window) {
      const y = machine.make("fold", pixelsIn(window));
      machine.share("fold", planesOf(window), y.address, machine.at(x), machine.integers(integersOf(window)));
      return y;
    },
  };
}

function planesOf(window: WindowSizes): Units {
  const units = window.batch * window.channels;
  return { units, grain: Math.ceil((16_384 * units) / (1 + columnCount(window))) };
}
