import { type KernelFunction, unravel } from "./integers.ts";
import type { Launch, Program } from "./program.ts";
import { blockedSum, blockOf } from "./reduce.ts";

/** From differences, never |x|² + |y|² − 2 x·y, which cancels for points that are close. */
export const squaredDifference = (other: string): string =>
  blockedSum("d", `(x[i * d + p] - ${other}[j * d + p]) * (x[i * d + p] - ${other}[j * d + p])`);

const squaredDistancesProgram: Program = {
  name: "squaredDistances",
  inputs: ["x", "y"],
  integers: ["m", "d", "block"],
  body: `${unravel(["i", "j"], ["m"])} ${squaredDifference("y")} return sum;`,
};

/** [n, d] and [m, d] -> [n, m], entry |x_i − y_j|² */
export function squaredDistances<Input>(x: Input, y: Input, n: number, m: number, d: number): Launch<Input> {
  const integers = [m, d, blockOf(d)];
  return { program: squaredDistancesProgram, inputs: [x, y], integers, size: n * m, longestLoop: d };
}

/** How many pairs come before those of row i: i (2n − i − 1)/2. The product is even, so exact in float32 up to 2^25. */
const rowStart: KernelFunction = {
  name: "rowStart",
  source: "function rowStart(i, n) { return i * (n + n - i - 1) * 0.5; }",
  argumentTypes: ["Integer", "Integer"],
  returnType: "Number",
};

/** Thread t is the pair i < j with t = rowStart(i) + j − i − 1; the search finds i bit by bit, from the highest. */
const pdistProgram: Program = {
  name: "pdist",
  inputs: ["x"],
  integers: ["n", "d", "block", "bits", "highest"],
  functions: [rowStart],
  body: `
    let i = 0;
    let step = highest;
    for (let bit = 0; bit < bits; bit++) {
      if (i + step < n - 1 && rowStart(i + step, n) <= this.thread.x) { i = i + step; }
      step = step * 0.5;
    }
    let j = this.thread.x - rowStart(i, n) + i + 1;
    ${squaredDifference("x")}
    return Math.sqrt(sum);`,
};

/** [n, d] -> [n(n−1)/2], |x_i − x_j| for i < j, row by row. */
export function pdist<Input>(x: Input, n: number, d: number): Launch<Input> {
  const bits = Math.max(1, Math.ceil(Math.log2(Math.max(n, 2))));
  const integers = [n, d, blockOf(d), bits, 2 ** (bits - 1)];
  return { program: pdistProgram, inputs: [x], integers, size: (n * (n - 1)) / 2, longestLoop: d };
}
