import { laneSums, loadFirst, madd, storeFirst } from "./lanes";

/** Coordinates whose squares are summed lane by lane before they join the sum of the others: rounding stays small. */
const block = 1024;

/**
 * y[i, j] = sum over c of (a[i, c] - b[j, c])². a: [n, d], b: [m, d] -> [n, m]. A unit is four j, the last of which may be
 * fewer: [n, m / 4]
 */
export function squaredDistances(y: usize, a: usize, b: usize, m: i32, d: i32, from: i32, to: i32): void {
  const point = (<usize>d) << 2;
  const fours = (m + 3) >> 2;
  for (let u = from; u < to; ) {
    const i = u / fours;
    const first = u - i * fours;
    const count = min(to - u, fours - first);
    const j = first << 2;
    const others = min(count << 2, m - j);
    distancesFrom(y + ((<usize>i * m + j) << 2), a + i * point, b + j * point, others, d, false);
    u += count;
  }
}

/**
 * y = |x[i] - x[j]| for i < j, row by row, for the rows i of two halves that are alike: from .. to and n − to .. n −
 * from. x: [n, d] -> [n(n-1)/2]
 */
export function pdist(y: usize, x: usize, n: i32, d: i32, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    distancesAfter(y, x, n, d, i);
    if (n - 1 - i > i) distancesAfter(y, x, n, d, n - 1 - i);
  }
}

/** Those of row i. */
function distancesAfter(y: usize, x: usize, n: i32, d: i32, i: i32): void {
  const point = (<usize>d) << 2;
  const before = (<usize>i * (2 * n - i - 1)) >> 1;
  distancesFrom(y + (before << 2), x + i * point, x + (i + 1) * point, n - 1 - i, d, true);
}

/** y[j] = |a - b[j]|², or its root. a: [d], b: [m, d] -> [m]. Four at a time; the last four may be fewer. */
export function distancesFrom(y: usize, a: usize, b: usize, m: i32, d: i32, root: bool): void {
  const point = (<usize>d) << 2;
  for (let j = 0; j < m; j += 4) {
    const left = m - j;
    const b1 = left > 1 ? b + point : b;
    const b2 = left > 2 ? b1 + point : b1;
    const b3 = left > 3 ? b2 + point : b2;
    let sums = f32x4.splat(0);
    for (let c = 0; c < d; c += block) {
      const at = (<usize>c) << 2;
      sums = f32x4.add(sums, squares(a + at, b + at, b1 + at, b2 + at, b3 + at, min(d - c, block)));
    }
    if (root) sums = f32x4.sqrt(sums);
    storeFirst(y, sums, left);
    y += 16;
    b = b3 + point;
  }
}

/** |a - b0|², |a - b1|², |a - b2|², |a - b3|² over `count` coordinates. */
function squares(a: usize, b0: usize, b1: usize, b2: usize, b3: usize, count: i32): v128 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let c: i32 = 0;
  for (; c <= count - 4; c += 4) {
    const at = (<usize>c) << 2;
    const four = v128.load(a + at);
    s0 = plusSquare(s0, four, v128.load(b0 + at));
    s1 = plusSquare(s1, four, v128.load(b1 + at));
    s2 = plusSquare(s2, four, v128.load(b2 + at));
    s3 = plusSquare(s3, four, v128.load(b3 + at));
  }
  if (c < count) {
    const at = (<usize>c) << 2;
    const few = loadFirst(a + at, count - c);
    s0 = plusSquare(s0, few, loadFirst(b0 + at, count - c));
    s1 = plusSquare(s1, few, loadFirst(b1 + at, count - c));
    s2 = plusSquare(s2, few, loadFirst(b2 + at, count - c));
    s3 = plusSquare(s3, few, loadFirst(b3 + at, count - c));
  }
  return laneSums(s0, s1, s2, s3);
}

function plusSquare(sum: v128, a: v128, b: v128): v128 {
  const difference = f32x4.sub(a, b);
  return madd(difference, difference, sum);
}
