import type { Kernels } from "../device.ts";
import type { MatmulSizes } from "../sizes.ts";
import type { Machine } from "./machine.ts";

/** Rows of a unit of `gemm` and columns of one of `vectorMatrix`, as in assembly/gemm.ts and assembly/vector.ts. */
const unit = 16;
/** Multiplications, each with its addition, that a thread does in some ten microseconds; and where memory bounds it. */
const [worthwhile, worthReading] = [5e5, 5e4];
/** Rows that a packed block of b should meet before other rows have it packed again, at some 3% of their time at most. */
const rowsPerPacking = 128;

/**
 * An operand: its matrix of batch s begins 4 s next bytes behind its address, its entry [i, j] i row + j column floats
 * on. One step is 1.
 */
interface Operand {
  readonly address: number;
  readonly next: number;
  readonly row: number;
  readonly column: number;
}

interface Sizes {
  readonly batch: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

export function matmulKernels(machine: Machine): Pick<Kernels, "matmul"> {
  return {
    matmul(a, b, sizes) {
      const c = machine.make("matmul", sizes.batch * sizes.m * sizes.n);
      multiplied(machine, c.address, machine.at(a), machine.at(b), sizes);
      return c;
    },
  };
}

/** c[s] = op(a[s]) op(b[s]) by their addresses, as `Kernels.matmul` says. */
export function multiplied(
  machine: Machine,
  c: number,
  a: number,
  b: number,
  { batch, m, k, n, transposeA, transposeB, batchedA, batchedB }: MatmulSizes,
): void {
  const [aRow, aColumn] = transposeA ? [1, m] : [k, 1];
  const [bRow, bColumn] = transposeB ? [1, k] : [n, 1];
  const left = { address: a, next: batchedA ? m * k : 0, row: aRow, column: aColumn };
  const right = { address: b, next: batchedB ? k * n : 0, row: bRow, column: bColumn };
  // Rows of all batches lie one below the other: where they meet the same matrix they are rows of one product.
  const joined = batchedA && !batchedB && !transposeA;
  const sizes = joined ? { batch: Math.sign(batch), m: batch * m, k, n } : { batch, m, k, n };
  const turned = { ...sizes, m: n, n: sizes.m };
  if (sizes.m === 1) multiplyVector(machine, c, left, right, sizes);
  else if (n === 1) multiplyVector(machine, c, right, transposed(left), turned);
  else if (transposeB && (transposeA || sizes.m < n)) {
    // The left matrix of a product is read as it lies where its rows lie in a row; of two such the larger should be it.
    multiply(machine, c, transposed(right), transposed(left), turned, [1, n]);
  } else multiply(machine, c, left, right, sizes, [n, 1]);
}

/** The same matrix, transposed: c^T = b^T a^T. */
function transposed(x: Operand): Operand {
  return { ...x, row: x.column, column: x.row };
}

/** c[s] = left[s] right[s] for s < batch: [m, k] [k, n]; entry [i, j] of a product lies at i cRow + j cColumn. */
function multiply(
  machine: Machine,
  c: number,
  left: Operand,
  right: Operand,
  { batch, m, k, n }: Sizes,
  [cRow, cColumn]: readonly [number, number],
): void {
  // Blocks of columns: some eight, so that threads need not pack the same ones, but neither narrow ones nor over 256 wide.
  const width = Math.min(256, Math.max(64, 16 * Math.ceil(n / 128)));
  const rows = Math.ceil(m / unit);
  const each = unit * Math.min(width, n) * k;
  const grain = Math.max(Math.ceil(worthwhile / Math.max(1, each)), Math.min(rows, rowsPerPacking / unit));
  machine.share(
    "gemm",
    { units: batch * Math.ceil(n / width) * rows, grain, room: machine.run.gemmRoom(k, width) },
    ...([c, left.address, right.address, m, k, n, cRow, cColumn] as const),
    ...([left.row, left.column, left.next, right.row, right.column, right.next, width] as const),
  );
}

/** The same for m = 1. */
function multiplyVector(machine: Machine, c: number, left: Operand, right: Operand, { batch, k, n }: Sizes): void {
  machine.share(
    "vectorMatrix",
    {
      units: batch * Math.ceil(n / unit),
      grain: Math.ceil(worthReading / (unit * Math.max(1, k))),
      room: machine.run.vectorRoom(),
    },
    ...([c, left.address, right.address, k, n, left.next, right.row, right.column, right.next] as const),
  );
}
