// Sums are kept in float64 and round once, when they are stored: their error does not grow with the number of terms.

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

/** y[o] = sum over j of x[o, j]², for o from .. to. x: [outer, n] */
export function sumSquaresOfRows(y: usize, x: usize, n: i32, from: i32, to: i32): void {
  x += (<usize>from * n) << 2;
  for (let o = from; o < to; o++, x += n << 2) store<f32>(y + (o << 2), <f32>dot(x, x, n));
}

/** Sum over j of a[j] b[j], n floats. */
export function dot(a: usize, b: usize, n: i32): f64 {
  const end: usize = n << 2;
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  let at: usize = 0;
  for (; at + 32 <= end; at += 32) {
    s0 = f64x2.add(s0, f64x2.mul(two(a + at), two(b + at)));
    s1 = f64x2.add(s1, f64x2.mul(two(a + at + 8), two(b + at + 8)));
    s2 = f64x2.add(s2, f64x2.mul(two(a + at + 16), two(b + at + 16)));
    s3 = f64x2.add(s3, f64x2.mul(two(a + at + 24), two(b + at + 24)));
  }
  s0 = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  for (; at < end; at += 4) sum += <f64>load<f32>(a + at) * <f64>load<f32>(b + at);
  return sum;
}

/** y[o, i] = sum over j of x[o, j, i]. x: [outer, n, inner] */
export function sumColumns(y: usize, x: usize, outer: i32, n: i32, inner: i32): void {
  for (let o = 0; o < outer; o++) {
    sumOf<Every>(y + ((o * inner) << 2), x + ((o * n * inner) << 2), 0, n, inner);
  }
}

/**
 * y[o, k, i] = sum over p in starts[k] .. starts[k + 1] − 1 of x[o, order[p], i].
 * x: [outer, count, inner], order: [count], starts: [n + 1] -> [outer, n, inner]
 */
export function sumGroups(
  y: usize,
  x: usize,
  order: usize,
  starts: usize,
  outer: i32,
  count: i32,
  n: i32,
  inner: i32,
): void {
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < n; k++, y += inner << 2) {
      const first = load<i32>(starts + (k << 2));
      const many = load<i32>(starts + (k << 2), 4) - first;
      sumOf<Listed>(y, x, order + (first << 2), many, inner);
    }
    x += (count * inner) << 2;
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

/** y[i] = sum over p < n of x[row(p), i]. x: [., inner]. In strips of columns: a cache line, two, one. */
function sumOf<R>(y: usize, x: usize, list: usize, n: i32, inner: i32): void {
  const rows = changetype<R>(0); // has no fields: a name for its method
  const width: usize = inner << 2;
  let at: usize = 0;
  for (; at + 64 <= width; at += 64) {
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let s2 = f64x2.splat(0);
    let s3 = f64x2.splat(0);
    let s4 = f64x2.splat(0);
    let s5 = f64x2.splat(0);
    let s6 = f64x2.splat(0);
    let s7 = f64x2.splat(0);
    for (let p = 0; p < n; p++) {
      const from = x + at + rows.row(list, p) * width;
      s0 = f64x2.add(s0, two(from));
      s1 = f64x2.add(s1, two(from + 8));
      s2 = f64x2.add(s2, two(from + 16));
      s3 = f64x2.add(s3, two(from + 24));
      s4 = f64x2.add(s4, two(from + 32));
      s5 = f64x2.add(s5, two(from + 40));
      s6 = f64x2.add(s6, two(from + 48));
      s7 = f64x2.add(s7, two(from + 56));
    }
    storeTwo(y + at, s0);
    storeTwo(y + at + 8, s1);
    storeTwo(y + at + 16, s2);
    storeTwo(y + at + 24, s3);
    storeTwo(y + at + 32, s4);
    storeTwo(y + at + 40, s5);
    storeTwo(y + at + 48, s6);
    storeTwo(y + at + 56, s7);
  }
  for (; at + 8 <= width; at += 8) {
    let s = f64x2.splat(0);
    for (let p = 0; p < n; p++) s = f64x2.add(s, two(x + at + rows.row(list, p) * width));
    storeTwo(y + at, s);
  }
  for (; at < width; at += 4) {
    let s: f64 = 0;
    for (let p = 0; p < n; p++) s += <f64>load<f32>(x + at + rows.row(list, p) * width);
    store<f32>(y + at, <f32>s);
  }
}

/** Two float32 values at an address, as float64. */
function two(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

function storeTwo(at: usize, s: v128): void {
  v128.store64_lane(at, f32x4.demote_f64x2_zero(s), 0);
}
