// The largest of x, or of −x for the smallest: `flip` is the sign bit or 0. A NaN is larger than anything.

/**
 * best[o, p] = the extreme of x[o, j] over the j of piece p, at[o, p] = its first index; one of the two may be 0, and is
 * not written then. x: [outer, n], n > 0, in pieces of `length`, the last of which may be shorter; units: [outer, pieces]
 */
export function extremeOfRows(
  best: usize,
  at: usize,
  x: usize,
  n: i32,
  length: i32,
  flip: i32,
  from: i32,
  to: i32,
): void {
  const sign = i32x4.splat(flip);
  const pieces = (n + length - 1) / length;
  for (let u = from; u < to; u++) {
    const o = pieces === 1 ? u : u / pieces;
    const first = (u - o * pieces) * length;
    const count = min(length, n - first);
    const piece = x + ((<usize>o * n + first) << 2);
    const found = v128.xor(extremeOf(piece, count, sign), sign);
    if (best) v128.store_lane<f32>(best + (u << 2), found, 0);
    if (at) store<f32>(at + (u << 2), <f32>(first + firstOf(piece, count, found)));
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
 * best[o, p, i] = the extreme of x[o, j, i] over the j of piece p, at[o, p, i] = its first index; one of the two may be 0,
 * and lies in `scratch` then, `panel` floats. x: [outer, n, inner], n > 0, in pieces of `length` rows, the last of which may
 * have fewer. A unit is a panel of the columns i of a piece: [outer, pieces, panels].
 */
export function extremeOfColumns(
  best: usize,
  at: usize,
  x: usize,
  n: i32,
  inner: i32,
  length: i32,
  flip: i32,
  panel: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const sign = i32x4.splat(flip);
  const pieces = (n + length - 1) / length;
  const panels = (inner + panel - 1) / panel;
  for (let u = from; u < to; u++) {
    const row = u / panels; // of best and at
    const o = row / pieces;
    const first = (row - o * pieces) * length;
    const column = (u - row * panels) * panel;
    const result: usize = (row * inner + column) << 2;
    columnExtremes(
      best ? best + result : scratch,
      at ? at + result : scratch,
      x + (((<usize>o * n + first) * inner + column) << 2),
      first,
      min(first + length, n),
      inner << 2,
      min(panel, inner - column) << 2,
      sign,
    );
  }
}

/** Of the rows first .. end, which begin at x and lie `step` bytes apart, the first `width` bytes. */
function columnExtremes(
  best: usize,
  at: usize,
  x: usize,
  first: i32,
  end: i32,
  step: usize,
  width: usize,
  sign: v128,
): void {
  const start = f32x4.splat(<f32>first);
  let i: usize = 0;
  for (; i + 16 <= width; i += 16) {
    v128.store(best + i, v128.load(x + i));
    v128.store(at + i, start);
  }
  for (; i < width; i += 4) {
    store<f32>(best + i, load<f32>(x + i));
    store<f32>(at + i, <f32>first);
  }
  for (let j = first + 1; j < end; j++) {
    x += step;
    const index = f32x4.splat(<f32>j);
    for (i = 0; i + 16 <= width; i += 16) {
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
}

/**
 * y[o, i] = the extreme over p of best[o, p, i], or at[o, p, i] for the first such p where `at` is not 0, for
 * u = o inner + i from .. to. best, at: [outer, pieces, inner]
 */
export function extremeOfPieces(
  y: usize,
  best: usize,
  at: usize,
  pieces: i32,
  inner: i32,
  flip: i32,
  from: i32,
  to: i32,
): void {
  const sign = i32x4.splat(flip);
  for (let u = from; u < to; u++) {
    const o = u / inner;
    const first = o * pieces * inner + u - o * inner;
    let top = first;
    let old = v128.load_splat<f32>(best + (top << 2));
    for (let p = 1, next = first + inner; p < pieces; p++, next += inner) {
      const v = v128.load_splat<f32>(best + (next << 2));
      if (!v128.any_true(beats(v, old, sign))) continue;
      old = v;
      top = next;
    }
    store<f32>(y + (u << 2), load<f32>((at ? at : best) + (top << 2)));
  }
}

/** Where v is larger than `old`, or the first NaN. */
function beats(v: v128, old: v128, sign: v128): v128 {
  const larger = f32x4.gt(v128.xor(v, sign), v128.xor(old, sign));
  return v128.or(larger, v128.andnot(f32x4.ne(v, v), f32x4.ne(old, old)));
}
