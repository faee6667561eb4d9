import { laneSums, loadFirst, storeFirst } from "./lanes";

// x is [outer, n, inner], n channels in the middle. Sums over a channel go piece by piece: a piece is part of one row of
// `inner` numbers, or, where rows hold a single number, some rows of all channels. Lanes add in float32 within a piece,
// pieces in float64, so that no sum drifts.
const rowPiece = 1024;
const columnPiece = 64;

/**
 * Mean and biased variance of each channel, [2, n], in one pass over memory. A piece is measured from the mean of those
 * before it, which no distance of the mean from 0 can spoil, and joins them as in Chan, Golub & LeVeque (1983): with
 * N numbers before, k in the piece and means D apart, the squares grow by those about the piece's own mean and by
 * D² N k / (N + k). The first piece has none before it and is read twice. scratch: 7 n floats.
 */
export function channelMoments(moments: usize, x: usize, scratch: usize, outer: i32, n: i32, inner: i32): void {
  const row = (<usize>n) << 2;
  const totals = scratch; // float64
  const squares = totals + 2 * row; // float64
  const shifts = squares + 2 * row;
  const sums = shifts + row;
  const products = sums + row;
  memory.fill(scratch, 0, 7 * row);
  const count = outer * inner;
  let k: i32 = 0;
  for (let before = 0; before < count; before += k) {
    k = pieceLength(outer, inner, before);
    if (before === 0) {
      pieceSums(sums, products, x, x, shifts, shifts, n, inner, 0, k);
      for (let at: usize = 0; at < row; at += 4) shift(shifts + at, <f64>load<f32>(sums + at) / <f64>k);
    }
    pieceSums(sums, products, x, x, shifts, shifts, n, inner, before, k);
    const ofPiece = 1 / <f64>k;
    const ofBefore = before === 0 ? 0 : 1 / <f64>before;
    const ofAll = 1 / (<f64>before + <f64>k);
    for (let at: usize = 0; at < row; at += 4) {
      const sum = <f64>load<f32>(sums + at);
      const total = load<f64>(totals + 2 * at);
      const mean = <f64>load<f32>(shifts + at) + sum * ofPiece;
      const apart = mean - total * ofBefore;
      const own = <f64>load<f32>(products + at) - sum * sum * ofPiece;
      const between = apart * apart * (<f64>before * <f64>k * ofAll);
      const newTotal = total + mean * <f64>k;
      store<f64>(squares + 2 * at, load<f64>(squares + 2 * at) + own + between);
      store<f64>(totals + 2 * at, newTotal);
      shift(shifts + at, newTotal * ofAll);
    }
  }
  for (let at: usize = 0; at < row; at += 4) {
    store<f32>(moments + at, <f32>(load<f64>(totals + 2 * at) / <f64>count));
    store<f32>(moments + row + at, <f32>(max<f64>(0, load<f64>(squares + 2 * at)) / <f64>count));
  }
}

/** Measures from a new mean; what is not finite would turn infinities into NaN, and stays out. */
function shift(to: usize, mean: f64): void {
  if (abs(<f32>mean) < Infinity) store<f32>(to, <f32>mean);
}

/** totals[0, c] = sum of g, totals[1, c] = sum of g (x - mean), in float64. scratch: 3 n floats */
export function gradientTotals(
  totals: usize,
  scratch: usize,
  g: usize,
  x: usize,
  moments: usize,
  outer: i32,
  n: i32,
  inner: i32,
): void {
  const row = (<usize>n) << 2;
  const zeros = scratch;
  const sums = zeros + row; // and, behind them, products
  memory.fill(totals, 0, 4 * row);
  memory.fill(zeros, 0, row);
  const count = outer * inner;
  let k: i32 = 0;
  for (let before = 0; before < count; before += k) {
    k = pieceLength(outer, inner, before);
    pieceSums(sums, sums + row, g, x, zeros, moments, n, inner, before, k);
    for (let at: usize = 0; at < 2 * row; at += 4) {
      store<f64>(totals + 2 * at, load<f64>(totals + 2 * at) + <f64>load<f32>(sums + at));
    }
  }
}

/** How many numbers of a channel the piece that begins with number `at` of outer * inner has. */
function pieceLength(outer: i32, inner: i32, at: i32): i32 {
  return inner === 1 ? min(columnPiece, outer - at) : min(rowPiece, inner - (at % inner));
}

/**
 * sums[c] = sum of a - shiftA[c], products[c] = sum of (a - shiftA[c]) (b - shiftB[c]), over the piece of `length` numbers
 * that begins with number `at` of every channel.
 */
function pieceSums(
  sums: usize,
  products: usize,
  a: usize,
  b: usize,
  shiftA: usize,
  shiftB: usize,
  n: i32,
  inner: i32,
  at: i32,
  length: i32,
): void {
  const start = (<usize>((at / inner) * n * inner + (at % inner))) << 2;
  if (inner === 1) {
    columnSums(sums, products, a + start, b + start, shiftA, shiftB, length, n);
    return;
  }
  for (let c = 0; c < n; c++) {
    const to = (<usize>c) << 2;
    const from = start + ((<usize>(c * inner)) << 2);
    rowSums(sums + to, products + to, a + from, b + from, load<f32>(shiftA + to), load<f32>(shiftB + to), length);
  }
}

/** The two sums of rows a and b. */
function rowSums(sums: usize, products: usize, a: usize, b: usize, shiftA: f32, shiftB: f32, length: i32): void {
  const p = f32x4.splat(shiftA);
  const q = f32x4.splat(shiftB);
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let t0 = s0;
  let t1 = s0;
  let i: i32 = 0;
  for (; i <= length - 8; i += 8, a += 32, b += 32) {
    const d0 = f32x4.sub(v128.load(a), p);
    const d1 = f32x4.sub(v128.load(a, 16), p);
    s0 = f32x4.add(s0, d0);
    s1 = f32x4.add(s1, d1);
    t0 = f32x4.add(t0, f32x4.mul(d0, f32x4.sub(v128.load(b), q)));
    t1 = f32x4.add(t1, f32x4.mul(d1, f32x4.sub(v128.load(b, 16), q)));
  }
  const both = laneSums(s0, s1, t0, t1);
  let s = f32x4.extract_lane(both, 0) + f32x4.extract_lane(both, 1);
  let t = f32x4.extract_lane(both, 2) + f32x4.extract_lane(both, 3);
  for (; i < length; i++, a += 4, b += 4) {
    const d = load<f32>(a) - shiftA;
    s += d;
    t += d * (load<f32>(b) - shiftB);
  }
  store<f32>(sums, s);
  store<f32>(products, t);
}

/** The two sums of each column of a and b, [rows, n]. */
function columnSums(
  sums: usize,
  products: usize,
  a: usize,
  b: usize,
  shiftA: usize,
  shiftB: usize,
  rows: i32,
  n: i32,
): void {
  const row = (<usize>n) << 2;
  for (let c = 0; c < n; c += 4) {
    const left = n - c;
    const at = (<usize>c) << 2;
    const p = loadFirst(shiftA + at, left);
    const q = loadFirst(shiftB + at, left);
    let s = f32x4.splat(0);
    let t = s;
    let from = at;
    for (let r = 0; r < rows; r++, from += row) {
      const d = f32x4.sub(loadFirst(a + from, left), p);
      const e = f32x4.sub(loadFirst(b + from, left), q);
      s = f32x4.add(s, d);
      t = f32x4.add(t, f32x4.mul(d, e));
    }
    storeFirst(sums + at, s, left);
    storeFirst(products + at, t, left);
  }
}
