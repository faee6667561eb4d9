import type { Kernels } from "../device.ts";
import type { Machine } from "./machine.ts";

export function matmulKernels(machine: Machine): Pick<Kernels, "matmul"> {
  return {
    matmul(a, b, { batch, m, k, n, transposeA, transposeB, batchedA, batchedB }) {
      const c = machine.make("matmul", batch * m * n);
      const { run } = machine;
      const [aRow, aColumn] = transposeA ? [1, m] : [k, 1];
      const [bRow, bColumn] = transposeB ? [1, k] : [n, 1];
      // Rows of all batches lie one below the other: where they meet the same matrix they are rows of one product.
      const joined = batchedA && !batchedB && !transposeA;
      const [products, rows] = joined ? [Math.sign(batch), batch * m] : [batch, m];
      const vectors = rows === 1 || n === 1;
      machine.scratch(vectors ? run.vectorRoom() : run.gemmRoom(k), (scratch) => {
        for (let s = 0; s < products; s++) {
          const ca = c.address + 4 * s * m * n;
          const aa = machine.at(a) + (batchedA ? 4 * s * m * k : 0);
          const ba = machine.at(b) + (batchedB ? 4 * s * k * n : 0);
          if (rows === 1) run.vectorMatrix(ca, aa, ba, k, n, bRow, bColumn, scratch);
          else if (n === 1)
            run.vectorMatrix(ca, ba, aa, k, rows, aColumn, aRow, scratch); // b^T a^T
          else run.gemm(ca, aa, ba, rows, k, n, aRow, aColumn, bRow, bColumn, scratch);
        }
      });
      return c;
    },
  };
}
