import { gemm, matmul } from "../../../src/ops/matmul.ts";
import type { Samples } from "./sample.ts";

export const matmulSamples: Samples = {
  gemm: {
    sample(choose) {
      const [aBatch, bBatch] = choose.pick<[number[], number[]]>(
        [[], []],
        [[2], []],
        [[], [3]],
        [[2, 1], [3]],
        [[2], [2]],
      );
      const [m, k, n] = [choose.int(0, 4), choose.int(0, 4), choose.int(0, 4)];
      const [transposeA, transposeB] = [choose.pick(false, true), choose.pick(false, true)];
      const a = [...aBatch, ...(transposeA ? [k, m] : [m, k])];
      const b = [...bBatch, ...(transposeB ? [n, k] : [k, n])];
      return { inputs: [a, b], call: (x, y) => gemm(x, y, { transposeA, transposeB }) };
    },
    errors: [
      {
        inputs: [
          [2, 3],
          [2, 3],
        ],
        call: (a, b) => gemm(a, b, { transposeA: true, transposeB: true }),
        message: /matmul: shapes \[2, 3\] transposed and \[2, 3\] transposed do not multiply: inner sizes are 2 and 3/,
      },
    ],
  },
  matmul: {
    sample(choose) {
      const [m, k, n] = [choose.int(1, 4), choose.int(1, 4), choose.int(1, 4)];
      const [a, b] = choose.pick<[number[], number[]]>(
        [
          [m, k],
          [k, n],
        ],
        [[k], [k, n]],
        [[m, k], [k]],
        [[k], [k]],
        [[2, m, k], [k]],
        [[k], [2, k, n]],
      );
      return { inputs: [a, b], call: (x, y) => matmul(x, y) };
    },
    errors: [
      {
        inputs: [
          [2, 3],
          [2, 3],
        ],
        call: (a, b) => matmul(a, b),
        message: /matmul: shapes \[2, 3\] and \[2, 3\] do not multiply: inner sizes are 3 and 2/,
      },
      {
        inputs: [[], [2]],
        call: (a, b) => matmul(a, b),
        message: /matmul: needs vectors or matrices, got \[\] and \[2\]/,
      },
    ],
  },
};
