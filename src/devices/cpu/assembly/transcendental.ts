import { madd } from "./lanes";

// Four values at once, within a few units in the last place; coefficients are those of the power series.

/** r + r²/2! + ... + r⁷/7!: e^r − 1 for |r| <= log 2 / 2, to 2e-8 relative. */
function expm1Near0(r: v128): v128 {
  let p = f32x4.splat(1.0 / 5040);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 720));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 120));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 24));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 6));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  return f32x4.add(r, f32x4.mul(f32x4.mul(r, r), p));
}

/** The whole number n for which x = n log 2 + r with |r| <= log 2 / 2. */
function powerOf2(x: v128): v128 {
  return f32x4.nearest(f32x4.mul(x, f32x4.splat(Mathf.LOG2E)));
}

/** x − n log 2. The first part of log 2 has 9 bits, so that its product with n is exact. */
function remainder(x: v128, n: v128): v128 {
  const most = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  return f32x4.sub(most, f32x4.mul(n, f32x4.splat(-2.1219444005469057e-4)));
}

/** 2^n for whole numbers -126 <= n <= 127, as integers. */
function scale(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** e^x */
export function exp4(x: v128): v128 {
  // Past the bounds the result is 0 or infinite. x stands first: a NaN is not less than anything and stays.
  const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-104)), f32x4.splat(89));
  const power = powerOf2(bounded);
  const y = f32x4.add(f32x4.splat(1), expm1Near0(remainder(bounded, power)));
  // In two steps, because 2^n itself may be out of range where the result is subnormal or just finite.
  const n = i32x4.trunc_sat_f32x4_s(power);
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(y, scale(half)), scale(i32x4.sub(n, half)));
}

/** log x = k log 2 + 2 artanh((m − 1) / (m + 1)) for x = 2^k m, √½ <= m < √2. */
export function log4(x: v128): v128 {
  const subnormal = f32x4.lt(x, f32x4.splat(f32.MIN_NORMAL_VALUE));
  const bits = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, subnormal);
  const k = i32x4.shr_s(i32x4.sub(bits, i32x4.splat(reinterpret<i32>(Mathf.SQRT1_2))), 23);
  const m = i32x4.sub(bits, i32x4.shl(k, 23));
  const power = f32x4.convert_i32x4_s(i32x4.sub(k, v128.and(subnormal, i32x4.splat(23))));

  const s = f32x4.div(f32x4.sub(m, f32x4.splat(1)), f32x4.add(m, f32x4.splat(1)));
  const s2 = f32x4.mul(s, s);
  let p = f32x4.splat(2.0 / 9);
  p = f32x4.add(f32x4.mul(p, s2), f32x4.splat(2.0 / 7));
  p = f32x4.add(f32x4.mul(p, s2), f32x4.splat(2.0 / 5));
  p = f32x4.add(f32x4.mul(p, s2), f32x4.splat(2.0 / 3));
  p = f32x4.add(f32x4.mul(f32x4.mul(s, s2), p), f32x4.mul(power, f32x4.splat(-2.1219444005469057e-4)));
  const y = f32x4.add(f32x4.add(p, f32x4.add(s, s)), f32x4.mul(power, f32x4.splat(0.693359375)));

  const outside = v128.bitselect(f32x4.splat(-Infinity), f32x4.splat(NaN), f32x4.eq(x, f32x4.splat(0)));
  const inside = v128.bitselect(x, y, f32x4.eq(x, f32x4.splat(Infinity)));
  return v128.bitselect(inside, outside, f32x4.gt(x, f32x4.splat(0)));
}

/** 1 / (1 + e^−x), as e^x / (1 + e^x) below 0: nothing overflows, and small results keep their digits. */
export function sigmoid4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const one = f32x4.splat(1);
  return f32x4.div(v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0))), f32x4.add(one, e));
}

/** tanh |x| = −d / (d + 2) with d = e^(−2|x|) − 1, which keeps its digits where x is small. */
export function tanh4(x: v128): v128 {
  const size = f32x4.pmin(f32x4.abs(x), f32x4.splat(20)); // tanh 20 rounds to 1
  const t = f32x4.mul(size, f32x4.splat(-2));
  const power = powerOf2(t);
  const whole = scale(i32x4.trunc_sat_f32x4_s(power));
  const part = f32x4.mul(whole, expm1Near0(remainder(t, power)));
  const d = f32x4.add(part, f32x4.sub(whole, f32x4.splat(1)));
  return withSignOf(x, f32x4.div(f32x4.neg(d), f32x4.add(d, f32x4.splat(2))));
}

/**
 * The error function: below 1/2 its power series 2/√π Σ (−1)ⁿ x^(2n+1) / (n! (2n+1)), above it Abramowitz & Stegun
 * 7.1.26, whose error is at most 1.5e-7.
 */
export function erf4(x: v128): v128 {
  const size = f32x4.abs(x);
  const square = f32x4.mul(x, x);

  let series = f32x4.splat(-1.0 / 1320);
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(1.0 / 216));
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(-1.0 / 42));
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(1.0 / 10));
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(-1.0 / 3));
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(1));
  const near = f32x4.mul(f32x4.mul(series, f32x4.splat(1.1283791670955126)), size);

  const one = f32x4.splat(1);
  const t = f32x4.div(one, f32x4.add(one, f32x4.mul(size, f32x4.splat(0.3275911))));
  let p = f32x4.splat(1.061405429);
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-1.453152027));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1.421413741));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-0.284496736));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.254829592));
  const far = f32x4.sub(one, f32x4.mul(f32x4.mul(p, t), exp4(f32x4.neg(square))));

  return withSignOf(x, v128.bitselect(near, far, f32x4.lt(size, f32x4.splat(0.5))));
}

/** y with the sign of x. */
export function withSignOf(x: v128, y: v128): v128 {
  return v128.bitselect(x, y, f32x4.splat(-0.0));
}

/**
 * 2^x for x <= 0, to 2e-9 relative and rounding; 0 from x = -126 down, also for an infinity. The coefficients are least in the largest
 * relative error on |x| <= 1/2.
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
