import type { Kernels } from "../device.ts";
import type { Machine } from "./machine.ts";

/** A float's sign as a bit. */
const signBit = -(2 ** 31);

/** Rows (inner = 1) and columns have kernels of their own; a minimum is a maximum with every sign turned. */
export function reduceKernels(machine: Machine): Pick<Kernels, "reduce"> {
  return {
    reduce(kind, x, { outer, n, inner }) {
      const y = machine.make(`reduce:${kind}`, outer * inner);
      const from = machine.at(x);
      if (kind === "sum") {
        if (inner === 1) machine.share("sumRows", { units: outer, grain: grainOf(n) }, y.address, from, n);
        else machine.run.sumColumns(y.address, from, outer, n, inner);
        return y;
      }
      if (y.size === 0) return y;
      const flip = kind === "min" || kind === "argMin" ? signBit : 0;
      const index = kind === "argMax" || kind === "argMin";
      if (inner === 1) machine.run.extremeOfRows(y.address, from, outer, n, flip, index);
      else {
        machine.scratch(inner, (row) => {
          const [best, bestStride, at, atStride] = index ? [row, 0, y.address, inner] : [y.address, inner, row, 0];
          machine.run.extremeOfColumns(best, bestStride, at, atStride, from, outer, n, inner, flip);
        });
      }
      return y;
    },
  };
}

/** Rows of n numbers that are worth a thread's while. */
function grainOf(n: number): number {
  return Math.ceil(16_384 / (n + 1));
}
