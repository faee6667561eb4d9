import type { Normalization, Storage } from "../device.ts";
import type { Axis } from "../sizes.ts";
import { unravel } from "./integers.ts";
import { concat } from "./layout.ts";
import type { Launch, Program, Run } from "./program.ts";
import { blockOf, inBlocks, partsOf } from "./reduce.ts";

/**
 * Sums over all of channel c of x: [outer, n, inner]. Thread (part, c, column) adds up `term`, an expression in `at`, over
 * rows part, part + outerParts, ... and columns column, column + innerParts, ... and returns `result`.
 */
function channelSum(name: string, inputs: readonly string[], setup: string, term: string, result = "sum"): Program {
  return {
    name,
    inputs,
    integers: ["outer", "n", "inner", "outerParts", "innerParts", "block"],
    body: `
      ${unravel(["part0", "c", "column"], ["n", "innerParts"])}
      ${setup}
      let rows = quotient(outer - part0 + outerParts - 1, outerParts);
      let columns = quotient(inner - column + innerParts - 1, innerParts);
      let row = (part0 * n + c) * inner + column;
      let at = 0;
      ${inBlocks(
        "rows",
        `at = row;
        let line = 0;
        for (let t = 0; t < columns; t++) {
          line += ${term};
          at = at + innerParts;
        }
        part += line;
        row = row + outerParts * n * inner;`,
      )}
      return ${result};`,
  };
}

const sums = channelSum("channelSums", ["x"], "", "x[at]");

/** From differences to the mean, never E[x²] − mean², which cancels. */
const squares = channelSum(
  "channelSums",
  ["x", "sums"],
  "let mean = sums[c] / (outer * inner);",
  "(x[at] - mean) * (x[at] - mean)",
);

/** Mean and standard deviation of this thread's channel; eps is written into the text, as arguments are whole numbers. */
const meanAndDeviation = (eps: number): string =>
  `let mean = moments[c]; let deviation = Math.sqrt(moments[n + c] + ${eps});`;

/** Runs a program made by `channelSum` in parts, and sums the parts likewise until there is one: -> [n] */
function sumChannels(run: Run, program: Program, inputs: readonly Storage[], { outer, n, inner }: Axis): Storage {
  const parts = partsOf(n, outer * inner);
  const innerParts = Math.max(1, Math.min(inner, parts));
  const outerParts = Math.max(1, Math.min(outer, Math.ceil(parts / innerParts)));
  const rows = Math.ceil(outer / outerParts);
  const y = run({
    program,
    inputs,
    integers: [outer, n, inner, outerParts, innerParts, blockOf(rows)],
    size: outerParts * n * innerParts,
    longestLoop: Math.max(rows, Math.ceil(inner / innerParts)),
  });
  if (outerParts * innerParts === 1) return y;
  const whole = sumChannels(run, sums, [y], { outer: outerParts, n, inner: innerParts });
  y.free();
  return whole;
}

const momentsProgram: Program = {
  name: "channelMoments",
  inputs: ["sums", "squares"],
  integers: ["n", "count"],
  body: `
    if (this.thread.x < n) { return sums[this.thread.x] / count; }
    return squares[this.thread.x - n] / count;`,
};

/** Mean and biased variance of each channel: x: [outer, n, inner] -> [2, n] */
export function channelMoments(run: Run, x: Storage, axis: Axis): Storage {
  const { outer, n, inner } = axis;
  const total = sumChannels(run, sums, [x], axis);
  const spread = sumChannels(run, squares, [x, total], axis);
  const y = run({ program: momentsProgram, inputs: [total, spread], integers: [n, outer * inner], size: 2 * n });
  total.free();
  spread.free();
  return y;
}

/** Works out y = (x − mean) / √(variance + eps) · weight + bias at this thread's place, then `result`. */
function normalizing(name: string, inputs: readonly string[], eps: number, result: string): Program {
  return {
    ...{ name, inputs, integers: ["n", "inner"] },
    body: `
      ${unravel(["o", "c", "i"], ["n", "inner"])}
      ${meanAndDeviation(eps)}
      let y = (x[this.thread.x] - mean) / deviation * weight[c] + bias[c];
      ${result}`,
  };
}

/** y = (x − mean) / √(variance + eps) · weight + bias, with relu max(y, 0) */
export function batchNormalize<Input>(
  x: Input,
  weight: Input,
  bias: Input,
  moments: Input,
  { outer, n, inner }: Axis,
  { eps, relu }: Normalization,
): Launch<Input> {
  const result = `${relu ? "if (y <= 0) { return 0; }" : ""} return y;`;
  const program = normalizing("batchNormalize", ["x", "weight", "bias", "moments"], eps, result);
  return { program, inputs: [x, weight, bias, moments], integers: [n, inner], size: outer * n * inner };
}

/** `use` of g, or with relu of g with 0 where y is 0, which takes a pass of its own. */
function withKept(
  run: Run,
  [g, x, weight, bias, moments]: readonly Storage[],
  { outer, n, inner }: Axis,
  { eps, relu }: Normalization,
  use: (kept: Storage) => Storage,
): Storage {
  if (!relu) return use(g);
  const inputs = ["g", "x", "weight", "bias", "moments"];
  const program = normalizing("batchNormalizeKept", inputs, eps, "if (y <= 0) { return 0; } return g[this.thread.x];");
  const kept = run({ program, inputs: [g, x, weight, bias, moments], integers: [n, inner], size: outer * n * inner });
  const y = use(kept);
  kept.free();
  return y;
}

/** Σ g and Σ g x̂ over each channel: -> [2, n] */
export function batchNormalizeTotals(
  run: Run,
  given: readonly [g: Storage, x: Storage, weight: Storage, bias: Storage, moments: Storage],
  axis: Axis,
  how: Normalization,
): Storage {
  const [, x, , , moments] = given;
  const term = "g[at] * (x[at] - mean)";
  const inputs = ["g", "x", "moments"];
  const products = channelSum("batchNormalizeTotals", inputs, meanAndDeviation(how.eps), term, "sum / deviation");
  return withKept(run, given, axis, how, (g) => {
    const both = [sumChannels(run, sums, [g], axis), sumChannels(run, products, [g, x, moments], axis)] as const;
    const totals = run(concat(both[0], axis.n, both[1], axis.n, 1));
    for (const part of both) part.free();
    return totals;
  });
}

/** weight / √(variance + eps) · (g − (Σ g + x̂ Σ g x̂) / count). totals: [2, n] */
export function batchNormalizeInput(
  run: Run,
  given: readonly [g: Storage, x: Storage, weight: Storage, bias: Storage, moments: Storage],
  totals: Storage,
  axis: Axis,
  how: Normalization,
): Storage {
  const { outer, n, inner } = axis;
  const [, x, weight, , moments] = given;
  const program = {
    name: "batchNormalizeInput",
    inputs: ["g", "x", "weight", "moments", "totals"],
    integers: ["n", "inner", "count"],
    body: `
      ${unravel(["o", "c", "i"], ["n", "inner"])}
      ${meanAndDeviation(how.eps)}
      let xhat = (x[this.thread.x] - mean) / deviation;
      return (g[this.thread.x] - totals[c] / count - xhat * totals[n + c] / count) * weight[c] / deviation;`,
  };
  const rest = { integers: [n, inner, outer * inner], size: outer * n * inner };
  return withKept(run, given, axis, how, (g) => run({ program, inputs: [g, x, weight, moments, totals], ...rest }));
}
