import { loadFirst, storeFirst } from "./lanes";
import { exp4, log4 } from "./transcendental";

// A row's target is a label among `labels`, or, where there are none (0), a row of `target`.

/**
 * totals[i] = log of the sum over c of exp(x[i, c]) and losses[i] = the sum over c of target[i, c] (totals[i] - x[i,
 * c]) / n, for rows i from .. to. x: [n, classes]
 */
export function crossEntropy(
  losses: usize,
  totals: usize,
  x: usize,
  labels: usize,
  target: usize,
  n: i32,
  classes: i32,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i++) {
    const at = (<usize>i) << 2;
    const row = x + at * classes;
    const largest = largestOf(row, classes);
    const shift: f32 = abs(largest) === Infinity ? 0 : largest;
    const sum = f32x4.extract_lane(log4(f32x4.splat(<f32>sumOfExponentials(row, shift, classes))), 0);
    store<f32>(totals + at, shift + sum);
    const loss =
      labels === 0
        ? weightedSum(target + at * classes, row, shift + sum, classes)
        : <f64>(shift - load<f32>(row + ((<usize>load<u32>(labels + at)) << 2))) + sum;
    store<f32>(losses + at, <f32>(loss / n));
  }
}

/**
 * y[i, c] = (exp(x[i, c] - totals[i]) times the sum of the row of target - target[i, c]) / n, for rows i from .. to: the
 * gradient in x.
 */
export function crossEntropyInput(
  y: usize,
  x: usize,
  totals: usize,
  labels: usize,
  target: usize,
  n: i32,
  classes: i32,
  from: i32,
  to: i32,
): void {
  const share = f32x4.splat(1 / <f32>n);
  for (let i = from; i < to; i++) {
    const at = (<usize>i) << 2;
    const total = f32x4.splat(load<f32>(totals + at));
    const begin = at * classes;
    const weight = labels === 0 ? f32x4.splat(<f32>sumOf(target + begin, classes)) : f32x4.splat(1);
    for (let c = 0; c < classes; c += 4) {
      const place = begin + ((<usize>c) << 2);
      const left = classes - c;
      let four = f32x4.mul(exp4(f32x4.sub(loadFirst(x + place, left), total)), weight);
      if (labels === 0) four = f32x4.sub(four, loadFirst(target + place, left));
      storeFirst(y + place, f32x4.mul(four, share), left);
    }
    if (labels === 0) continue;
    const own = y + begin + ((<usize>load<u32>(labels + at)) << 2);
    store<f32>(own, load<f32>(own) - 1 / <f32>n);
  }
}

/** The largest of n numbers that are no NaN. Of sixteen at once, as one maximum would wait for the one before. */
function largestOf(x: usize, n: i32): f32 {
  let m0 = f32x4.splat(-Infinity);
  let m1 = m0;
  let m2 = m0;
  let m3 = m0;
  for (; n > 15; n -= 16, x += 64) {
    m0 = f32x4.pmax(m0, v128.load(x));
    m1 = f32x4.pmax(m1, v128.load(x, 16));
    m2 = f32x4.pmax(m2, v128.load(x, 32));
    m3 = f32x4.pmax(m3, v128.load(x, 48));
  }
  for (; n > 3; n -= 4, x += 16) m0 = f32x4.pmax(m0, v128.load(x));
  for (; n > 0; n--, x += 4) m0 = f32x4.pmax(m0, v128.load_splat<f32>(x));
  m0 = f32x4.pmax(f32x4.pmax(m0, m1), f32x4.pmax(m2, m3));
  m0 = f32x4.pmax(m0, v128.shuffle<f32>(m0, m0, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(m0, v128.shuffle<f32>(m0, m0, 1, 0, 3, 2)), 0);
}

/** Sum of exp(x - shift) over n numbers. */
function sumOfExponentials(x: usize, shift: f32, n: i32): f64 {
  const by = f32x4.splat(shift);
  let sums = f64x2.splat(0);
  for (; n > 3; n -= 4, x += 16) sums = plus(sums, exp4(f32x4.sub(v128.load(x), by)));
  if (n > 0) {
    const few = exp4(f32x4.sub(loadFirst(x, n), by));
    sums = plus(sums, v128.and(few, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n))));
  }
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/** Sum of t (total - x) over n numbers. */
function weightedSum(t: usize, x: usize, total: f32, n: i32): f64 {
  const by = f32x4.splat(total);
  let sums = f64x2.splat(0);
  for (; n > 3; n -= 4, x += 16, t += 16) {
    sums = plus(sums, f32x4.mul(v128.load(t), f32x4.sub(by, v128.load(x))));
  }
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (; n > 0; n--, x += 4, t += 4) sum += <f64>(load<f32>(t) * (total - load<f32>(x)));
  return sum;
}

function sumOf(x: usize, n: i32): f64 {
  let sums = f64x2.splat(0);
  for (; n > 3; n -= 4, x += 16) sums = plus(sums, v128.load(x));
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (; n > 0; n--, x += 4) sum += <f64>load<f32>(x);
  return sum;
}

/** Four more terms, in float64. */
function plus(sums: v128, four: v128): v128 {
  const upper = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 0, 1));
  return f64x2.add(f64x2.add(sums, f64x2.promote_low_f32x4(four)), upper);
}
