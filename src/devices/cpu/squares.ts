import type { FusedKernels } from "../device.ts";
import type { Machine } from "./machine.ts";
import { grainOf } from "./reduce.ts";

/**
 * Numbers whose squares are added up in one go: the pieces, and so the rounding, are the same however many threads
 * there are.
 */
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
