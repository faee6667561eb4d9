import type { Axis, Reduction } from "../device.ts";
import { unravel } from "./integers.ts";
import type { Launch } from "./program.ts";

/**
 * Text that adds `term`, an expression in the integer `p`, for p in 0..count-1 into `sum`. Blocks of about √count terms
 * are summed and then their sums: the rounding error grows with √count, where a plain loop's grows with count.
 */
export function blockedSum(count: string, term: string): string {
  return `
    let sum = 0;
    let p = 0;
    for (let outerBlock = 0; outerBlock < blocks; outerBlock++) {
      let part = 0;
      for (let inBlock = 0; inBlock < block; inBlock++) {
        p = outerBlock * block + inBlock;
        if (p < ${count}) { part += ${term}; }
      }
      sum += part;
    }`;
}

/** The arguments `block` and `blocks` of `blockedSum`. */
export function blocksOf(count: number): [block: number, blocks: number] {
  const block = Math.ceil(Math.sqrt(count));
  return [block, count === 0 ? 0 : Math.ceil(count / block)];
}

const row = `${unravel(["o", "i"], ["inner"])} let start = o * n * inner + i;`;

/**
 * The first extreme value and its index; once a NaN was met nothing replaces it. `x !== x` can be false for a NaN on a
 * graphics card, where comparisons of order hold their word.
 */
function extreme(notBetter: "<=" | ">=", result: "best" | "at"): string {
  return `
    ${row}
    let best = x[start];
    let at = 0;
    let candidate = best;
    for (let j = 1; j < n; j++) {
      candidate = x[start + j * inner];
      if (Math.abs(best) >= 0 && !(candidate ${notBetter} best)) {
        best = candidate;
        at = j;
      }
    }
    return ${result};`;
}

const bodies: Record<Reduction, string> = {
  sum: `${row} ${blockedSum("n", "x[start + p * inner]")} return sum;`,
  max: extreme("<=", "best"),
  min: extreme(">=", "best"),
  argMax: extreme("<=", "at"),
  argMin: extreme(">=", "at"),
};

/** y[o, i] = reduction over j of x[o, j, i] */
export function reduce<Input>(kind: Reduction, x: Input, { outer, n, inner }: Axis): Launch<Input> {
  const program = {
    name: `reduce:${kind}`,
    inputs: ["x"],
    integers: ["n", "inner", "block", "blocks"],
    body: bodies[kind],
  };
  return { program, inputs: [x], integers: [n, inner, ...blocksOf(n)], size: outer * inner, longestLoop: n };
}
