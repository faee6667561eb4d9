import { entry } from "./pack";

/** Floats of scratch that `tile` needs. */
export const tileRoom: i32 = 32;

/**
 * c[i, j] (+)= sum over p of a[p][i] b[p][j] for 4 rows and 8 columns; those past rowCount and columnCount are not written.
 * a: [depth, 4] and b: [depth, 8] as packed; c by tables, `whole` if its 8 columns are there and lie in a row. `fresh`
 * overwrites c, else it adds. Eight sums, two vectors of columns and one factor stay in registers: with more than about
 * twelve live vectors the speed halves, and so it does with the loop unrolled.
 */
export function tile(
  c: usize,
  rows: usize,
  rowCount: i32,
  columns: usize,
  columnCount: i32,
  a: usize,
  b: usize,
  depth: i32,
  whole: bool,
  fresh: bool,
  spare: usize,
): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  for (let p = 0; p < depth; p++) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    let factor = v128.load_splat<f32>(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(factor, b0));
    c01 = f32x4.add(c01, f32x4.mul(factor, b1));
    factor = v128.load_splat<f32>(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(factor, b0));
    c11 = f32x4.add(c11, f32x4.mul(factor, b1));
    factor = v128.load_splat<f32>(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(factor, b0));
    c21 = f32x4.add(c21, f32x4.mul(factor, b1));
    factor = v128.load_splat<f32>(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(factor, b0));
    c31 = f32x4.add(c31, f32x4.mul(factor, b1));
    a += 16;
    b += 32;
  }
  if (whole && rowCount >= 4) {
    c += entry(columns, 0);
    put(c + entry(rows, 0), c00, c01, fresh);
    put(c + entry(rows, 1), c10, c11, fresh);
    put(c + entry(rows, 2), c20, c21, fresh);
    put(c + entry(rows, 3), c30, c31, fresh);
    return;
  }
  put(spare, c00, c01, true);
  put(spare + 32, c10, c11, true);
  put(spare + 64, c20, c21, true);
  put(spare + 96, c30, c31, true);
  for (let i = 0; i < min(4, rowCount); i++) {
    for (let j = 0; j < min(8, columnCount); j++) {
      const at = c + entry(rows, i) + entry(columns, j);
      const sum = load<f32>(spare + ((<usize>(8 * i + j)) << 2));
      store<f32>(at, fresh ? sum : load<f32>(at) + sum);
    }
  }
}

/** Eight sums to eight floats in a row. */
function put(at: usize, left: v128, right: v128, fresh: bool): void {
  v128.store(at, fresh ? left : f32x4.add(v128.load(at, 0), left), 0);
  v128.store(at, fresh ? right : f32x4.add(v128.load(at, 16), right), 16);
}
