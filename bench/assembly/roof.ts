// The most that one thread of this machine's WebAssembly can do, by which the cpu device's kernels are measured. Compiled
// twice, with relaxed SIMD and without: build.mjs.
import { madd } from "./lanes";

/**
 * c = a b, `times` over, for [4, depth] and [depth, 8]: panels in the first-level cache, all sums in registers, in a shape
 * of tile that is as fast as that of the device's products; 64 · depth · times operations. a: [depth, 4] and b: [depth, 8] as packed, c: [4, 8].
 */
export function multiply(c: usize, a: usize, b: usize, depth: i32, times: i32): void {
  for (let time = 0; time < times; time++) {
    let c00 = f32x4.splat(0);
    let c01 = f32x4.splat(0);
    let c10 = f32x4.splat(0);
    let c11 = f32x4.splat(0);
    let c20 = f32x4.splat(0);
    let c21 = f32x4.splat(0);
    let c30 = f32x4.splat(0);
    let c31 = f32x4.splat(0);
    let row = a;
    let column = b;
    for (let p = 0; p < depth; p++) {
      const b0 = v128.load(column, 0);
      const b1 = v128.load(column, 16);
      let factor = v128.load_splat<f32>(row, 0);
      c00 = madd(factor, b0, c00);
      c01 = madd(factor, b1, c01);
      factor = v128.load_splat<f32>(row, 4);
      c10 = madd(factor, b0, c10);
      c11 = madd(factor, b1, c11);
      factor = v128.load_splat<f32>(row, 8);
      c20 = madd(factor, b0, c20);
      c21 = madd(factor, b1, c21);
      factor = v128.load_splat<f32>(row, 12);
      c30 = madd(factor, b0, c30);
      c31 = madd(factor, b1, c31);
      row += 16;
      column += 32;
    }
    v128.store(c, c00, 0);
    v128.store(c, c01, 16);
    v128.store(c, c10, 32);
    v128.store(c, c11, 48);
    v128.store(c, c20, 64);
    v128.store(c, c21, 80);
    v128.store(c, c30, 96);
    v128.store(c, c31, 112);
  }
}

/** y = x over `bytes` bytes, a multiple of 64. */
export function copy(y: usize, x: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 64) {
    v128.store(y + at, v128.load(x + at, 0), 0);
    v128.store(y + at, v128.load(x + at, 16), 16);
    v128.store(y + at, v128.load(x + at, 32), 32);
    v128.store(y + at, v128.load(x + at, 48), 48);
  }
}

/** y = four sums over x, `bytes` bytes, a multiple of 64. */
export function read(y: usize, x: usize, bytes: usize): void {
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let c = f32x4.splat(0);
  let d = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 64) {
    a = f32x4.add(a, v128.load(x + at, 0));
    b = f32x4.add(b, v128.load(x + at, 16));
    c = f32x4.add(c, v128.load(x + at, 32));
    d = f32x4.add(d, v128.load(x + at, 48));
  }
  v128.store(y, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
}
