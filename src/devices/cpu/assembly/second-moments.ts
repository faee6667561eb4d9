import { madd2 } from "./lanes";

/** Columns of a tile. */
const wide: i32 = 8;

/**
 * sums[a][b] += sum over i of x[i][a] x[i][b], in float64, for the pairs of rows a = 2k, 2k + 1 of `sums`, k from .. to,
 * and the columns b from the multiple of 8 at or below a on: the upper triangle and somewhat more. x: [n, d] and sums:
 * [d, d], with d a multiple of 8.
 */
export function secondMoments(sums: usize, x: usize, n: i32, d: i32, from: i32, to: i32): void {
  const step = (<usize>d) << 3;
  const end = x + <usize>n * step;
  for (let k = from; k < to; k++) {
    const left = (<usize>k) << 4;
    for (let b = (2 * k) & -wide; b < d; b += wide) {
      const right = (<usize>b) << 3;
      let s00 = f64x2.splat(0);
      let s01 = f64x2.splat(0);
      let s02 = f64x2.splat(0);
      let s03 = f64x2.splat(0);
      let s10 = f64x2.splat(0);
      let s11 = f64x2.splat(0);
      let s12 = f64x2.splat(0);
      let s13 = f64x2.splat(0);
      for (let row = x; row < end; row += step) {
        const first = v128.load_splat<f64>(row + left);
        const second = v128.load_splat<f64>(row + left + 8);
        let two = v128.load(row + right, 0);
        s00 = madd2(first, two, s00);
        s10 = madd2(second, two, s10);
        two = v128.load(row + right, 16);
        s01 = madd2(first, two, s01);
        s11 = madd2(second, two, s11);
        two = v128.load(row + right, 32);
        s02 = madd2(first, two, s02);
        s12 = madd2(second, two, s12);
        two = v128.load(row + right, 48);
        s03 = madd2(first, two, s03);
        s13 = madd2(second, two, s13);
      }
      const at = sums + <usize>(2 * k) * step + right;
      put(at, s00, s01, s02, s03);
      put(at + step, s10, s11, s12, s13);
    }
  }
}

function put(at: usize, s0: v128, s1: v128, s2: v128, s3: v128): void {
  v128.store(at, f64x2.add(v128.load(at, 0), s0), 0);
  v128.store(at, f64x2.add(v128.load(at, 16), s1), 16);
  v128.store(at, f64x2.add(v128.load(at, 32), s2), 32);
  v128.store(at, f64x2.add(v128.load(at, 48), s3), 48);
}
