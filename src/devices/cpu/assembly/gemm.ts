import { evenly, pack, straight } from "./pack";
import { tile, tileRoom } from "./tile";
import { gatherRows, settleRows, turn } from "./totals";

/** Terms of a sum, and columns of b, that are packed at once: a block of b is 256 KiB and stays in the second cache. */
export const block: i32 = 256;
/** Rows of a that are packed at once: 96 KiB. */
const rowBlock: i32 = 96;
/** Rows of a between two packings of the same block of b. */
const rowChunk: i32 = 10 * rowBlock;
/** Floats of scratch that `product` needs. */
export const productRoom: i32 = (rowBlock + block) * block + tileRoom;

/**
 * c[i, j] (+)= sum over p of a[i, p] b[p, j], matrices by tables, for k and n up to `block` and any m. `fresh` overwrites
 * c, else it adds. b is packed once and a in blocks of rows, each of which then meets every column.
 */
export function product(
  c: usize,
  cRows: usize,
  cColumns: usize,
  a: usize,
  aRows: usize,
  aColumns: usize,
  b: usize,
  bRows: usize,
  bColumns: usize,
  m: i32,
  k: i32,
  n: i32,
  fresh: bool,
  scratch: usize,
): void {
  const packedA = scratch + 4 * block * block;
  const spare = packedA + 4 * rowBlock * block;
  pack(scratch, 8, b, bColumns, n, bRows, k);
  for (let i = 0; i < m; i += rowBlock) {
    const rows = min(rowBlock, m - i);
    pack(packedA, 4, a, aRows + ((<usize>i) << 2), rows, aColumns, k);
    for (let j = 0; j < n; j += 8) {
      const panel = scratch + ((<usize>(j * k)) << 2);
      const columns = cColumns + ((<usize>j) << 2);
      const whole = n - j >= 8 && straight(columns);
      for (let r = 0; r < rows; r += 4) {
        const factors = packedA + ((<usize>(r * k)) << 2);
        tile(c, cRows + ((<usize>(i + r)) << 2), rows - r, columns, n - j, factors, panel, k, whole, fresh, spare);
      }
    }
  }
}

/** Whether sums of k terms need totals. */
function long(k: i32): bool {
  return k > turn * block;
}

/** Floats of scratch that `gemm` needs. */
export function gemmRoom(k: i32): i32 {
  return productRoom + 2 * rowChunk + 4 * block + (long(k) ? 2 * rowChunk * block : 0);
}

/**
 * c[i, j] = sum over p of a[i aRow + p aColumn] b[p bRow + j bColumn]; c: [m, n]. Steps count floats. Sums of more than
 * 256 terms add up in blocks of 256, those of more than 4,096 in float64 from there on.
 */
export function gemm(
  c: usize,
  a: usize,
  b: usize,
  m: i32,
  k: i32,
  n: i32,
  aRow: i32,
  aColumn: i32,
  bRow: i32,
  bColumn: i32,
  scratch: usize,
): void {
  const aRows = scratch + 4 * productRoom;
  const cRows = aRows + 4 * rowChunk;
  const aColumns = cRows + 4 * rowChunk;
  const bRows = aColumns + 4 * block;
  const bColumns = bRows + 4 * block;
  const cColumns = bColumns + 4 * block;
  const totals = cColumns + 4 * block;
  for (let i = 0; i < m; i += rowChunk) {
    const rows = min(rowChunk, m - i);
    evenly(aRows, i * aRow, aRow, rows);
    evenly(cRows, i * n, n, rows);
    for (let j = 0; j < n; j += block) {
      const columns = min(block, n - j);
      evenly(bColumns, j * bColumn, bColumn, columns);
      evenly(cColumns, j, 1, columns);
      const corner = c + ((<usize>j) << 2);
      if (long(k)) memory.fill(totals, 0, (<usize>(rows * columns)) << 3);
      let fresh = true;
      let p = 0;
      do {
        const depth = min(block, k - p); // 0 if k is: the product then writes zeros
        evenly(aColumns, p * aColumn, aColumn, depth);
        evenly(bRows, p * bRow, bRow, depth);
        product(c, cRows, cColumns, a, aRows, aColumns, b, bRows, bColumns, rows, depth, columns, fresh, scratch);
        p += block;
        fresh = p % (turn * block) === 0;
        if (long(k) && (fresh || p >= k)) gatherRows(totals, corner, cRows, rows, columns);
      } while (p < k);
      if (long(k)) settleRows(corner, cRows, totals, rows, columns);
    }
  }
}
