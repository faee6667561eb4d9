import { pieceLength, pieceSums, rowsTogether, together } from "./channel-sums";

// The units are blocks of `span` of the outer rows: these lie together in memory, a channel does not. What is said of each
// block, parts: [blocks, 2, n] in float64, is put together in order afterwards.

/** What is added up: x - mean itself. */
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
