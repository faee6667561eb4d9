import { loadFirst } from "./lanes";
import { nowhere, PointSet, tilePoints } from "./point-set";
import { quarter, rowStep } from "./potential-pull";
import { tileColumns, tileRows } from "./tile";

// Products of points in whole numbers of 16 bits, twice as many in one instruction as of floats, and without rounding:
// points are rounded once, up or down by chance, so that errors have the mean 0 but for a thousandth of a unit, whatever the
// points, and average out over many. Kept in panels [16 points of a tile][pair of coordinates][16 points][2 coordinates].

/**
 * Fills `points` with whole numbers near perUnit x, and `halves` with scale² |x|² / 2, of the tiles from .. to of a set. No
 * |perUnit x| may be beyond 46,340, lest products overflow, nor an entry of it beyond 32,767. start: which row of the
 * data set the first one is, so that no two rows take the same chances.
 */
export function placeWhole(at: usize, start: i32, perUnit: f32, scale: f64, from: i32, to: i32): void {
  const set = PointSet.at(at);
  const pairs = (set.d + 1) >> 1;
  const eights = (set.d + 7) >> 3;
  for (let i = from * tilePoints; i < min(to * tilePoints, (set.n + 31) & -32); i++) {
    const row = set.row(i);
    let place = set.points + ((<usize>((i >> 4) * pairs)) << 6) + ((<usize>(i & 15)) << 2);
    let squares = f64x2.splat(0);
    for (let k = 0; k < eights; k++) {
      const left = set.d - 8 * k;
      let low = f32x4.splat(0);
      let high = f32x4.splat(0);
      if (i < set.n) {
        low = loadFirst(row + ((<usize>k) << 5), left);
        if (left > 4) high = loadFirst(row + ((<usize>k) << 5) + 16, left - 4);
      }
      squares = f64x2.add(squares, squaresOf(low));
      squares = f64x2.add(squares, squaresOf(high));
      const eight = i16x8.narrow_i32x4_s(
        rounded(low, perUnit, start + i, 2 * k),
        rounded(high, perUnit, start + i, 2 * k + 1),
      );
      v128.store_lane<i32>(place, eight, 0);
      if (left > 2) v128.store_lane<i32>(place + 64, eight, 1);
      if (left > 4) v128.store_lane<i32>(place + 128, eight, 2);
      if (left > 6) v128.store_lane<i32>(place + 192, eight, 3);
      place += 256;
    }
    const half = 0.5 * scale * scale * (f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1));
    store<f32>(set.halves + ((<usize>i) << 2), i < set.n ? <f32>half : nowhere);
  }
}

function squaresOf(four: v128): v128 {
  const low = f64x2.promote_low_f32x4(four);
  const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
  return f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high));
}

/** The whole numbers below perUnit x + u, with u in 0..1 by a hash of the numbers' bits and places (Mueller's mixing). */
function rounded(x: v128, perUnit: f32, row: i32, four: i32): v128 {
  const places = i32x4.add(
    i32x4(0, 0x3504f333, 0x6a09e667, 0x1f123bb5),
    i32x4.splat(row * 0x2545f491 + four * 0x6c8e9cf5),
  );
  let bits = mixed(mixed(i32x4.add(x, places)));
  bits = v128.xor(bits, i32x4.shr_u(bits, 16));
  const chance = f32x4.mul(f32x4.convert_i32x4_u(i32x4.shr_u(bits, 8)), f32x4.splat(1.0 / 16777216));
  return i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(f32x4.mul(x, f32x4.splat(perUnit)), chance)));
}

function mixed(bits: v128): v128 {
  return i32x4.mul(v128.xor(bits, i32x4.shr_u(bits, 16)), i32x4.splat(0x45d9f3b));
}

/**
 * The products of a tile of a set and one of another one, given by address, in the places where `takeExponents` would leave
 * exponents: to[quarter][point of the first's half][point of the second's half].
 */
export function multiplyWhole(to: usize, first: usize, second: usize, p: i32, q: i32): void {
  const a = PointSet.at(first);
  const b = PointSet.at(second);
  const pairs = (a.d + 1) >> 1;
  const panel = (<usize>pairs) << 6;
  const rows = a.half(p);
  const columns = b.half(q);
  const left = a.points + <usize>(p * (tilePoints / 16)) * panel;
  let right = b.points + <usize>(q * (tilePoints / 16)) * panel;
  for (let j = 0; j < 2 * columns; j += tileColumns, right += panel) {
    const column = to + (j < columns ? (<usize>j) << 2 : quarter + ((<usize>(j - columns)) << 2));
    for (let i = 0; i < 2 * rows; i += tileRows) {
      const y = column + (i < rows ? <usize>i * rowStep : 2 * quarter + <usize>(i - rows) * rowStep);
      tileWhole(y, y + rowStep, left + <usize>(i >> 4) * panel + ((<usize>(i & 15)) << 2), 64, right, pairs);
    }
  }
}

/** As `tile` does, of pairs of coordinates, for a point at `a` and the next. */
function tileWhole(c0: usize, c1: usize, a: usize, step: usize, b: usize, pairs: i32): void {
  let c00 = i32x4.splat(0);
  let c01 = i32x4.splat(0);
  let c02 = i32x4.splat(0);
  let c03 = i32x4.splat(0);
  let c10 = i32x4.splat(0);
  let c11 = i32x4.splat(0);
  let c12 = i32x4.splat(0);
  let c13 = i32x4.splat(0);
  const end = b + ((<usize>pairs) << 6);
  while (b < end) {
    const first = v128.load_splat<i32>(a);
    const second = v128.load_splat<i32>(a, 4);
    let eight = v128.load(b, 0);
    c00 = i32x4.add(c00, i32x4.dot_i16x8_s(first, eight));
    c10 = i32x4.add(c10, i32x4.dot_i16x8_s(second, eight));
    eight = v128.load(b, 16);
    c01 = i32x4.add(c01, i32x4.dot_i16x8_s(first, eight));
    c11 = i32x4.add(c11, i32x4.dot_i16x8_s(second, eight));
    eight = v128.load(b, 32);
    c02 = i32x4.add(c02, i32x4.dot_i16x8_s(first, eight));
    c12 = i32x4.add(c12, i32x4.dot_i16x8_s(second, eight));
    eight = v128.load(b, 48);
    c03 = i32x4.add(c03, i32x4.dot_i16x8_s(first, eight));
    c13 = i32x4.add(c13, i32x4.dot_i16x8_s(second, eight));
    a += step;
    b += 64;
  }
  put(c0, c00, c01, c02, c03);
  put(c1, c10, c11, c12, c13);
}

function put(at: usize, s0: v128, s1: v128, s2: v128, s3: v128): void {
  v128.store(at, s0, 0);
  v128.store(at, s1, 16);
  v128.store(at, s2, 32);
  v128.store(at, s3, 48);
}
