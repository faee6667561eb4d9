import type { Kernels } from "../device.ts";
import type { Machine } from "./machine.ts";

/** Rows of a unit of `gemm`, as in assembly/gemm.ts. */
const unitRows = 16;
/** Multiplications and additions worth a thread's while. */
const worthwhile = 1e6;
/** Rows that a packed block of b should meet before it is packed again. */
const rowsPerPacking = 256;

/** An operand: its matrix of batch s begins at address + 4 s next, its entry [i, j] lies i row + j column floats on. */
interface Operand {
  readonly address: number;
  readonly next: number;
  readonly row: number;
  readonly column: number;
}

const transposed = (x: Operand): Operand => ({ ...x, row: x.column, column: x.row });

export function matmulKernels(machine: Machine): Pick<Kernels, "matmul"> {
  return {
    matmul(a, b, { batch, m, k, n, transposeA, transposeB, batchedA, batchedB }) {
      const c = machine.make("matmul", batch * m * n);
      const [aRow, aColumn] = transposeA ? [1, m] : [k, 1];
      const [bRow, bColumn] = transposeB ? [1, k] : [n, 1];
      const left: Operand = { address: machine.at(a), next: batchedA ? m * k : 0, row: aRow, column: aColumn };
      const right: Operand = { address: machine.at(b), next: batchedB ? k * n : 0, row: bRow, column: bColumn };
      // Rows of all batches lie one below the other: where they meet the same matrix they are rows of one product.
      const joined = batchedA && !batchedB && !transposeA;
      const [products, rows] = joined ? [Math.sign(batch), batch * m] : [batch, m];
      if (rows === 1 || n === 1) {
        const { run } = machine;
        machine.scratch(run.vectorRoom(), (scratch) => {
          for (let s = 0; s < products; s++) {
            const ca = c.address + 4 * s * rows * n;
            const aa = left.address + 4 * s * left.next;
            const ba = right.address + 4 * s * right.next;
            if (rows === 1) run.vectorMatrix(ca, aa, ba, k, n, bRow, bColumn, scratch);
            else run.vectorMatrix(ca, ba, aa, k, rows, aColumn, aRow, scratch); // b^T a^T
          }
        });
      } else if (transposeB && (transposeA || rows < n)) {
        // c^T = b^T a^T: the rows of the left matrix are then read as they lie, or the larger of two such matrices is.
        multiply(machine, c.address, transposed(right), transposed(left), [products, n, k, rows], true);
      } else {
        multiply(machine, c.address, left, right, [products, rows, k, n], false);
      }
      return c;
    },
  };
}

/** c[s] = left[s] right[s], or its transpose: [m, k] [k, n] for s < batch. */
function multiply(
  machine: Machine,
  c: number,
  left: Operand,
  right: Operand,
  [batch, m, k, n]: readonly [number, number, number, number],
  turned: boolean,
): void {
  const width = Math.min(256, Math.max(64, 16 * Math.ceil(n / 128)));
  const rowUnits = Math.ceil(m / unitRows);
  const units = batch * Math.ceil(n / width) * rowUnits;
  const each = unitRows * Math.min(width, n) * Math.max(1, k);
  const grain = Math.max(Math.ceil(worthwhile / 2 / each), Math.min(rowUnits, rowsPerPacking / unitRows));
  const [cRow, cColumn] = turned ? [1, m] : [n, 1];
  machine.share(
    "gemm",
    { units, grain, room: machine.run.gemmRoom(k, width) },
    ...([c, left.address, right.address, m, k, n, cRow, cColumn] as const),
    ...([left.row, left.column, left.next, right.row, right.column, right.next, width] as const),
  );
}
