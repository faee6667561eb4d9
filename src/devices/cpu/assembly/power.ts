import { madd2 } from "./lanes";
import { expm1Near0, scaledFar } from "./transcendental";

/** What a float64 is added to, to be rounded to a whole number n: the lowest 32 bits of the sum are n. 1.5 · 2^52 */
const rounder: f64 = 6755399441055744;

/**
 * b log2 (2^k m), bounded to where float32 has ended, for the lower two of four, √½ <= m < √2: log2 m = s p(s²) to 7e-10 of
 * itself for s = (m − 1) / (m + 1), where p meets 2 artanh s / (s log 2) at the zeros of a Chebyshev polynomial in s².
 */
function product(m: v128, k: v128, b: v128): v128 {
  const one = f64x2.splat(1);
  const wide = f64x2.promote_low_f32x4(m);
  const s = f64x2.div(f64x2.sub(wide, one), f64x2.add(wide, one));
  const s2 = f64x2.mul(s, s);
  let p = madd2(s2, f64x2.splat(0.43171769745887384), f64x2.splat(0.5767151860190234));
  p = madd2(p, s2, f64x2.splat(0.96179883880211));
  p = madd2(p, s2, f64x2.splat(2.8853900798033365));
  const y = f64x2.mul(madd2(p, s, f64x2.convert_low_i32x4_s(k)), f64x2.promote_low_f32x4(b));
  return f64x2.pmin(f64x2.pmax(y, f64x2.splat(-151)), f64x2.splat(129)); // y stands first: a NaN is not less than anything and stays
}

/**
 * a^b = 2^(b log2 a) for normal positive a; `less` is taken off the exponent of a. In float64 up to the fraction of the
 * product: its rounding alone would cost 5e-6.
 */
function powerOf(a: v128, less: v128, b: v128): v128 {
  const k = i32x4.shr_s(i32x4.sub(a, i32x4.splat(reinterpret<i32>(Mathf.SQRT1_2))), 23);
  const m = i32x4.sub(a, i32x4.shl(k, 23));
  const exponent = i32x4.sub(k, less);
  const low = product(m, exponent, b);
  const high = product(upper(m), upper(exponent), upper(b));

  const lowWhole = f64x2.add(low, f64x2.splat(rounder));
  const highWhole = f64x2.add(high, f64x2.splat(rounder));
  const r = v128.shuffle<f32>(rest(low, lowWhole), rest(high, highWhole), 0, 1, 4, 5);
  const n = v128.shuffle<i32>(lowWhole, highWhole, 0, 2, 4, 6);
  return scaledFar(f32x4.add(f32x4.splat(1), expm1Near0(r)), n);
}

/** (y − n) log 2 as float32. */
function rest(y: v128, whole: v128): v128 {
  const f = f64x2.sub(y, f64x2.sub(whole, f64x2.splat(rounder)));
  return f32x4.demote_f64x2_zero(f64x2.mul(f, f64x2.splat(Math.LN2)));
}

/** a^b, PyTorch's: 1 where a is 1 or b is 0. */
export function pow4(a: v128, b: v128): v128 {
  // Positive, normal and finite, with a finite exponent: nothing special.
  const far = i32x4.max_u(i32x4.sub(a, i32x4.splat(reinterpret<i32>(f32.MIN_NORMAL_VALUE))), f32x4.abs(b));
  if (!v128.any_true(i32x4.gt_u(far, i32x4.splat(0x7effffff)))) return powerOf(a, i32x4.splat(0), b);
  return specialPower(a, b);
}

function specialPower(a: v128, b: v128): v128 {
  const size = f32x4.abs(a);
  const zero = f32x4.eq(a, f32x4.splat(0));
  const infinity = f32x4.splat(Infinity);
  const subnormal = f32x4.lt(size, f32x4.splat(f32.MIN_NORMAL_VALUE));
  const normal = v128.bitselect(f32x4.mul(size, f32x4.splat(8388608)), size, subnormal);
  let y = powerOf(normal, v128.and(subnormal, i32x4.splat(23)), b);
  const end = v128.and(infinity, v128.xor(zero, f32x4.gt(b, f32x4.splat(0))));
  y = v128.bitselect(end, y, v128.or(zero, f32x4.eq(size, infinity)));
  y = v128.bitselect(f32x4.add(a, b), y, v128.or(f32x4.ne(a, a), f32x4.ne(b, b)));

  const half = f32x4.mul(b, f32x4.splat(0.5));
  const whole = f32x4.eq(b, f32x4.trunc(b));
  const odd = v128.and(whole, f32x4.ne(half, f32x4.trunc(half)));
  const signed = v128.xor(y, v128.and(odd, v128.and(a, f32x4.splat(-0.0))));
  const negative = v128.and(f32x4.lt(a, f32x4.splat(0)), f32x4.gt(a, f32x4.splat(-Infinity)));
  const real = v128.bitselect(f32x4.splat(NaN), signed, v128.andnot(negative, whole));
  const one = f32x4.splat(1);
  return v128.bitselect(one, real, v128.or(f32x4.eq(a, one), f32x4.eq(b, f32x4.splat(0))));
}

function upper(x: v128): v128 {
  return v128.shuffle<f32>(x, x, 2, 3, 2, 3);
}
