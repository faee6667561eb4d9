import type { Storage } from "../device.ts";
import type { MatmulSizes } from "../sizes.ts";
import { unravel } from "./integers.ts";
import type { Program, Run } from "./program.ts";
import { blockedSum, blockOf, partsOf, reduce } from "./reduce.ts";

/**
 * Transposed and shared matrices differ in strides alone: one program serves all. Thread (s, part, i, j) adds up the
 * terms part, part + parts, ... of y[s, i, j].
 */
const program: Program = {
  name: "matmul",
  inputs: ["a", "b"],
  integers: ["m", "n", "k", "aBatch", "aRow", "aColumn", "bBatch", "bRow", "bColumn", "parts", "block"],
  body: `
    ${unravel(["s", "part0", "i", "j"], ["parts", "m", "n"])}
    let aStart = s * aBatch + i * aRow + part0 * aColumn;
    let bStart = s * bBatch + j * bColumn + part0 * bRow;
    let aStep = parts * aColumn;
    let bStep = parts * bRow;
    let count = quotient(k - part0 + parts - 1, parts);
    ${blockedSum("count", "a[aStart + p * aStep] * b[bStart + p * bStep]")}
    return sum;`,
};

/** y[batch] = a[batch] b[batch] */
export function matmul(run: Run, a: Storage, b: Storage, sizes: MatmulSizes): Storage {
  const { batch, m, k, n, transposeA, transposeB, batchedA, batchedB } = sizes;
  const aStrides = [batchedA ? m * k : 0, ...(transposeA ? [1, m] : [k, 1])];
  const bStrides = [batchedB ? k * n : 0, ...(transposeB ? [1, k] : [n, 1])];
  const parts = partsOf(batch * m * n, k);
  const length = Math.ceil(k / parts);
  const integers = [m, n, k, ...aStrides, ...bStrides, parts, blockOf(length)];
  const sums = run({ program, inputs: [a, b], integers, size: batch * parts * m * n, longestLoop: length });
  if (parts === 1) return sums;
  const y = reduce(run, "sum", sums, { outer: batch, n: parts, inner: m * n });
  sums.free();
  return y;
}
