// Sums are kept in float64 and round once, when they are stored: their error does not grow with the number of terms.
// What is too much for one thread is cut into pieces by its sizes alone, so that sums do not depend on the threads.

/** y[o] = sum over j of x[o, j], for o from .. to. x: [outer, n] */
export function sumRows(y: usize, x: usize, n: i32, from: i32, to: i32): void {
  x += (<usize>from * n) << 2;
  for (let o = from; o < to; o++) {
    const end = x + (n << 2);
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let s2 = f64x2.splat(0);
    let s3 = f64x2.splat(0);
    for (; x + 32 <= end; x += 32) {
      s0 = f64x2.add(s0, two(x));
      s1 = f64x2.add(s1, two(x + 8));
      s2 = f64x2.add(s2, two(x + 16));
      s3 = f64x2.add(s3, two(x + 24));
    }
    s0 = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
    let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
    for (; x < end; x += 4) sum += <f64>load<f32>(x);
    store<f32>(y + (o << 2), <f32>sum);
  }
}

/** Rows that are added to float64 sums in memory at once. */
const few: i32 = 8;

/**
 * y[o, i] = sum over j of x[o, j, i]. x: [outer, n, inner]. Unit u is `panel` of the columns i for one o, so there are
 * outer · panels of them; `scratch` holds 2 `panel` floats.
 */
export function sumColumns(
  y: usize,
  x: usize,
  n: i32,
  inner: i32,
  panel: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const panels = (inner + panel - 1) / panel;
  for (let u = from; u < to; u++) {
    const o = u / panels;
    const first = (u - o * panels) * panel;
    const columns = min(panel, inner - first);
    const rows = x + ((<usize>o * n * inner + first) << 2);
    for (let j = 0; j == 0 || j < n; j += few) {
      const at = rows + ((<usize>j * inner) << 2);
      strips<Every>(y + ((o * inner + first) << 2), scratch, at, 0, min(few, n - j), inner, columns, j > 0, j + few >= n);
    }
  }
}

/**
 * totals[u, i] = sum over j of x[o, p, j, i] in float64, where each [row] of x is cut into pieces p of `length` numbers, the
 * last of which may be shorter, and each piece, read as [., width], ends anywhere. x: [outer, row], units u: [outer, pieces]
 */
export function sumPieces(totals: usize, x: usize, row: i32, length: i32, width: i32, from: i32, to: i32): void {
  const pieces = (row + length - 1) / length;
  for (let u = from; u < to; u++) {
    const o = u / pieces;
    const first = (u - o * pieces) * length;
    const piece = x + ((<usize>o * row + first) << 2);
    const count = min(length, row - first);
    const sums = totals + ((u * width) << 3);
    memory.fill(sums, 0, width << 3);
    for (let at = 0; at < count; at += few * width) {
      const rows = min(few, (count - at) / width);
      strips<Every>(0, sums, piece + (at << 2), 0, rows, width, width, true, false);
    }
    const whole = (count / width) * width;
    strips<Every>(0, sums, piece + (whole << 2), 0, 1, width, count - whole, true, false);
  }
}

/** y[o, i] = sum over p of totals[o, p, i], for u = o inner + i from .. to. totals: [outer, count, inner], of float64 */
export function sumTotals(y: usize, totals: usize, count: i32, inner: i32, from: i32, to: i32): void {
  for (let u = from; u < to; u++) {
    const o = u / inner;
    let at = totals + ((o * count * inner + u - o * inner) << 3);
    let sum: f64 = 0;
    for (let p = 0; p < count; p++, at += inner << 3) sum += load<f64>(at);
    store<f32>(y + (u << 2), <f32>sum);
  }
}

/**
 * y[o, k, i] = sum over p in starts[k] .. starts[k + 1] − 1 of x[o, order[p], i], for u = o n + k from .. to.
 * x: [outer, count, inner], order: [count], starts: [n + 1] -> [outer, n, inner]
 */
export function sumGroups(
  y: usize,
  x: usize,
  order: usize,
  starts: usize,
  count: i32,
  n: i32,
  inner: i32,
  from: i32,
  to: i32,
): void {
  for (let u = from; u < to; u++) {
    const o = u / n;
    const at = starts + ((u - o * n) << 2);
    const first = load<i32>(at);
    const rows = x + ((<usize>o * count * inner) << 2);
    strips<Listed>(y + ((<usize>u * inner) << 2), 0, rows, order + (first << 2), load<i32>(at, 4) - first, inner, inner, false, true);
  }
}

/** Which row is the p-th to be added. */
class Every {
  row(_list: usize, p: i32): usize {
    return p;
  }
}

class Listed {
  row(list: usize, p: i32): usize {
    return load<u32>(list + (p << 2));
  }
}

/**
 * sums[i] + sum over p < n of x[row(p), i] for i < columns, to `sums` or, rounded, to y; `sums` count as 0 unless `more`.
 * x: [., stride], sums: [columns], of float64. In strips of columns: a cache line, two, one.
 */
function strips<R>(
  y: usize,
  sums: usize,
  x: usize,
  list: usize,
  n: i32,
  stride: i32,
  columns: i32,
  more: bool,
  round: bool,
): void {
  const rows = changetype<R>(0); // has no fields: a name for its method
  const step: usize = stride << 2;
  let i = 0;
  for (; i + 16 <= columns; i += 16) {
    const sum = sums + (i << 3);
    const zero = f64x2.splat(0);
    let s0 = more ? v128.load(sum) : zero;
    let s1 = more ? v128.load(sum, 16) : zero;
    let s2 = more ? v128.load(sum, 32) : zero;
    let s3 = more ? v128.load(sum, 48) : zero;
    let s4 = more ? v128.load(sum, 64) : zero;
    let s5 = more ? v128.load(sum, 80) : zero;
    let s6 = more ? v128.load(sum, 96) : zero;
    let s7 = more ? v128.load(sum, 112) : zero;
    for (let p = 0; p < n; p++) {
      const from = x + (i << 2) + rows.row(list, p) * step;
      s0 = f64x2.add(s0, two(from));
      s1 = f64x2.add(s1, two(from + 8));
      s2 = f64x2.add(s2, two(from + 16));
      s3 = f64x2.add(s3, two(from + 24));
      s4 = f64x2.add(s4, two(from + 32));
      s5 = f64x2.add(s5, two(from + 40));
      s6 = f64x2.add(s6, two(from + 48));
      s7 = f64x2.add(s7, two(from + 56));
    }
    const to = y + (i << 2);
    put(to, sum, s0, round);
    put(to + 8, sum + 16, s1, round);
    put(to + 16, sum + 32, s2, round);
    put(to + 24, sum + 48, s3, round);
    put(to + 32, sum + 64, s4, round);
    put(to + 40, sum + 80, s5, round);
    put(to + 48, sum + 96, s6, round);
    put(to + 56, sum + 112, s7, round);
  }
  for (; i + 2 <= columns; i += 2) {
    const sum = sums + (i << 3);
    let s = more ? v128.load(sum) : f64x2.splat(0);
    for (let p = 0; p < n; p++) s = f64x2.add(s, two(x + (i << 2) + rows.row(list, p) * step));
    put(y + (i << 2), sum, s, round);
  }
  if (i < columns) {
    const sum = sums + (i << 3);
    let s = more ? load<f64>(sum) : 0;
    for (let p = 0; p < n; p++) s += <f64>load<f32>(x + (i << 2) + rows.row(list, p) * step);
    if (round) store<f32>(y + (i << 2), <f32>s);
    else store<f64>(sum, s);
  }
}

/** Two float32 values at an address, as float64. */
function two(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

function put(y: usize, sum: usize, s: v128, round: bool): void {
  if (round) v128.store64_lane(y, f32x4.demote_f64x2_zero(s), 0);
  else v128.store(sum, s);
}
