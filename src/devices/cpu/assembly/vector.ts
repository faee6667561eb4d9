import { fill } from "./fill";
import { gather, settle } from "./totals";

/** Terms of a sum that add up in float32 before they join the others. */
const block = 256;
/** Columns that are summed at once, so that their sums stay in the second cache. */
const strip = 16_384;

/** Floats of scratch that `vectorMatrix` needs. */
export function vectorRoom(): i32 {
  return 3 * strip;
}

/**
 * c[j] = sum over p of a[p] b[p bRow + j bColumn], for n sums of k terms; one of the two steps, in floats, is 1. A vector
 * times a matrix needs each number of the matrix once, so it takes them where they lie: row by row, or as dot products.
 */
export function vectorMatrix(
  c: usize,
  a: usize,
  b: usize,
  k: i32,
  n: i32,
  bRow: i32,
  bColumn: i32,
  scratch: usize,
): void {
  if (bColumn === 1 && n > 1) {
    for (let j = 0; j < n; j += strip) {
      const at = (<usize>j) << 2;
      sumRows(c + at, a, b + at, k, min(strip, n - j), (<usize>bRow) << 2, scratch);
    }
    return;
  }
  for (let j = 0; j < n; j++) {
    store<f32>(c, dot(a, b, k));
    c += 4;
    b += (<usize>bColumn) << 2;
  }
}

/** c[j] = sum over p of a[p] b[p][j], the rows of b `step` bytes apart. */
function sumRows(c: usize, a: usize, b: usize, k: i32, n: i32, step: usize, scratch: usize): void {
  if (k <= block) {
    sumBlock(c, a, b, k, n, step);
    return;
  }
  const part = scratch + 8 * strip;
  memory.fill(scratch, 0, (<usize>n) << 3);
  for (let p = 0; p < k; p += block) {
    sumBlock(part, a + ((<usize>p) << 2), b + <usize>p * step, min(block, k - p), n, step);
    gather(scratch, part, n);
  }
  settle(c, scratch, n);
}

/** The same for few terms: four rows at a time. */
function sumBlock(c: usize, a: usize, b: usize, k: i32, n: i32, step: usize): void {
  fill(c, 0, 0, n);
  let p = 0;
  for (; p <= k - 4; p += 4) {
    addFour(c, a, b, step, n);
    a += 16;
    b += 4 * step;
  }
  for (; p < k; p++) {
    const factor = load<f32>(a);
    for (let j = 0; j < n; j++) {
      const at = (<usize>j) << 2;
      store<f32>(c + at, load<f32>(c + at) + factor * load<f32>(b + at));
    }
    a += 4;
    b += step;
  }
}

/** c[j] += a[0] b[0][j] + ... + a[3] b[3][j] */
function addFour(c: usize, a: usize, b: usize, step: usize, n: i32): void {
  const a0 = v128.load_splat<f32>(a, 0);
  const a1 = v128.load_splat<f32>(a, 4);
  const a2 = v128.load_splat<f32>(a, 8);
  const a3 = v128.load_splat<f32>(a, 12);
  const b2 = b + 2 * step;
  let j = 0;
  for (; j <= n - 4; j += 4) {
    const at = (<usize>j) << 2;
    const upper = f32x4.add(f32x4.mul(a0, v128.load(b + at)), f32x4.mul(a1, v128.load(b + step + at)));
    const lower = f32x4.add(f32x4.mul(a2, v128.load(b2 + at)), f32x4.mul(a3, v128.load(b2 + step + at)));
    v128.store(c + at, f32x4.add(v128.load(c + at), f32x4.add(upper, lower)));
  }
  for (; j < n; j++) {
    const at = (<usize>j) << 2;
    const upper = load<f32>(a, 0) * load<f32>(b + at) + load<f32>(a, 4) * load<f32>(b + step + at);
    const lower = load<f32>(a, 8) * load<f32>(b2 + at) + load<f32>(a, 12) * load<f32>(b2 + step + at);
    store<f32>(c + at, load<f32>(c + at) + (upper + lower));
  }
}

/** Sum over p of a[p] b[p]. */
function dot(a: usize, b: usize, k: i32): f32 {
  let sum: f64 = 0;
  for (let p = 0; p < k; p += block) {
    const at = (<usize>p) << 2;
    sum += <f64>dotBlock(a + at, b + at, min(block, k - p));
  }
  return <f32>sum;
}

/** The same for few terms: in sixteen partial sums. */
function dotBlock(a: usize, b: usize, k: i32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let p = 0;
  for (; p <= k - 16; p += 16) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a, 0), v128.load(b, 0)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    s2 = f32x4.add(s2, f32x4.mul(v128.load(a, 32), v128.load(b, 32)));
    s3 = f32x4.add(s3, f32x4.mul(v128.load(a, 48), v128.load(b, 48)));
    a += 64;
    b += 64;
  }
  const sums = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  let sum = f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1);
  sum += f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3);
  for (; p < k; p++) {
    sum += load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  return sum;
}
