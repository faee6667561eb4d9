import type { Storage } from "../device.ts";
import { squaredDifference } from "./distance.ts";
import { unravel } from "./integers.ts";
import type { Program, Run } from "./program.ts";
import { blockedSum, blockOf } from "./reduce.ts";

/** Lines of n pairs that are under way at once: 2^20 numbers, unless one line is longer. */
function linesAtOnce(n: number): number {
  return Math.max(1, Math.floor(2 ** 20 / n));
}

/**
 * Line s of the pairs holds (x_i, y_s) for every i. Among the points of x alone it holds i and the point s + 1 places
 * further round the ring: n (n − 1) / 2 threads meet every pair once, half a line being the last where n is even.
 */
const exponentsProgram: Program = {
  name: "logPotential:exponents",
  inputs: ["x", "y", "t"],
  integers: ["n", "d", "block", "from", "alone"],
  body: `
    ${unravel(["line", "i"], ["n"])}
    let j = line + from;
    if (alone === 1) {
      j = i + j + 1;
      if (j >= n) { j = j - n; }
    }
    ${squaredDifference("y")}
    return -t[0] * sum;`,
};

/**
 * Thread c: log of the sum of exp over entries c, c + width, c + 2 width, ..., and over what lies before, if that
 * counts, which is a logarithm too. Whenever a larger exponent comes up, the sum is made relative to it. An equal
 * counts 1 without a difference, which of two infinities is NaN. A NaN is kept aside, in `missing`: exp and comparisons
 * of a graphics card can lose it.
 */
const logSumProgram: Program = {
  name: "logPotential",
  inputs: ["exponents", "before"],
  integers: ["count", "width", "steps", "counts"],
  body: `
    let largest = before[this.thread.x];
    let missing = 0;
    if (Math.abs(largest) >= 0) { missing = 0; } else { missing = largest; }
    let sum = counts;
    let at = 0;
    let e = 0;
    for (let step = 0; step < steps; step++) {
      at = this.thread.x + step * width;
      if (at < count) {
        e = exponents[at];
        if (Math.abs(e) >= 0) {
          if (e > largest) {
            sum = sum * Math.exp(largest - e);
            largest = e;
          }
          if (e >= largest) { sum = sum + 1; } else { sum = sum + Math.exp(e - largest); }
        } else {
          missing = e;
        }
      }
    }
    return largest + Math.log(sum) + missing;`,
};

/**
 * log Σ exp(−t |x_i − y_j|²) -> [1], without y over the pairs i < j of x. One stretch of the pairs after another: each
 * takes up the sums of those before. t: [1], freed.
 */
export function logPotential(
  run: Run,
  x: Storage,
  y: Storage | undefined,
  t: Storage,
  n: number,
  m: number,
  d: number,
): Storage {
  const logSum = (exponents: Storage, width: number, before?: Storage): Storage => {
    const steps = Math.ceil(exponents.size / width);
    const integers = [exponents.size, width, steps, before ? 1 : 0];
    const inputs = [exponents, before ?? exponents]; // which then is not counted, but as good a start as any
    const sums = run({ program: logSumProgram, inputs, integers, size: width, longestLoop: steps });
    exponents.free();
    before?.free();
    return sums;
  };
  const stretch = n * linesAtOnce(n);
  const exponents = (first: number, size: number): Storage => {
    const integers = [n, d, blockOf(d), first / n, y ? 0 : 1];
    return run({ program: exponentsProgram, inputs: [x, y ?? x, t], integers, size, longestLoop: d });
  };
  const pairs = y ? n * m : (n * (n - 1)) / 2;
  const longest = Math.min(stretch, pairs);
  let sums = logSum(exponents(0, longest), Math.ceil(Math.sqrt(longest)));
  for (let first = stretch; first < pairs; first += stretch) {
    sums = logSum(exponents(first, Math.min(stretch, pairs - first)), sums.size, sums);
  }
  t.free();
  return logSum(logSum(sums, Math.ceil(Math.sqrt(sums.size))), 1);
}

/**
 * 2t exp(−t |x_i − y_j|² − total) for the lines j = from, from + 1, ...; 0 where a point would meet itself, and NaN where the
 * exponent is.
 */
const weightsProgram: Program = {
  name: "potentialGradient:weights",
  inputs: ["x", "y", "t", "total"],
  integers: ["n", "d", "block", "from", "alone"],
  body: `
    ${unravel(["line", "i"], ["n"])}
    let j = line + from;
    if (alone === 1 && i === j) { return 0; }
    ${squaredDifference("y")}
    let e = -t[0] * sum - total[0];
    if (Math.abs(e) >= 0) { return 2 * t[0] * Math.exp(e); }
    return e;`,
};

/** Adds the lines' Σ_j w_ij (y_j − x_i) to what the lines before came to. */
const gradientProgram: Program = {
  name: "potentialGradient",
  inputs: ["weights", "x", "y", "before"],
  integers: ["n", "d", "lines", "block", "from"],
  body: `
    ${unravel(["i", "c"], ["d"])}
    ${blockedSum("lines", "weights[p * n + i] * (y[(from + p) * d + c] - x[i * d + c])")}
    if (from > 0) { sum = sum + before[this.thread.x]; }
    return sum;`,
};

/**
 * Row i is 2t Σ_j exp(−t |x_i − y_j|² − total) (y_j − x_i), without y over the other points of x -> [n, d]. The lines of
 * weights come in stretches, and each adds to what those before came to. t: [1], freed.
 */
export function potentialGradient(
  run: Run,
  x: Storage,
  total: Storage,
  y: Storage | undefined,
  t: Storage,
  n: number,
  m: number,
  d: number,
): Storage {
  const others = y ?? x;
  const added = (from: number, before: Storage): Storage => {
    const lines = Math.min(linesAtOnce(n), m - from);
    const weights = run({
      program: weightsProgram,
      inputs: [x, others, t, total],
      integers: [n, d, blockOf(d), from, y ? 0 : 1],
      size: lines * n,
      longestLoop: d,
    });
    const sums = run({
      program: gradientProgram,
      inputs: [weights, x, others, before],
      integers: [n, d, lines, blockOf(lines), from],
      size: n * d,
      longestLoop: lines,
    });
    weights.free();
    return sums;
  };
  let gradient = added(0, x); // nothing lies before: x is not read for it
  for (let from = linesAtOnce(n); from < m; from += linesAtOnce(n)) {
    const before = gradient;
    gradient = added(from, before);
    before.free();
  }
  t.free();
  return gradient;
}
