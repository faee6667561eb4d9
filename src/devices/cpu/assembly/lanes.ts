/**
 * a b + c: in one instruction, and rounded once or twice, where the module is compiled for relaxed SIMD; else always
 * twice.
 */
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/** The same of two float64 values. */
export function madd2(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  return f64x2.add(c, f64x2.mul(a, b));
}

/** The first `count` >= 1 floats at an address, four at most, then zeros: nothing past them is read. */
export function loadFirst(at: usize, count: i32): v128 {
  if (count > 3) return v128.load(at);
  let few = v128.load32_zero(at);
  if (count > 1) few = v128.load_lane<f32>(at, few, 1, 4);
  if (count > 2) few = v128.load_lane<f32>(at, few, 2, 8);
  return few;
}

/** Writes the first `count` >= 1 lanes, four at most, and nothing past them. */
export function storeFirst(at: usize, four: v128, count: i32): void {
  if (count > 3) {
    v128.store(at, four);
    return;
  }
  v128.store_lane<f32>(at, four, 0);
  if (count > 1) v128.store_lane<f32>(at, four, 1, 4);
  if (count > 2) v128.store_lane<f32>(at, four, 2, 8);
}

/** The sums of the lanes of four vectors, as the lanes of one. */
export function laneSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 2, 6), v128.shuffle<f32>(a, b, 1, 5, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 2, 6), v128.shuffle<f32>(c, d, 1, 5, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** Four floats that lie n floats apart. */
export function everyNth(at: usize, n: i32): v128 {
  if (n === 1) return v128.load(at);
  if (n === 2) return v128.shuffle<f32>(v128.load(at), v128.load(at, 16), 0, 2, 4, 6);
  const step = (<usize>n) << 2;
  let four = v128.load32_zero(at);
  four = v128.load_lane<f32>(at + step, four, 1);
  four = v128.load_lane<f32>(at + 2 * step, four, 2);
  return v128.load_lane<f32>(at + 3 * step, four, 3);
}

/** Four rows of four floats, each by its address, to the columns of y, whose rows lie `step` bytes apart. */
export function transpose4(y: usize, step: usize, a: usize, b: usize, c: usize, d: usize): void {
  const va = v128.load(a);
  const vb = v128.load(b);
  const vc = v128.load(c);
  const vd = v128.load(d);
  const ab = v128.shuffle<f32>(va, vb, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(vc, vd, 0, 4, 1, 5);
  v128.store(y, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(y + step, v128.shuffle<i64>(ab, cd, 1, 3));
  const abUpper = v128.shuffle<f32>(va, vb, 2, 6, 3, 7);
  const cdUpper = v128.shuffle<f32>(vc, vd, 2, 6, 3, 7);
  v128.store(y + 2 * step, v128.shuffle<i64>(abUpper, cdUpper, 0, 2));
  v128.store(y + 3 * step, v128.shuffle<i64>(abUpper, cdUpper, 1, 3));
}
