import type { Reduction, Storage } from "../device.ts";
import type { Axis } from "../sizes.ts";
import { unravel } from "./integers.ts";
import type { Launch, Program, Run } from "./program.ts";

/**
 * Text that adds `term`, an expression in the whole number `p`, for p = 0, 1, ..., count-1 into `sum`. Blocks of `block`
 * terms, about √count, are summed and then their sums: the rounding error grows with √count, where a plain loop's
 * grows with count. What is left over has a loop of its own, so that the loop over a block asks nothing.
 */
export function blockedSum(count: string, term: string): string {
  return `
    let sum = 0;
    let p = 0;
    let blocks = quotient(${count}, block);
    let leftOver = ${count} - blocks * block;
    for (let outerBlock = 0; outerBlock < blocks; outerBlock++) {
      let part = 0;
      for (let inBlock = 0; inBlock < block; inBlock++) {
        part += ${term};
        p = p + 1;
      }
      sum += part;
    }
    let tail = 0;
    for (let over = 0; over < leftOver; over++) {
      tail += ${term};
      p = p + 1;
    }
    sum += tail;`;
}

/**
 * The same blocks for a text that adds to `part` and is run `count` times: long enough that asking each time costs
 * little.
 */
export function inBlocks(count: string, text: string): string {
  return `
    let sum = 0;
    for (let done = 0; done < ${count}; done += block) {
      let part = 0;
      for (let inBlock = 0; inBlock < block; inBlock++) {
        if (done + inBlock < ${count}) {
          ${text}
        }
      }
      sum += part;
    }`;
}

/** The argument `block` of both. */
export function blockOf(count: number): number {
  return Math.max(1, Math.ceil(Math.sqrt(count)));
}

/** Threads that keep a graphics card busy, the longest loop that is not worth cutting, and the shortest piece of one. */
const [enoughThreads, shortLoop, shortestPart] = [2 ** 14, 2 ** 10, 2 ** 6];

/**
 * Into how many parts to cut `terms` terms that each of `outputs` threads would go through: one launch does the parts
 * and the next puts them together. Where loops are short or threads are many that gains nothing: 1.
 */
export function partsOf(outputs: number, terms: number): number {
  if (terms <= shortLoop || outputs === 0) return 1;
  return Math.min(Math.ceil(enoughThreads / outputs), Math.ceil(terms / shortestPart));
}

/**
 * Thread (o, part, i) takes j = part, part + parts, ...: threads side by side read numbers side by side, also where
 * inner is 1. Element p of them is x[start + p * step].
 */
const rows = `
  ${unravel(["o", "part0", "i"], ["parts", "inner"])}
  let count = quotient(n - part0 + parts - 1, parts);
  let start = (o * n + part0) * inner + i;
  let step = parts * inner;`;

/**
 * Text that asks whether `candidate` takes the place of `best`: it is better, or the first NaN, which nothing replaces.
 * `x !== x` can be false for a NaN on a graphics card, where comparisons of order hold their word.
 */
export function replaces(notBetter: "<=" | ">="): string {
  return `Math.abs(best) >= 0 && !(candidate ${notBetter} best)`;
}

/** The first extreme value or its index. */
function extreme(notBetter: "<=" | ">=", result: "best" | "at"): string {
  return `
    ${rows}
    let best = x[start];
    let at = 0;
    let candidate = best;
    let next = start;
    for (let j = 1; j < count; j++) {
      next = next + step;
      candidate = x[next];
      if (${replaces(notBetter)}) {
        best = candidate;
        at = j;
      }
    }
    return ${result};`;
}

function program(kind: Reduction, body: string): Program {
  return { name: `reduce:${kind}`, inputs: ["x"], integers: ["n", "inner", "parts", "block"], body };
}

const programs: Readonly<Record<Reduction, Program>> = {
  sum: program("sum", `${rows} ${blockedSum("count", "x[start + p * step]")} return sum;`),
  max: program("max", extreme("<=", "best")),
  min: program("min", extreme(">=", "best")),
  argMax: program("argMax", extreme("<=", "at")),
  argMin: program("argMin", extreme(">=", "at")),
};

/** y[o, part, i] = reduction over j = part, part + parts, ... of x[o, j, i] */
export function reduceParts<Input>(kind: Reduction, x: Input, { outer, n, inner }: Axis, parts: number): Launch<Input> {
  const length = Math.ceil(n / parts);
  const integers = [n, inner, parts, blockOf(length)];
  return { program: programs[kind], inputs: [x], integers, size: outer * parts * inner, longestLoop: length };
}

/** y[o, i] = reduction over j of x[o, j, i]. An index of an extreme is not cut up: parts would have to keep values too. */
export function reduce(run: Run, kind: Reduction, x: Storage, axis: Axis): Storage {
  const { outer, n, inner } = axis;
  const parts = kind === "argMax" || kind === "argMin" ? 1 : partsOf(outer * inner, n);
  const y = run(reduceParts(kind, x, axis, parts));
  if (parts === 1) return y;
  const whole = reduce(run, kind, y, { outer, n: parts, inner });
  y.free();
  return whole;
}
