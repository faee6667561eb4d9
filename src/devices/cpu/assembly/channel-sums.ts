import { deviation, floorOf, kept, normalized } from "./batch-norm";
import { laneSums, loadFirst, madd, storeFirst } from "./lanes";
import { gather } from "./totals";

// x is [outer, n, inner], n channels in the middle. Sums over a channel go piece by piece: a piece is part of one row of
// `inner` numbers, or, where rows hold a single number, some rows of all channels. Lanes add in float32 within a piece,
// pieces in float64, so that no sum drifts. The units are blocks of `span` of the outer rows: these lie together in memory,
// a channel does not. What is said of each block, parts: [blocks, 2, n] in float64, is put together in order afterwards.
const rowPiece = 1024;
const columnPiece = 64;

/**
 * Of blocks from .. to, parts[b, 0] = sum of x and parts[b, 1] = sum of squares about the block's mean, in one pass over
 * memory. A piece is measured from the mean of those before it, which no distance of the mean from 0 can spoil; the first
 * has none before it and is read twice. scratch: 3 n floats.
 */
export function channelMoments(
  parts: usize,
  x: usize,
  outer: i32,
  n: i32,
  inner: i32,
  span: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const row = (<usize>n) << 2;
  const shifts = scratch;
  const sums = shifts + row; // and behind them products
  const many = together(inner, n);
  for (let b = from; b < to; b++) {
    const totals = parts + 4 * row * b;
    memory.fill(totals, 0, 4 * row);
    memory.fill(shifts, 0, row);
    const end = min(outer, (b + 1) * span);
    for (let o = b * span; o < end; o += rowsTogether(inner)) {
      for (let c = 0; c < n; c += many) {
        const first = (<usize>c) << 2;
        let k: i32 = 0;
        for (let i = 0; i < inner; i += k) {
          k = pieceLength(end - o, inner, i);
          const at = x + ((<usize>((o * n + c) * inner + i)) << 2);
          const before = (o - b * span) * inner + i;
          if (before === 0) {
            pieceSums<Deviations>(sums, at, at, shifts + first, shifts, shifts, NaN, many, n, inner, k);
            for (let c = 0; c < many; c++)
              shift(shifts + first + ((<usize>c) << 2), load<f32>(sums + ((<usize>c) << 2)) / <f32>k);
          }
          pieceSums<Deviations>(sums, at, at, shifts + first, shifts, shifts, NaN, many, n, inner, k);
          joinPieces(totals + 2 * first, 2 * row, shifts + first, sums, many, before, k);
        }
      }
    }
  }
}

/**
 * Lets pieces of k numbers join the `before` of their channels: `sums` of them and of their squares, both measured from the
 * shifts, join totals and, `apart` bytes behind, squares. The shifts become the new means.
 */
function joinPieces(totals: usize, apart: usize, shifts: usize, sums: usize, many: i32, before: i32, k: i32): void {
  const row = (<usize>many) << 2;
  const ofPiece = 1 / <f64>k;
  const ofAll = 1 / (<f64>before + <f64>k);
  const ofBefore = before === 0 ? 0 : 1 / <f64>before;
  for (let at: usize = 0; at < row; at += 4) {
    const sum = <f64>load<f32>(sums + at);
    const mean = <f64>load<f32>(shifts + at) + sum * ofPiece;
    const own = <f64>load<f32>(sums + row + at) - sum * sum * ofPiece;
    join(totals + 2 * at, apart, mean, own, <f64>k, ofBefore, <f64>before * <f64>k * ofAll);
    shift(shifts + at, <f32>(load<f64>(totals + 2 * at) * ofAll));
  }
}

/** Measures from a new mean; what is not finite would turn infinities into NaN, and stays out. */
function shift(to: usize, mean: f32): void {
  if (abs(mean) < Infinity) store<f32>(to, mean);
}

/**
 * As in Chan, Golub & LeVeque (1983): k numbers of this mean, with squares `own` about it, join N others. Where the means
 * are D apart the squares about the common one grow by own + D² N k / (N + k). ofOthers = 1 / N, weight = N k / (N + k),
 * both 0 where there are none.
 */
function join(totals: usize, apart: usize, mean: f64, own: f64, k: f64, ofOthers: f64, weight: f64): void {
  const total = load<f64>(totals);
  const distance = mean - total * ofOthers;
  const squares = totals + apart;
  store<f64>(squares, load<f64>(squares) + own + distance * distance * weight);
  store<f64>(totals, total + mean * k);
}

/** Mean and biased variance of each channel, moments: [2, n], from the parts of `channelMoments`, which it uses up. */
export function joinMoments(moments: usize, parts: usize, outer: i32, n: i32, inner: i32, span: i32): void {
  const row = (<usize>n) << 3;
  for (let before = span; before < outer; before += span) {
    const totals = parts + 2 * row * (before / span);
    const others = <f64>before * <f64>inner;
    const k = <f64>min(span, outer - before) * <f64>inner;
    const weight = others * (k / (others + k));
    for (let at: usize = 0; at < row; at += 8) {
      join(parts + at, row, load<f64>(totals + at) / k, load<f64>(totals + row + at), k, 1 / others, weight);
    }
  }
  const count = <f64>outer * <f64>inner;
  for (let c = 0; c < n; c++) {
    const at = parts + ((<usize>c) << 3);
    store<f32>(moments + ((<usize>c) << 2), <f32>(load<f64>(at) / count));
    store<f32>(moments + ((<usize>(n + c)) << 2), <f32>(max<f64>(0, load<f64>(at + row)) / count));
  }
}

/**
 * Of blocks from .. to, parts[b, 0] = sum of g and parts[b, 1] = sum of g (x - mean); with relu without the g where
 * y = (x - mean) factor + bias is not above 0. scratch: 2 n floats.
 */
export function batchNormalizeTotals(
  parts: usize,
  g: usize,
  x: usize,
  bias: usize,
  moments: usize,
  factors: usize,
  outer: i32,
  n: i32,
  inner: i32,
  span: i32,
  relu: bool,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const row = (<usize>n) << 2;
  const floor = floorOf(relu);
  const many = together(inner, n);
  for (let b = from; b < to; b++) {
    const totals = parts + 4 * row * b;
    memory.fill(totals, 0, 4 * row);
    const end = min(outer, (b + 1) * span);
    for (let o = b * span; o < end; o += rowsTogether(inner)) {
      for (let c = 0; c < n; c += many) {
        const c4 = (<usize>c) << 2;
        let k: i32 = 0;
        for (let i = 0; i < inner; i += k) {
          k = pieceLength(end - o, inner, i);
          const at = (<usize>((o * n + c) * inner + i)) << 2;
          pieceSums<Gradients>(
            scratch,
            g + at,
            x + at,
            moments + c4,
            factors + c4,
            bias + c4,
            floor,
            many,
            n,
            inner,
            k,
          );
          gather(totals + 2 * c4, scratch, many);
          gather(totals + 2 * row + 2 * c4, scratch + ((<usize>many) << 2), many);
        }
      }
    }
  }
}

/** totals[0, c] = sum of g, totals[1, c] = sum of g (x - mean) / sqrt(variance + eps), from the parts of both. */
export function joinTotals(totals: usize, parts: usize, blocks: i32, moments: usize, n: i32, eps: f64): void {
  const row = (<usize>n) << 3;
  for (let c = 0; c < n; c++) {
    let sum: f64 = 0;
    let product: f64 = 0;
    let at = parts + ((<usize>c) << 3);
    for (let b = 0; b < blocks; b++, at += 2 * row) {
      sum += load<f64>(at);
      product += load<f64>(at + row);
    }
    store<f32>(totals + ((<usize>c) << 2), <f32>sum);
    store<f32>(totals + ((<usize>(n + c)) << 2), <f32>(product / deviation(moments, n, c, eps)));
  }
}

/** How many channels have their pieces summed before what they give is gathered: one, where a piece is long. */
function together(inner: i32, n: i32): i32 {
  return inner < rowPiece ? n : 1;
}

/** How many rows of all channels a piece is part of. */
function rowsTogether(inner: i32): i32 {
  return inner === 1 ? columnPiece : 1;
}

/** How many numbers of a channel a piece has that begins with number i of a row, where so many rows are left. */
function pieceLength(rows: i32, inner: i32, i: i32): i32 {
  return inner === 1 ? min(columnPiece, rows) : min(rowPiece, inner - i);
}

/** What is added up beside x - mean: that itself, */
class Deviations {
  @inline
  load(_a: usize, _left: i32): v128 {
    return f32x4.splat(0);
  }
  @inline
  term(_a: v128, centred: v128, _factor: v128, _bias: v128, _floor: v128): v128 {
    return centred;
  }
}

/** or a gradient, as far as it is kept. */
class Gradients {
  @inline
  load(a: usize, left: i32): v128 {
    return loadFirst(a, left);
  }
  @inline
  term(a: v128, centred: v128, factor: v128, bias: v128, floor: v128): v128 {
    return kept(a, normalized(centred, factor, bias), floor);
  }
}

/**
 * sums[c] = sum of the terms, sums[many + c] = sum of term times (b - mean), over pieces of `length` numbers of `many` channels,
 * that of the first at a and b.
 */
function pieceSums<Term>(
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
