import { madd } from "./lanes";

/**
 * c[i][j] (+)= sum over p of a[p][i] b[p][j] for 4 rows and 8 columns, all there. Row i of c begins at c + i rowStep, its columns 4 .. 7
 * at halfStep behind columns 0 .. 3; a[p] and b[p], 4 and 8 floats, lie `aStep` and 32 bytes apart. `fresh` overwrites c.
 */
export function panelProduct(
  c: usize,
  rowStep: usize,
  halfStep: usize,
  a: usize,
  aStep: usize,
  b: usize,
  depth: i32,
  fresh: bool,
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
    c00 = madd(factor, b0, c00);
    c01 = madd(factor, b1, c01);
    factor = v128.load_splat<f32>(a, 4);
    c10 = madd(factor, b0, c10);
    c11 = madd(factor, b1, c11);
    factor = v128.load_splat<f32>(a, 8);
    c20 = madd(factor, b0, c20);
    c21 = madd(factor, b1, c21);
    factor = v128.load_splat<f32>(a, 12);
    c30 = madd(factor, b0, c30);
    c31 = madd(factor, b1, c31);
    a += aStep;
    b += 32;
  }
  put(c, halfStep, c00, c01, fresh);
  c += rowStep;
  put(c, halfStep, c10, c11, fresh);
  c += rowStep;
  put(c, halfStep, c20, c21, fresh);
  c += rowStep;
  put(c, halfStep, c30, c31, fresh);
}

function put(at: usize, halfStep: usize, left: v128, right: v128, fresh: bool): void {
  v128.store(at, fresh ? left : f32x4.add(v128.load(at), left));
  at += halfStep;
  v128.store(at, fresh ? right : f32x4.add(v128.load(at), right));
}
