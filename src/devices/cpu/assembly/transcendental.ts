import { madd } from "./lanes";

/**
 * Four values at once, within 3 units in the last place; erf within 1e-6. A function f has two forms of the same bits:
 * f4 for any x, and `plainF` for x where neither the argument nor the result is a special one, which `beyondF` denies
 * lane by lane. Unless said otherwise coefficients are those of the polynomial that meets the function at the zeros of
 * a Chebyshev polynomial.
 */

/** What a float32 is added to, to be rounded to a whole number n: the lowest bits of the sum are n. 1.5 · 2^23 */
const rounder: f32 = 12582912;

/** x = n log 2 + r with |r| <= log 2 / 2 and n whole: `rounder` + n, of |x| < 2^21. */
function powerOf2(x: v128): v128 {
  return madd(x, f32x4.splat(Mathf.LOG2E), f32x4.splat(rounder));
}

/** r = x − n log 2. The first part of log 2 has 9 bits, so that its product with n is exact. */
function remainder(x: v128, power: v128): v128 {
  const n = f32x4.sub(power, f32x4.splat(rounder));
  const most = madd(n, f32x4.splat(-0.693359375), x);
  return madd(n, f32x4.splat(2.1219444005469057e-4), most);
}

/** y 2^n, for normal numbers of which the result is one too. */
function scaled(y: v128, power: v128): v128 {
  return i32x4.add(y, i32x4.shl(power, 23));
}

/**
 * y 2^n for n from -150 to 129, in two steps, because 2^n itself may be out of range where y 2^n is subnormal or just
 * finite.
 */
export function scaledFar(y: v128, n: v128): v128 {
  const half = i32x4.shr_s(n, 1);
  const one = f32x4.splat(1);
  return f32x4.mul(f32x4.mul(y, scaled(one, half)), scaled(one, i32x4.sub(n, half)));
}

/** e^r − 1 for |r| <= log 2 / 2, to 2.5e-8 of itself: r + r² p(r), where p meets (e^r − 1 − r) / r² in five points. */
export function expm1Near0(r: v128): v128 {
  const r2 = f32x4.mul(r, r);
  const high = madd(r2, f32x4.splat(1.3926176e-3), madd(r, f32x4.splat(8.363173e-3), f32x4.splat(4.1666555e-2)));
  const p = madd(r2, high, madd(r, f32x4.splat(0.16666578), f32x4.splat(0.5)));
  return madd(r2, p, r);
}

/** e^x */
export function exp4(x: v128): v128 {
  // Past the bounds the result is 0 or infinite. x stands first: a NaN is not less than anything and stays.
  const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-104)), f32x4.splat(89));
  const power = powerOf2(bounded);
  const y = f32x4.add(f32x4.splat(1), expm1Near0(remainder(bounded, power)));
  return scaledFar(y, i32x4.sub(power, i32x4.splat(reinterpret<i32>(rounder))));
}

export function plainExp(x: v128): v128 {
  const power = powerOf2(x);
  return scaled(f32x4.add(f32x4.splat(1), expm1Near0(remainder(x, power))), power);
}

/** Above `farthestExp`, without sign: |x| > 87 or NaN, where e^x or e^−x may be no normal number. */
export function farExp(x: v128): v128 {
  return i32x4.shl(x, 1);
}

/** log m + k log 2 = k log 2 + 2 artanh((m − 1) / (m + 1)), for x = 2^k m, √½ <= m < √2, and k less by `less`. */
function logOf(x: v128, less: v128): v128 {
  const k = i32x4.shr_s(i32x4.sub(x, i32x4.splat(reinterpret<i32>(Mathf.SQRT1_2))), 23);
  const m = i32x4.sub(x, i32x4.shl(k, 23));
  const power = f32x4.convert_i32x4_s(i32x4.sub(k, less));

  const s = f32x4.div(f32x4.sub(m, f32x4.splat(1)), f32x4.add(m, f32x4.splat(1)));
  const s2 = f32x4.mul(s, s);
  let p = madd(s2, f32x4.splat(0.2957995), f32x4.splat(0.3998878));
  p = madd(p, s2, f32x4.splat(0.66666687));
  p = madd(f32x4.mul(s, s2), p, f32x4.mul(power, f32x4.splat(-2.1219444005469057e-4)));
  return madd(power, f32x4.splat(0.693359375), f32x4.add(p, f32x4.add(s, s)));
}

/** log x */
export function log4(x: v128): v128 {
  const subnormal = f32x4.lt(x, f32x4.splat(f32.MIN_NORMAL_VALUE));
  const normal = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, subnormal);
  const y = logOf(normal, v128.and(subnormal, i32x4.splat(23)));
  const outside = v128.bitselect(f32x4.splat(-Infinity), f32x4.splat(NaN), f32x4.eq(x, f32x4.splat(0)));
  const inside = v128.bitselect(x, y, f32x4.eq(x, f32x4.splat(Infinity)));
  return v128.bitselect(inside, outside, f32x4.gt(x, f32x4.splat(0)));
}

export function plainLog(x: v128): v128 {
  return logOf(x, i32x4.splat(0));
}

/** Above `farthestLog`: not positive, subnormal, infinite or NaN. */
export function farLog(x: v128): v128 {
  return i32x4.sub(x, i32x4.splat(reinterpret<i32>(f32.MIN_NORMAL_VALUE)));
}

/** 1 / (1 + e^−x) */
export function sigmoid4(x: v128): v128 {
  const y = sigmoidOf(exp4(f32x4.neg(x)));
  return v128.bitselect(exp4(x), y, f32x4.lt(x, f32x4.splat(-87))); // there e^−x may overflow, and 1 + e^x is 1
}

export function plainSigmoid(x: v128): v128 {
  return sigmoidOf(plainExp(f32x4.neg(x)));
}

function sigmoidOf(e: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, e));
}

/** tanh |x| = −d / (d + 2) with d = e^(−2|x|) − 1, which keeps its digits where x is small. */
export function tanh4(x: v128): v128 {
  const size = f32x4.pmin(f32x4.abs(x), f32x4.splat(10)); // tanh 10 rounds to 1
  const t = f32x4.mul(size, f32x4.splat(-2));
  const power = powerOf2(t);
  const one = f32x4.splat(1);
  const whole = scaled(one, power);
  const d = madd(whole, expm1Near0(remainder(t, power)), f32x4.sub(whole, one));
  return withSignOf(x, f32x4.div(d, f32x4.sub(f32x4.splat(-2), d)));
}

/**
 * The error function: below 1/2 its power series 2/√π Σ (−1)ⁿ x^(2n+1) / (n! (2n+1)), above it Abramowitz & Stegun
 * 7.1.26, whose error is at most 1.5e-7.
 */
export function erf4(x: v128): v128 {
  const size = f32x4.pmin(f32x4.abs(x), f32x4.splat(9)); // erf 9 rounds to 1
  const square = f32x4.mul(size, size);

  let series = f32x4.splat(-1.0 / 1320);
  series = madd(series, square, f32x4.splat(1.0 / 216));
  series = madd(series, square, f32x4.splat(-1.0 / 42));
  series = madd(series, square, f32x4.splat(1.0 / 10));
  series = madd(series, square, f32x4.splat(-1.0 / 3));
  series = madd(series, square, f32x4.splat(1));
  const near = f32x4.mul(f32x4.mul(series, f32x4.splat(1.1283791670955126)), size);

  const one = f32x4.splat(1);
  const t = f32x4.div(one, madd(size, f32x4.splat(0.3275911), one));
  let p = f32x4.splat(1.061405429);
  p = madd(p, t, f32x4.splat(-1.453152027));
  p = madd(p, t, f32x4.splat(1.421413741));
  p = madd(p, t, f32x4.splat(-0.284496736));
  p = madd(p, t, f32x4.splat(0.254829592));
  const far = f32x4.sub(one, f32x4.mul(f32x4.mul(p, t), plainExp(f32x4.neg(square))));

  return withSignOf(x, v128.bitselect(near, far, f32x4.lt(size, f32x4.splat(0.5))));
}

/** y with the sign of x. */
export function withSignOf(x: v128, y: v128): v128 {
  return v128.bitselect(x, y, f32x4.splat(-0.0));
}

/**
 * 2^x for x <= 0, to 2e-9 relative and rounding; 0 from x = -126 down, also for an infinity. The coefficients are least
 * in the largest relative error on |x| <= 1/2.
 */
export function exp2OfNegative(x: v128): v128 {
  const bounded = f32x4.pmax(f32x4.splat(-126), x);
  // Added to 3/2 2^23 a number loses its fraction, and its whole part lies in the last bits.
  const shifted = f32x4.add(bounded, f32x4.splat(12582912));
  const r = f32x4.sub(bounded, f32x4.sub(shifted, f32x4.splat(12582912)));
  let p = madd(f32x4.splat(0.00015353362061920617), r, f32x4.splat(0.0013398874588482282));
  p = madd(p, r, f32x4.splat(0.009618437358494769));
  p = madd(p, r, f32x4.splat(0.055503324707021864));
  p = madd(p, r, f32x4.splat(0.24022647913611042));
  p = madd(p, r, f32x4.splat(0.693147202855252));
  p = madd(p, r, f32x4.splat(1));
  return v128.and(i32x4.add(p, i32x4.shl(shifted, 23)), f32x4.gt(x, f32x4.splat(-126)));
}
