// The largest of x, or of −x for the smallest: `flip` is the sign bit or 0. A NaN is larger than anything.

/** y[o] = the extreme of x[o, j] over j, or its first index. x: [outer, n], n > 0 */
export function extremeOfRows(y: usize, x: usize, outer: i32, n: i32, flip: i32, index: bool): void {
  const sign = i32x4.splat(flip);
  for (let o = 0; o < outer; o++) {
    const best = extremeOf(x, n, sign);
    if (index) store<f32>(y, <f32>firstOf(x, n, v128.xor(best, sign)));
    else v128.store_lane<f32>(y, v128.xor(best, sign), 0);
    x += n << 2;
    y += 4;
  }
}

/** The largest of n numbers, or NaN, in every lane. */
function extremeOf(x: usize, n: i32, sign: v128): v128 {
  const end = x + (n << 2);
  let a = v128.xor(v128.load_splat<f32>(x), sign);
  let b = a;
  let holes = f32x4.ne(a, a); // pmax(a, b), a < b ? b : a, passes over a NaN in b but takes one instruction, not seven
  for (; x + 32 <= end; x += 32) {
    const v = v128.xor(v128.load(x), sign);
    const w = v128.xor(v128.load(x, 16), sign);
    a = f32x4.pmax(a, v);
    b = f32x4.pmax(b, w);
    holes = v128.or(holes, v128.or(f32x4.ne(v, v), f32x4.ne(w, w)));
  }
  for (; x < end; x += 4) {
    const v = v128.xor(v128.load_splat<f32>(x), sign);
    b = f32x4.pmax(b, v);
    holes = v128.or(holes, f32x4.ne(v, v));
  }
  if (v128.any_true(holes)) return f32x4.splat(NaN);
  a = f32x4.pmax(a, b);
  a = f32x4.pmax(a, v128.shuffle<f32>(a, a, 2, 3, 0, 1));
  return f32x4.pmax(a, v128.shuffle<f32>(a, a, 1, 0, 3, 2));
}

/** The first of n places that holds `best` or NaN: where there is a NaN, `best` is one. */
function firstOf(x: usize, n: i32, best: v128): i32 {
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    const found = holds(v128.load(x + (j << 2)), best);
    if (v128.any_true(found)) return j + ctz(i32x4.bitmask(found));
  }
  while (j < n - 1 && !v128.any_true(holds(v128.load_splat<f32>(x + (j << 2)), best))) j++;
  return j;
}

function holds(v: v128, best: v128): v128 {
  return v128.or(f32x4.eq(v, best), f32x4.ne(v, v));
}

/**
 * best[o, i] = the extreme of x[o, j, i] over j, at[o, i] = its first index: one is the result, the other only has to
 * hold a single row of `inner` values, as its stride from one o to the next says. x: [outer, n, inner], n > 0
 */
export function extremeOfColumns(
  best: usize,
  bestStride: i32,
  at: usize,
  atStride: i32,
  x: usize,
  outer: i32,
  n: i32,
  inner: i32,
  flip: i32,
): void {
  const sign = i32x4.splat(flip);
  const width: usize = inner << 2;
  for (let o = 0; o < outer; o++) {
    memory.copy(best, x, width);
    memory.fill(at, 0, width);
    x += width;
    for (let j = 1; j < n; j++, x += width) {
      const index = f32x4.splat(<f32>j);
      let i: usize = 0;
      for (; i + 16 <= width; i += 16) {
        const v = v128.load(x + i);
        const old = v128.load(best + i);
        const better = beats(v, old, sign);
        v128.store(best + i, v128.bitselect(v, old, better));
        v128.store(at + i, v128.bitselect(index, v128.load(at + i), better));
      }
      for (; i < width; i += 4) {
        const v = v128.load_splat<f32>(x + i);
        if (!v128.any_true(beats(v, v128.load_splat<f32>(best + i), sign))) continue;
        v128.store_lane<f32>(best + i, v, 0);
        store<f32>(at + i, <f32>j);
      }
    }
    best += bestStride << 2;
    at += atStride << 2;
  }
}

/** Where v is larger than `old`, or the first NaN. */
function beats(v: v128, old: v128, sign: v128): v128 {
  const larger = f32x4.gt(v128.xor(v, sign), v128.xor(old, sign));
  return v128.or(larger, v128.andnot(f32x4.ne(v, v), f32x4.ne(old, old)));
}
