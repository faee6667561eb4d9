/** log |a| of two float64 values: k log 2 + 2 artanh((m − 1) / (m + 1)) for |a| = 2^k m, √½ <= m < √2, to 1e-10. */
function logOfSize(a: v128): v128 {
  const bits = f64x2.abs(a);
  // Biased by 1024, because a shift that keeps the sign is slow.
  const biased = i64x2.sub(bits, i64x2.splat(reinterpret<i64>(Math.SQRT1_2) - ((<i64>1024) << 52)));
  const k = i64x2.sub(i64x2.shr_u(biased, 52), i64x2.splat(1024));
  const m = i64x2.sub(bits, i64x2.shl(k, 52));
  const power = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(k, k, 0, 2, 0, 2));

  const s = f64x2.div(f64x2.sub(m, f64x2.splat(1)), f64x2.add(m, f64x2.splat(1)));
  const s2 = f64x2.mul(s, s);
  let p = f64x2.splat(2.0 / 11);
  p = f64x2.add(f64x2.mul(p, s2), f64x2.splat(2.0 / 9));
  p = f64x2.add(f64x2.mul(p, s2), f64x2.splat(2.0 / 7));
  p = f64x2.add(f64x2.mul(p, s2), f64x2.splat(2.0 / 5));
  p = f64x2.add(f64x2.mul(p, s2), f64x2.splat(2.0 / 3));
  p = f64x2.add(f64x2.mul(p, s2), f64x2.splat(2));
  const y = f64x2.add(f64x2.mul(p, s), f64x2.mul(power, f64x2.splat(Math.LN2)));

  const infinity = f64x2.splat(Infinity);
  const finite = v128.bitselect(f64x2.neg(infinity), y, f64x2.eq(a, f64x2.splat(0)));
  return v128.bitselect(finite, bits, f64x2.lt(bits, infinity)); // of infinity and NaN: themselves
}

/** e^x of two float64 values, to 6e-9; beyond ±120 as at ±120, where float32 has ended. */
function exp2(x: v128): v128 {
  const bounded = f64x2.pmin(f64x2.pmax(x, f64x2.splat(-120)), f64x2.splat(120));
  const power = f64x2.nearest(f64x2.mul(bounded, f64x2.splat(Math.LOG2E)));
  const r = f64x2.sub(bounded, f64x2.mul(power, f64x2.splat(Math.LN2)));
  let p = f64x2.splat(1.0 / 5040);
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 720));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 120));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 24));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 6));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.5));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  const n = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(power));
  return f64x2.mul(p, i64x2.shl(i64x2.add(n, i64x2.splat(1023)), 52));
}

/** a^b of two float64 values, with the range of float32. */
function pow2(a: v128, b: v128): v128 {
  const half = f64x2.mul(b, f64x2.splat(0.5));
  const whole = f64x2.eq(b, f64x2.trunc(b));
  const odd = v128.and(whole, f64x2.ne(half, f64x2.trunc(half)));
  const size = exp2(f64x2.mul(b, logOfSize(a)));
  const signed = v128.xor(size, v128.and(odd, v128.and(a, f64x2.splat(-0.0))));

  const negative = v128.and(f64x2.lt(a, f64x2.splat(0)), f64x2.gt(a, f64x2.splat(-Infinity)));
  const real = v128.bitselect(f64x2.splat(NaN), signed, v128.andnot(negative, whole));
  const one = f64x2.splat(1);
  return v128.bitselect(one, real, v128.or(f64x2.eq(a, one), f64x2.eq(b, f64x2.splat(0))));
}

/** a^b as exp(b log |a|), in float64: in float32 the rounding of the product alone would cost 5e-6. */
export function pow4(a: v128, b: v128): v128 {
  const low = pow2(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b));
  const high = pow2(f64x2.promote_low_f32x4(upper(a)), f64x2.promote_low_f32x4(upper(b)));
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

function upper(x: v128): v128 {
  return v128.shuffle<f32>(x, x, 2, 3, 2, 3);
}
