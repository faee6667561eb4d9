import { madd2 } from "./lanes";
import { guest, host } from "./tournament";

// In float64, for measurements of whole data sets.

/** Points of a block: those of two, of 128 coordinates, are 256 KiB. */
const block: i32 = 128;
/** What stands for |z|² / 2 of a point that is not there: no potential with it is above 0. */
const nowhere: f64 = 1e30;

/** Points of a block. */
export function sumsBlock(): i32 {
  return block;
}

/**
 * panels = scale (panels - mean), in place, and halves = |z|² / 2 of each point. Panels of four points,
 * [ceil(n / 4)][d][4], from .. to; mean: [d]. Points past the n-th come to lie nowhere.
 */
export function centrePanels(
  panels: usize,
  halves: usize,
  mean: usize,
  scale: f64,
  n: i32,
  d: i32,
  from: i32,
  to: i32,
): void {
  const factor = f64x2.splat(scale);
  for (let panel = from; panel < to; panel++) {
    let at = panels + ((<usize>panel * d) << 5);
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let c = 0; c < d; c++, at += 32) {
      const centre = v128.load_splat<f64>(mean + ((<usize>c) << 3));
      const a = f64x2.mul(f64x2.sub(v128.load(at, 0), centre), factor);
      const b = f64x2.mul(f64x2.sub(v128.load(at, 16), centre), factor);
      v128.store(at, a, 0);
      v128.store(at, b, 16);
      low = madd2(a, a, low);
      high = madd2(b, b, high);
    }
    const half = halves + ((<usize>panel) << 5);
    v128.store(half, f64x2.mul(low, f64x2.splat(0.5)), 0);
    v128.store(half, f64x2.mul(high, f64x2.splat(0.5)), 16);
    for (let i = max(4 * panel, n); i < 4 * panel + 4; i++) store<f64>(halves + ((<usize>i) << 3), nowhere);
  }
}

/**
 * rows[i] += sum over j of h_ij = exp(z_i z_j - |z_i|² / 2 - |z_j|² / 2), and squares[k] += sum over the pairs of h_ij², for the pairs
 * i < j of the blocks that meet as units from .. to, counted from `start`, of a round of a tournament.
 */
export function potentialSums(
  rows: usize,
  squares: usize,
  panels: usize,
  halves: usize,
  n: i32,
  d: i32,
  round: i32,
  start: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const blocks = (n + block - 1) / block;
  for (let k = start + from; k < start + to; k++) {
    const i = guest(blocks, round, k);
    const j = host(blocks, round, k);
    const at = squares + ((<usize>k) << 3);
    const met = meet(rows, panels, halves, n, d, min(i, j) * block, max(i, j) * block, scratch);
    store<f64>(at, load<f64>(at) + met);
  }
}

/** The same for the pairs of a block from point i0 on and one from j0 >= i0 on. The sum of squares is returned. */
function meet(rows: usize, panels: usize, halves: usize, n: i32, d: i32, i0: i32, j0: i32, scratch: usize): f64 {
  const iEnd = min(i0 + block, n);
  const jEnd = min(j0 + block, n);
  let squares = f64x2.splat(0);
  for (let j = j0; j < jEnd; j += 4) {
    const b = panels + ((<usize>j * d) << 3);
    let left = f64x2.splat(0);
    let right = f64x2.splat(0);
    for (let i = i0; i < iEnd && i <= j; i += 4) {
      exponents(scratch, panels + ((<usize>i * d) << 3), b, halves + ((<usize>i) << 3), halves + ((<usize>j) << 3), d);
      // A block that meets itself: of four points and the same four, each pair once.
      if (i === j) leaveUpper(scratch);
      for (let at = scratch; at < scratch + 128; at += 16) {
        const h = expOfNegative(v128.load(at));
        v128.store(at, h);
        squares = madd2(h, h, squares);
      }
      for (let r: usize = 0; r < 4; r++) {
        const u = v128.load(scratch + (r << 5), 0);
        const v = v128.load(scratch + (r << 5), 16);
        left = f64x2.add(left, u);
        right = f64x2.add(right, v);
        const both = f64x2.add(u, v);
        const row = rows + ((<usize>i + r) << 3);
        store<f64>(row, load<f64>(row) + (f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1)));
      }
    }
    const column = rows + ((<usize>j) << 3);
    v128.store(column, f64x2.add(v128.load(column, 0), left), 0);
    v128.store(column, f64x2.add(v128.load(column, 16), right), 16);
  }
  return f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
}

/** Of four by four exponents takes out those of j <= i. */
function leaveUpper(four: usize): void {
  for (let i: usize = 0; i < 4; i++) {
    for (let j: usize = 0; j <= i; j++) store<f64>(four + (i << 5) + (j << 3), -nowhere);
  }
}

/** to[i][j] = z_i z_j - |z_i|² / 2 - |z_j|² / 2 for four points and four: eight sums stay in registers. */
function exponents(to: usize, a: usize, b: usize, aHalves: usize, bHalves: usize, d: i32): void {
  let c00 = f64x2.splat(0);
  let c01 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c11 = f64x2.splat(0);
  let c20 = f64x2.splat(0);
  let c21 = f64x2.splat(0);
  let c30 = f64x2.splat(0);
  let c31 = f64x2.splat(0);
  for (let c = 0; c < d; c++) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    let factor = v128.load_splat<f64>(a, 0);
    c00 = madd2(factor, b0, c00);
    c01 = madd2(factor, b1, c01);
    factor = v128.load_splat<f64>(a, 8);
    c10 = madd2(factor, b0, c10);
    c11 = madd2(factor, b1, c11);
    factor = v128.load_splat<f64>(a, 16);
    c20 = madd2(factor, b0, c20);
    c21 = madd2(factor, b1, c21);
    factor = v128.load_splat<f64>(a, 24);
    c30 = madd2(factor, b0, c30);
    c31 = madd2(factor, b1, c31);
    a += 32;
    b += 32;
  }
  const low = v128.load(bHalves, 0);
  const high = v128.load(bHalves, 16);
  let half = v128.load_splat<f64>(aHalves, 0);
  v128.store(to, f64x2.sub(c00, f64x2.add(half, low)), 0);
  v128.store(to, f64x2.sub(c01, f64x2.add(half, high)), 16);
  half = v128.load_splat<f64>(aHalves, 8);
  v128.store(to, f64x2.sub(c10, f64x2.add(half, low)), 32);
  v128.store(to, f64x2.sub(c11, f64x2.add(half, high)), 48);
  half = v128.load_splat<f64>(aHalves, 16);
  v128.store(to, f64x2.sub(c20, f64x2.add(half, low)), 64);
  v128.store(to, f64x2.sub(c21, f64x2.add(half, high)), 80);
  half = v128.load_splat<f64>(aHalves, 24);
  v128.store(to, f64x2.sub(c30, f64x2.add(half, low)), 96);
  v128.store(to, f64x2.sub(c31, f64x2.add(half, high)), 112);
}

/** e^x for x <= 0, or above it by rounding, to 2e-16 relative and rounding; 0 from x = -700 down. The series to x¹³ / 13!. */
function expOfNegative(x: v128): v128 {
  const bounded = f64x2.max(x, f64x2.splat(-700));
  // Added to 3/2 2^52 a number loses its fraction, and its whole part lies in the last bits.
  const shifted = f64x2.add(f64x2.mul(bounded, f64x2.splat(Math.LOG2E)), f64x2.splat(6755399441055744));
  const n = f64x2.sub(shifted, f64x2.splat(6755399441055744));
  // The first part of log 2 has 32 bits: its product with n is exact.
  const most = f64x2.sub(bounded, f64x2.mul(n, f64x2.splat(0.6931471803691238)));
  const r = f64x2.sub(most, f64x2.mul(n, f64x2.splat(1.9082149292705877e-10)));
  let p = f64x2.splat(1.0 / 6227020800);
  p = madd2(p, r, f64x2.splat(1.0 / 479001600));
  p = madd2(p, r, f64x2.splat(1.0 / 39916800));
  p = madd2(p, r, f64x2.splat(1.0 / 3628800));
  p = madd2(p, r, f64x2.splat(1.0 / 362880));
  p = madd2(p, r, f64x2.splat(1.0 / 40320));
  p = madd2(p, r, f64x2.splat(1.0 / 5040));
  p = madd2(p, r, f64x2.splat(1.0 / 720));
  p = madd2(p, r, f64x2.splat(1.0 / 120));
  p = madd2(p, r, f64x2.splat(1.0 / 24));
  p = madd2(p, r, f64x2.splat(1.0 / 6));
  p = madd2(p, r, f64x2.splat(0.5));
  p = madd2(p, r, f64x2.splat(1));
  p = madd2(p, r, f64x2.splat(1));
  return v128.and(i64x2.add(p, i64x2.shl(shifted, 52)), f64x2.gt(x, f64x2.splat(-700)));
}
