import { deviation, floorOf, kept, normalized } from "./batch-norm";
import { pieceLength, pieceSums, rowsTogether, together } from "./channel-sums";
import { loadFirst } from "./lanes";
import { gather } from "./totals";

// Blocks and parts are as in channel-moments.ts.

/** What is added up: a gradient, as far as it is kept. */
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
