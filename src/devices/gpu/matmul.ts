import type { MatmulSizes } from "../device.ts";
import { unravel } from "./integers.ts";
import type { Launch, Program } from "./program.ts";
import { blockedSum, blocksOf } from "./reduce.ts";

/** Transposed and shared matrices differ in strides alone: one program serves all. */
const program: Program = {
  name: "matmul",
  inputs: ["a", "b"],
  integers: ["m", "n", "k", "aBatch", "aRow", "aColumn", "bBatch", "bRow", "bColumn", "block", "blocks"],
  body: `
    ${unravel(["s", "i", "j"], ["m", "n"])}
    let aStart = s * aBatch + i * aRow;
    let bStart = s * bBatch + j * bColumn;
    ${blockedSum("k", "a[aStart + p * aColumn] * b[bStart + p * bRow]")}
    return sum;`,
};

/** y[batch] = a[batch] b[batch] */
export function matmul<Input>(a: Input, b: Input, sizes: MatmulSizes): Launch<Input> {
  const { batch, m, k, n, transposeA, transposeB, batchedA, batchedB } = sizes;
  const aStrides = [batchedA ? m * k : 0, ...(transposeA ? [1, m] : [k, 1])];
  const bStrides = [batchedB ? k * n : 0, ...(transposeB ? [1, k] : [n, 1])];
  const integers = [m, n, k, ...aStrides, ...bStrides, ...blocksOf(k)];
  return { program, inputs: [a, b], integers, size: batch * m * n, longestLoop: k };
}
