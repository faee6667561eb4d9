// Sums are kept in float64 and round once, when they are stored: their error does not grow with the number of terms.
// What is too much for one thread is cut into pieces by its sizes alone, so that sums do not depend on the threads.

/** y[o] = sum over j of x[o, j], for o from .. to. x: [outer, n] */
export function sumRows(y: usize, x: usize, n: i32, from: i32, to: i32): void {
  for (let o = from; o < to; o++) store<f32>(y + (o << 2), <f32>sumRow(x + ((<usize>o * n) << 2), n));
}

function sumRow(x: usize, n: i32): f64 {
  const end = x + (n << 2);
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (; x + 32 <= end; x += 32) {
    s0 = plus(s0, v128.load64_zero(x));
    s1 = plus(s1, v128.load64_zero(x, 8));
    s2 = plus(s2, v128.load64_zero(x, 16));
    s3 = plus(s3, v128.load64_zero(x, 24));
  }
  s0 = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  for (; x < end; x += 4) sum += <f64>load<f32>(x);
  return sum;
}

/** y[o] = sum over j of x[o, j]², for o from .. to. x: [outer, n] */
export function sumSquaresOfRows(y: usize, x: usize, n: i32, from: i32, to: i32): void {
  x += (<usize>from * n) << 2;
  for (let o = from; o < to; o++, x += n << 2) store<f32>(y + (o << 2), <f32>dot(x, x, n));
}

/** Sum over j of a[j] b[j], n floats. */
export function dot(a: usize, b: usize, n: i32): f64 {
  const end = a + (n << 2);
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (; a + 32 <= end; a += 32, b += 32) {
    s0 = f64x2.add(s0, f64x2.mul(wide(v128.load64_zero(a)), wide(v128.load64_zero(b))));
    s1 = f64x2.add(s1, f64x2.mul(wide(v128.load64_zero(a, 8)), wide(v128.load64_zero(b, 8))));
    s2 = f64x2.add(s2, f64x2.mul(wide(v128.load64_zero(a, 16)), wide(v128.load64_zero(b, 16))));
    s3 = f64x2.add(s3, f64x2.mul(wide(v128.load64_zero(a, 24)), wide(v128.load64_zero(b, 24))));
  }
  s0 = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  for (; a < end; a += 4, b += 4) sum += <f64>load<f32>(a) * <f64>load<f32>(b);
  return sum;
}

/**
 * y[o, i] = sum over j of x[o, j, i]. x: [outer, n, inner]. A unit is a panel of the columns i: [outer, panels], of `panel`
 * columns, of which the last may have fewer; `scratch` holds 2 `panel` floats.
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
    memory.fill(scratch, 0, columns << 3);
    addRows<Every>(scratch, x + ((<usize>o * n * inner + first) << 2), 0, n, inner, columns);
    round(y + ((o * inner + first) << 2), scratch, columns);
  }
}

/**
 * totals[u, i] = sum over j of x[o, p, j, i] in float64, where each [row] of x is cut into pieces p of `length` numbers, the
 * last of which may be shorter, and a piece is read as [., width], of which the last row may be shorter.
 * x: [outer, row], units u: [outer, pieces]
 */
export function sumPieces(totals: usize, x: usize, row: i32, length: i32, width: i32, from: i32, to: i32): void {
  const pieces = (row + length - 1) / length;
  for (let u = from; u < to; u++) {
    const o = u / pieces;
    const first = (u - o * pieces) * length;
    const count = min(length, row - first);
    const sums = totals + ((u * width) << 3);
    const piece = x + ((<usize>o * row + first) << 2);
    if (width === 1) {
      store<f64>(sums, sumRow(piece, count));
      continue;
    }
    const whole = count / width;
    memory.fill(sums, 0, width << 3);
    addRows<Every>(sums, piece, 0, whole, width, width);
    addRows<Every>(sums, piece + ((whole * width) << 2), 0, 1, width, count - whole * width);
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
 * x: [outer, count, inner], order: [count], starts: [n + 1] -> [outer, n, inner]; `scratch` holds 2 inner floats.
 */
export function sumGroups(
  y: usize,
  x: usize,
  order: usize,
  starts: usize,
  count: i32,
  n: i32,
  inner: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  for (let u = from; u < to; u++) {
    const o = u / n;
    const at = starts + ((u - o * n) << 2);
    const first = load<i32>(at);
    memory.fill(scratch, 0, inner << 3);
    const rows = x + ((<usize>o * count * inner) << 2);
    addRows<Listed>(scratch, rows, order + (first << 2), load<i32>(at, 4) - first, inner, inner);
    round(y + ((<usize>u * inner) << 2), scratch, inner);
  }
}

/** Where the p-th row to be added lies, in rows. */
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
 * sums[i] += sum over p < n of x[row(p), i] for i < columns. x: [., stride]. Four rows at once, each read from end to
 * end.
 */
function addRows<R>(sums: usize, x: usize, list: usize, n: i32, stride: i32, columns: i32): void {
  const rows = changetype<R>(0); // has no fields: a name for its method
  const step: usize = stride << 2;
  let p = 0;
  for (; p + 4 <= n; p += 4) {
    const a = x + rows.row(list, p) * step;
    const b = x + rows.row(list, p + 1) * step;
    const c = x + rows.row(list, p + 2) * step;
    const d = x + rows.row(list, p + 3) * step;
    let i = 0;
    for (; i + 4 <= columns; i += 4) {
      const sum = sums + (i << 3);
      const at: usize = i << 2;
      let low = plus(v128.load(sum), v128.load64_zero(a + at));
      let high = plus(v128.load(sum, 16), v128.load64_zero(a + at, 8));
      low = plus(low, v128.load64_zero(b + at));
      high = plus(high, v128.load64_zero(b + at, 8));
      low = plus(low, v128.load64_zero(c + at));
      high = plus(high, v128.load64_zero(c + at, 8));
      low = plus(low, v128.load64_zero(d + at));
      high = plus(high, v128.load64_zero(d + at, 8));
      v128.store(sum, low);
      v128.store(sum, high, 16);
    }
    for (; i < columns; i++) {
      const at: usize = i << 2;
      const sum = load<f64>(sums + (i << 3)) + <f64>load<f32>(a + at) + <f64>load<f32>(b + at);
      store<f64>(sums + (i << 3), sum + <f64>load<f32>(c + at) + <f64>load<f32>(d + at));
    }
  }
  for (; p < n; p++) {
    const a = x + rows.row(list, p) * step;
    let i = 0;
    for (; i + 2 <= columns; i += 2) {
      const sum = sums + (i << 3);
      v128.store(sum, plus(v128.load(sum), v128.load64_zero(a + (i << 2))));
    }
    if (i < columns) store<f64>(sums + (i << 3), load<f64>(sums + (i << 3)) + <f64>load<f32>(a + (i << 2)));
  }
}

/** s + the lower two of four float32 values. */
function plus(s: v128, four: v128): v128 {
  return f64x2.add(s, wide(four));
}

/** The lower two of four float32 values. */
function wide(four: v128): v128 {
  return f64x2.promote_low_f32x4(four);
}

/** y[i] = sums[i], n numbers, as float32. */
function round(y: usize, sums: usize, n: i32): void {
  const end = y + (n << 2);
  for (; y + 8 <= end; y += 8, sums += 16) v128.store64_lane(y, f32x4.demote_f64x2_zero(v128.load(sums)), 0);
  if (y < end) store<f32>(y, <f32>load<f64>(sums));
}
