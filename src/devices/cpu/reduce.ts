import type { Kernels, Reduction, Storage } from "../device.ts";
import type { Axis } from "../sizes.ts";
import type { Machine } from "./machine.ts";
import type { CpuStorage } from "./storage.ts";

/** A float's sign as a bit. */
const signBit = -(2 ** 31);
/** Numbers that are worth a thread's while. */
const worth = 16_384;
/** Numbers from which on one row, or one [n, inner], is cut into pieces, and what a piece has at least. */
const long = 65_536;
const piece = 32_768;
/** Rows that a piece has at least, so that the pieces' results are few beside their numbers. */
const rows = 64;
/** Columns that are taken together: what is kept of them fits the nearest cache. */
const panel = 4096;

/**
 * Rows (inner = 1) and columns have kernels of their own. Long ones are cut into pieces, by their sizes alone, whose results
 * are then put together: what comes out does not depend on the threads.
 */
export function reduceKernels(machine: Machine): Pick<Kernels, "reduce"> {
  return {
    reduce(kind, x, axis) {
      const y = machine.make(`reduce:${kind}`, axis.outer * axis.inner);
      if (kind === "sum") summed(machine, y.address, machine.at(x), axis);
      else if (y.size > 0) extreme(machine, y, x, axis, kind);
      return y;
    },
  };
}

/** y[o, i] = sum over j of x[o, j, i] by their addresses. */
export function summed(machine: Machine, y: number, from: number, { outer, n, inner }: Axis): void {
  // Rows that are read as one, so that they fill vectors.
  const together = inner === 1 || inner >= 64 ? inner : leastCommonMultiple(inner, 64);
  const length = together * Math.max(rows, Math.ceil(piece / together));
  if (n * inner >= long && length < n * inner) {
    const pieces = Math.ceil((n * inner) / length);
    const [units, width] = [outer * pieces, together];
    machine.scratch(2 * units * width, (totals) => {
      machine.share("sumPieces", { units, grain: grainOf(length) }, totals, from, n * inner, length, width);
      const count = (pieces * width) / inner;
      machine.share("sumTotals", { units: outer * inner, grain: grainOf(count) }, y, totals, count, inner);
    });
  } else if (inner === 1) {
    machine.share("sumRows", { units: outer, grain: grainOf(n) }, y, from, n);
  } else {
    const units = outer * Math.ceil(inner / panel);
    const grain = grainOf(n * Math.min(inner, panel));
    machine.share("sumColumns", { units, grain, room: 2 * Math.min(inner, panel) }, y, from, n, inner, panel);
  }
}

/** A minimum is a maximum with every sign turned. */
function extreme(machine: Machine, y: CpuStorage, x: Storage, axis: Axis, kind: Exclude<Reduction, "sum">): void {
  const { outer, n, inner } = axis;
  const from = machine.at(x);
  const flip = kind === "min" || kind === "argMin" ? signBit : 0;
  const index = kind === "argMax" || kind === "argMin";
  /**
   * The extremes of pieces of `length` rows, and where they lie, to the addresses given; of one of the two if the other
   * is 0.
   */
  function pieces(length: number, best: number, at: number): void {
    const units = outer * Math.ceil(n / length);
    if (inner === 1) {
      machine.share("extremeOfRows", { units, grain: grainOf(length) }, best, at, from, n, length, flip);
      return;
    }
    const wide = Math.min(inner, panel);
    const over = { units: units * Math.ceil(inner / panel), grain: grainOf(length * wide), room: wide };
    machine.share("extremeOfColumns", over, best, at, from, n, inner, length, flip, panel);
  }

  const length = n * inner < long ? n : Math.max(rows, Math.ceil(piece / inner));
  if (length >= n) {
    pieces(n, index ? 0 : y.address, index ? y.address : 0);
    return;
  }
  const count = Math.ceil(n / length);
  const size = outer * count * inner;
  machine.scratch(2 * size, (best) => {
    const at = index ? best + 4 * size : 0;
    pieces(length, best, at);
    machine.share("extremeOfPieces", { units: y.size, grain: grainOf(count) }, y.address, best, at, count, inner, flip);
  });
}

/** Units of n numbers that are worth a thread's while. */
export function grainOf(n: number): number {
  return Math.ceil(worth / (n + 1));
}

function leastCommonMultiple(a: number, b: number): number {
  const divisor = (m: number, n: number): number => (n === 0 ? m : divisor(n, m % n));
  return (a / divisor(a, b)) * b;
}
