import { transpose4 } from "./lanes";
import { pack } from "./pack";
import { tile, tileColumns, tileRows } from "./tile";
import { gatherRows, settleRows, turn } from "./totals";

/** Terms of a sum, and columns of b, that are packed at once: a block of b is 256 KiB and stays in the second cache. */
export const block: i32 = 256;
/** Rows of a that meet one panel of b after the other: 96 KiB, which stay in the second cache as well. */
const rowBlock: i32 = 96;
/** Rows of a between two packings of the same block of b. */
const rowChunk: i32 = 512;
/** Rows of one unit of `gemm`. */
const unitRows: i32 = 16;
/** Floats of scratch that `product` needs. */
const productRoom: i32 = (rowBlock + block) * block + 2 * rowBlock * tileColumns;

/**
 * c[i, j] (+)= sum over p of a[i, p] b[p, j], for k and n up to `block` and any m; matrices as `gemm` has them. `fresh`
 * overwrites c, else it adds. b is packed, once; so is a, in blocks of rows, unless its rows are such as they lie. Each
 * block of rows then meets one panel of b after the other: the panel stays in the first cache.
 */
function product(
  c: usize,
  cRow: i32,
  cColumn: i32,
  a: usize,
  aRow: i32,
  aColumn: i32,
  b: usize,
  bRow: i32,
  bColumn: i32,
  m: i32,
  k: i32,
  n: i32,
  fresh: bool,
  scratch: usize,
): void {
  const packed = scratch + 4 * block * block;
  const sums = packed + 4 * rowBlock * block;
  const asItLies = aColumn === 1;
  pack(scratch, tileColumns, b, bColumn, n, bRow, k);
  for (let i = 0; i < m; i += rowBlock) {
    const rows = min(rowBlock, m - i);
    const as = a + ((<usize>(i * aRow)) << 2);
    if (!asItLies) pack(packed, 4, as, aRow, rows, aColumn, k);
    for (let j = 0; j < n; j += tileColumns) {
      const panel = scratch + ((<usize>(j * k)) << 2);
      const cs = c + ((<usize>(i * cRow + j * cColumn)) << 2);
      const whole = n - j >= tileColumns && cColumn === 1;
      for (let r = 0; r < rows; r += tileRows) {
        const next = min(r + 1, rows - 1);
        let a0 = packed + ((<usize>((r & ~3) * k + (r & 2))) << 2); // in fours of rows, of which this is one half
        let a1 = a0 + 4;
        if (asItLies) {
          a0 = as + ((<usize>(r * aRow)) << 2);
          a1 = as + ((<usize>(next * aRow)) << 2);
        }
        let c0 = sums + ((<usize>r) << 6);
        let c1 = c0 + 64;
        if (whole) {
          c0 = cs + ((<usize>(r * cRow)) << 2);
          if (next > r) c1 = cs + ((<usize>(next * cRow)) << 2);
        }
        tile(c0, c1, a0, a1, asItLies ? 4 : 16, panel, k, fresh || !whole);
      }
      if (!whole) spread(cs, cRow, cColumn, sums, rows, min(tileColumns, n - j), fresh);
    }
  }
}

/** c[i, j] (+)= sums[i, j] for a panel's columns. sums: [m, 16], with room for as much behind it. */
function spread(c: usize, cRow: i32, cColumn: i32, sums: usize, m: i32, n: i32, fresh: bool): void {
  if (cColumn === 1) {
    for (let i = 0; i < m; i++) join(c + ((<usize>(i * cRow)) << 2), sums + ((<usize>i) << 6), n, fresh);
    return;
  }
  // A transposed result: columns of it lie in a row.
  const turned = sums + 4 * rowBlock * tileColumns;
  for (let i = 0; i < m; i += 4) {
    for (let j = 0; j < n; j += 4) {
      const from = sums + ((<usize>(i * tileColumns + j)) << 2);
      transpose4(turned + ((<usize>(j * rowBlock + i)) << 2), 4 * rowBlock, from, from + 64, from + 128, from + 192);
    }
  }
  for (let j = 0; j < n; j++) {
    join(c + ((<usize>(j * cColumn)) << 2), turned + ((<usize>(j * rowBlock)) << 2), m, fresh);
  }
}

/** c[i] (+)= sums[i], n numbers in a row. */
function join(c: usize, sums: usize, n: i32, fresh: bool): void {
  let i = 0;
  for (; i <= n - 4; i += 4) {
    const at = (<usize>i) << 2;
    const four = v128.load(sums + at);
    v128.store(c + at, fresh ? four : f32x4.add(v128.load(c + at), four));
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    const one = load<f32>(sums + at);
    store<f32>(c + at, fresh ? one : load<f32>(c + at) + one);
  }
}

/** Whether sums of k terms need totals. */
function long(k: i32): bool {
  return k > turn * block;
}

/** Floats of scratch that `gemm` needs, for blocks of `width` columns. */
export function gemmRoom(k: i32, width: i32): i32 {
  return productRoom + (long(k) ? 2 * rowChunk * width : 0);
}

/**
 * c[s, i, j] = sum over p of a[s, i, p] b[s, p, j] for s < batch; [i, p] of a lies at i aRow + p aColumn, one of which is 1,
 * and so on, and the matrices of one batch lie `next` after those of the one before. Steps count floats. A unit is 16 rows of
 * one block of `width` <= 256 columns: those of one block come one after the other, those of one s too, and units that come
 * together share what is packed. Sums of more than 256 terms add up in blocks of 256, those of more than 4,096 in float64
 * from there on.
 */
export function gemm(
  c: usize,
  a: usize,
  b: usize,
  m: i32,
  k: i32,
  n: i32,
  cRow: i32,
  cColumn: i32,
  aRow: i32,
  aColumn: i32,
  aNext: i32,
  bRow: i32,
  bColumn: i32,
  bNext: i32,
  width: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const totals = scratch + 4 * productRoom;
  const rowUnits = (m + unitRows - 1) / unitRows;
  const blocks = (n + width - 1) / width;
  const lined = cColumn === 1;
  while (from < to) {
    const s = from / (rowUnits * blocks);
    const j = ((from / rowUnits) % blocks) * width;
    const unit = from % rowUnits;
    const count = min(min(to - from, rowUnits - unit), rowChunk / unitRows);
    from += count;
    const i = unit * unitRows;
    const rows = min(count * unitRows, m - i);
    const columns = min(width, n - j);
    const cs = c + ((<usize>(s * m * n + i * cRow + j * cColumn)) << 2);
    // Totals go line by line of what lies in a row: rows of c, or its columns where c is transposed.
    const lines = lined ? rows : columns;
    const length = lined ? columns : rows;
    const step = lined ? cRow : cColumn;
    if (long(k)) memory.fill(totals, 0, (<usize>(rows * columns)) << 3);
    let fresh = true;
    let p = 0;
    do {
      const depth = min(block, k - p); // 0 if k is: the product then writes zeros
      const as = a + ((<usize>(s * aNext + i * aRow + p * aColumn)) << 2);
      const bs = b + ((<usize>(s * bNext + p * bRow + j * bColumn)) << 2);
      product(cs, cRow, cColumn, as, aRow, aColumn, bs, bRow, bColumn, rows, depth, columns, fresh, scratch);
      p += block;
      fresh = p % (turn * block) === 0;
      if (long(k) && (fresh || p >= k)) gatherRows(totals, cs, step, lines, length);
    } while (p < k);
    if (long(k)) settleRows(cs, step, totals, lines, length);
  }
}
