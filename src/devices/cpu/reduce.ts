import type { FusedKernels, Kernels } from "../device.ts";
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

/** Numbers whose squares are added up in one go: the pieces, and so the rounding, are the same however many threads there are. */
const piece = 4096;

export function squareKernels(machine: Machine): Pick<FusedKernels, "sumOfSquares" | "squaredLengths"> {
  return {
    sumOfSquares(xs) {
      const y = machine.make("sumOfSquares", 1);
      const parts = xs.reduce((sum, { size }) => sum + Math.ceil(size / piece), 0);
      machine.scratch(parts, (sums) => {
        let to = sums;
        for (const x of xs) {
          const [from, whole] = [machine.at(x), Math.floor(x.size / piece)];
          machine.share("sumSquaresOfRows", { units: whole, grain: grainOf(piece) }, to, from, piece);
          to += 4 * whole;
          const rest = x.size - whole * piece;
          if (rest === 0) continue;
          machine.run.sumSquaresOfRows(to, from + 4 * whole * piece, rest, 0, 1);
          to += 4;
        }
        machine.run.sumRows(y.address, sums, parts, 0, 1);
      });
      return y;
    },
    squaredLengths(x, n, d) {
      const y = machine.make("squaredLengths", n);
      machine.share("sumSquaresOfRows", { units: n, grain: grainOf(d) }, y.address, machine.at(x), d);
      return y;
    },
  };
}

/** Rows of n numbers that are worth a thread's while. */
export function grainOf(n: number): number {
  return Math.ceil(16_384 / (n + 1));
}
