import { distancesFrom } from "./distance";
import { madd } from "./lanes";
import { exp4 } from "./transcendental";

// Pair by pair, each distance from differences: for points that lie far apart for their t, and for those that are not finite.

/**
 * sums[i] = sum over j of exp(-t (|x_i - y_j|² - nearest[i])), where nearest[i] is the least of these distances, or 0 if
 * that is not finite; for the points i from .. to. With `alone` y is x, and j is not i. sums and nearest are in float64.
 */
export function potentialOfPoints(
  sums: usize,
  nearest: usize,
  x: usize,
  y: usize,
  m: i32,
  d: i32,
  t: f32,
  alone: bool,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i++) {
    distancesOf(scratch, x, y, i, m, d, alone);
    const end = scratch + ((<usize>m) << 2);
    let least = f32x4.splat(Infinity);
    for (let at = scratch; at < end; at += 16) least = f32x4.min(least, v128.load(at));
    let shift = min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1));
    shift = min(shift, min(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3)));
    if (!(shift < Infinity)) shift = 0;
    let sum = f64x2.splat(0);
    for (let at = scratch; at < end; at += 16) {
      const e = exp4(f32x4.mul(f32x4.splat(-t), f32x4.sub(v128.load(at), f32x4.splat(shift))));
      sum = f64x2.add(sum, f64x2.promote_low_f32x4(e));
      sum = f64x2.add(sum, f64x2.promote_low_f32x4(v128.shuffle<f32>(e, e, 2, 3, 2, 3)));
    }
    store<f64>(sums + ((<usize>i) << 3), f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
    store<f64>(nearest + ((<usize>i) << 3), <f64>shift);
  }
}

/**
 * out[i] = 2 t times the sum over j of exp(-t |x_i - y_j|² - total) (y_j - x_i), for the points i from .. to. With
 * `alone` y is x, and j is not i. -> [n, d]
 */
export function pullOnPoints(
  out: usize,
  x: usize,
  y: usize,
  m: i32,
  d: i32,
  t: f32,
  total: f32,
  alone: bool,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const point = (<usize>d) << 2;
  for (let i = from; i < to; i++) {
    distancesOf(scratch, x, y, i, m, d, alone);
    const own = x + <usize>i * point;
    const sums = out + <usize>i * point;
    memory.fill(sums, 0, point);
    for (let j = 0; j < m; j++) {
      const squared = load<f32>(scratch + ((<usize>j) << 2));
      const exponent = -t * squared - total;
      // A weight that underflows pulls nothing, unless from an infinite distance: 0 · ∞ is NaN.
      if (exponent < -104 && squared < Infinity) continue;
      const weight = f32x4.mul(f32x4.splat(2 * t), exp4(f32x4.splat(exponent)));
      const other = y + <usize>j * point;
      let at: usize = 0;
      for (; at + 16 <= point; at += 16) {
        const difference = f32x4.sub(v128.load(other + at), v128.load(own + at));
        v128.store(sums + at, madd(weight, difference, v128.load(sums + at)));
      }
      for (; at < point; at += 4) {
        const difference = load<f32>(other + at) - load<f32>(own + at);
        store<f32>(sums + at, load<f32>(sums + at) + f32x4.extract_lane(weight, 0) * difference);
      }
    }
  }
}

/** to[j] = |x_i - y_j|², m of them and infinities to a whole vector; infinite from point i to itself. */
function distancesOf(to: usize, x: usize, y: usize, i: i32, m: i32, d: i32, alone: bool): void {
  for (let j = m; j < ((m + 3) & -4); j++) store<f32>(to + ((<usize>j) << 2), Infinity);
  distancesFrom(to, x + ((<usize>(i * d)) << 2), y, m, d, false);
  if (alone) store<f32>(to + ((<usize>i) << 2), Infinity);
}
