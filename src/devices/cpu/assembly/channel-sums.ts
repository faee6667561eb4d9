import { laneSums, loadFirst, madd, storeFirst } from "./lanes";

// x is [outer, n, inner], n channels in the middle. Sums over a channel go piece by piece: a piece is part of one row of
// `inner` numbers, or, where rows hold a single number, some rows of all channels. Lanes add in float32 within a piece,
// pieces in float64, so that no sum drifts.
const rowPiece = 1024;
const columnPiece = 64;

/** How many channels have their pieces summed before what they give is gathered: one, where a piece is long. */
export function together(inner: i32, n: i32): i32 {
  return inner < rowPiece ? n : 1;
}

/** How many rows of all channels a piece is part of. */
export function rowsTogether(inner: i32): i32 {
  return inner === 1 ? columnPiece : 1;
}

/** How many numbers of a channel a piece has that begins with number i of a row, where so many rows are left. */
export function pieceLength(rows: i32, inner: i32, i: i32): i32 {
  return inner === 1 ? min(columnPiece, rows) : min(rowPiece, inner - i);
}

/**
 * sums[c] = sum of the terms, sums[many + c] = sum of term times (b - mean), over pieces of `length` numbers of `many`
 * channels, that of the first at a and b. A Term says what it loads of a and makes of that and of b - mean.
 */
export function pieceSums<Term>(
  sums: usize,
  a: usize,
  b: usize,
  means: usize,
  factors: usize,
  biases: usize,
  floor: f32,
  many: i32,
  n: i32,
  inner: i32,
  length: i32,
): void {
  const products = sums + ((<usize>many) << 2);
  if (inner === 1) {
    columnSums<Term>(sums, products, a, b, means, factors, biases, floor, many, length, n);
    return;
  }
  for (let c = 0; c < many; c++, a += (<usize>inner) << 2, b += (<usize>inner) << 2) {
    const at = (<usize>c) << 2;
    rowSums<Term>(sums + at, products + at, a, b, means + at, factors + at, biases + at, floor, length);
  }
}

/** The two sums of rows a and b. */
function rowSums<Term>(
  sums: usize,
  products: usize,
  a: usize,
  b: usize,
  means: usize,
  factors: usize,
  biases: usize,
  floor: f32,
  length: i32,
): void {
  const kind = changetype<Term>(0); // has no fields: a name for its methods
  const mean = v128.load_splat<f32>(means);
  const factor = v128.load_splat<f32>(factors);
  const bias = v128.load_splat<f32>(biases);
  const least = f32x4.splat(floor);
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let t0 = s0;
  let t1 = s0;
  let i: i32 = 0;
  for (; i <= length - 8; i += 8, a += 32, b += 32) {
    const e0 = f32x4.sub(v128.load(b), mean);
    const e1 = f32x4.sub(v128.load(b, 16), mean);
    const d0 = kind.term(kind.load(a, 4), e0, factor, bias, least);
    const d1 = kind.term(kind.load(a + 16, 4), e1, factor, bias, least);
    s0 = f32x4.add(s0, d0);
    s1 = f32x4.add(s1, d1);
    t0 = madd(d0, e0, t0);
    t1 = madd(d1, e1, t1);
  }
  const both = laneSums(s0, s1, t0, t1);
  let s = f32x4.extract_lane(both, 0) + f32x4.extract_lane(both, 1);
  let t = f32x4.extract_lane(both, 2) + f32x4.extract_lane(both, 3);
  for (; i < length; i++, a += 4, b += 4) {
    const e = f32x4.sub(v128.load_splat<f32>(b), mean);
    const d = kind.term(kind.load(a, 1), e, factor, bias, least);
    s += f32x4.extract_lane(d, 0);
    t += f32x4.extract_lane(d, 0) * f32x4.extract_lane(e, 0);
  }
  store<f32>(sums, s);
  store<f32>(products, t);
}

/** The two sums of the first `many` columns of a and b, [rows, n]. */
function columnSums<Term>(
  sums: usize,
  products: usize,
  a: usize,
  b: usize,
  means: usize,
  factors: usize,
  biases: usize,
  floor: f32,
  many: i32,
  rows: i32,
  n: i32,
): void {
  const kind = changetype<Term>(0);
  const row = (<usize>n) << 2;
  const least = f32x4.splat(floor);
  for (let c = 0; c < many; c += 4) {
    const left = many - c;
    const at = (<usize>c) << 2;
    const mean = loadFirst(means + at, left);
    const factor = loadFirst(factors + at, left);
    const bias = loadFirst(biases + at, left);
    let s = f32x4.splat(0);
    let t = s;
    let from = at;
    for (let r = 0; r < rows; r++, from += row) {
      const e = f32x4.sub(loadFirst(b + from, left), mean);
      const d = kind.term(kind.load(a + from, left), e, factor, bias, least);
      s = f32x4.add(s, d);
      t = madd(d, e, t);
    }
    storeFirst(sums + at, s, left);
    storeFirst(products + at, t, left);
  }
}
