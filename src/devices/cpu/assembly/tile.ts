import { madd } from "./lanes";

/** Rows and columns of a tile. */
export const tileRows: i32 = 2;
export const tileColumns: i32 = 16;

/**
 * Two rows of sixteen sums: c0[j] (+)= sum over p of a0[p] b[p][j], and c1 from a1 alike. `fresh` overwrites c, else the sums
 * are added to it. b: [depth, 16] in a row; the factors of a row lie `step` bytes apart, so a may be packed or be
 * anyone's rows as they are. The eight sums, two factors and a few vectors of b stay in registers: with more than about
 * twelve live vectors the speed halves. Of the shapes that fit, 2 by 16 takes the fewest instructions beside its
 * multiplications and additions, which are what bounds it.
 */
export function tile(c0: usize, c1: usize, a0: usize, a1: usize, step: usize, b: usize, depth: i32, fresh: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c02 = f32x4.splat(0);
  let c03 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c12 = f32x4.splat(0);
  let c13 = f32x4.splat(0);
  const end = b + ((<usize>depth) << 6);
  while (b < end) {
    const first = v128.load_splat<f32>(a0);
    const second = v128.load_splat<f32>(a1);
    let four = v128.load(b, 0);
    c00 = madd(first, four, c00);
    c10 = madd(second, four, c10);
    four = v128.load(b, 16);
    c01 = madd(first, four, c01);
    c11 = madd(second, four, c11);
    four = v128.load(b, 32);
    c02 = madd(first, four, c02);
    c12 = madd(second, four, c12);
    four = v128.load(b, 48);
    c03 = madd(first, four, c03);
    c13 = madd(second, four, c13);
    a0 += step;
    a1 += step;
    b += 64;
  }
  put(c0, c00, c01, c02, c03, fresh);
  put(c1, c10, c11, c12, c13, fresh);
}

/** Sixteen sums to sixteen floats in a row. */
function put(at: usize, s0: v128, s1: v128, s2: v128, s3: v128, fresh: bool): void {
  if (!fresh) {
    s0 = f32x4.add(v128.load(at, 0), s0);
    s1 = f32x4.add(v128.load(at, 16), s1);
    s2 = f32x4.add(v128.load(at, 32), s2);
    s3 = f32x4.add(v128.load(at, 48), s3);
  }
  v128.store(at, s0, 0);
  v128.store(at, s1, 16);
  v128.store(at, s2, 32);
  v128.store(at, s3, 48);
}
