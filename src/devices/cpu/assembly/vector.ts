import { fill } from "./fill";
import { loadFirst, madd, storeFirst } from "./lanes";
import { gather, settle } from "./totals";

/** Terms of a sum that add up in float32 before they join the others. */
const block = 256;
/** Columns that are summed at once, so that their sums stay in the second cache. */
const strip = 16_384;
/** Columns of one unit of `vectorMatrix`. */
const unitColumns = 16;

/** Floats of scratch that `vectorMatrix` needs. */
export function vectorRoom(): i32 {
  return 3 * strip;
}

/**
 * c[s, j] = sum over p of a[s, p] b[s, p, j], for n sums of k terms and s < batch; [p, j] of b lies at p bRow + j
 * bColumn, one of which is 1, and what belongs to one s `next` after what belongs to the s before. Steps count floats.
 * A unit is 16 columns of one s. A vector times a matrix needs each number of the matrix once, so it takes them where
 * they lie: row by row, or as dot products.
 */
export function vectorMatrix(
  c: usize,
  a: usize,
  b: usize,
  k: i32,
  n: i32,
  aNext: i32,
  bRow: i32,
  bColumn: i32,
  bNext: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const units = (n + unitColumns - 1) / unitColumns;
  while (from < to) {
    const s = from / units;
    const unit = from % units;
    const count = min(min(to - from, units - unit), strip / unitColumns);
    const first = unit * unitColumns;
    const columns = min(count * unitColumns, n - first);
    const at = c + ((<usize>(s * n + first)) << 2);
    const as = a + ((<usize>(s * aNext)) << 2);
    const bs = b + ((<usize>(s * bNext + first * bColumn)) << 2);
    if (bColumn === 1 && n > 1) {
      sumRows(at, as, bs, k, columns, (<usize>bRow) << 2, scratch);
    } else {
      for (let j = 0; j < columns; j++) {
        store<f32>(at + ((<usize>j) << 2), dot(as, bs + ((<usize>(j * bColumn)) << 2), k));
      }
    }
    from += count;
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
    const factor = v128.load_splat<f32>(a);
    for (let j = 0; j < n; j += 4) {
      const at = (<usize>j) << 2;
      storeFirst(c + at, madd(factor, loadFirst(b + at, n - j), loadFirst(c + at, n - j)), n - j);
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
  const b1 = b + step;
  const b2 = b1 + step;
  const b3 = b2 + step;
  let at: usize = 0;
  for (const end = (<usize>(n & ~3)) << 2; at < end; at += 16) {
    const upper = madd(a1, v128.load(b1 + at), f32x4.mul(a0, v128.load(b + at)));
    const lower = madd(a3, v128.load(b3 + at), f32x4.mul(a2, v128.load(b2 + at)));
    v128.store(c + at, f32x4.add(v128.load(c + at), f32x4.add(upper, lower)));
  }
  const left = n & 3;
  if (left === 0) return;
  const upper = madd(a1, loadFirst(b1 + at, left), f32x4.mul(a0, loadFirst(b + at, left)));
  const lower = madd(a3, loadFirst(b3 + at, left), f32x4.mul(a2, loadFirst(b2 + at, left)));
  storeFirst(c + at, f32x4.add(loadFirst(c + at, left), f32x4.add(upper, lower)), left);
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
    s0 = madd(v128.load(a, 0), v128.load(b, 0), s0);
    s1 = madd(v128.load(a, 16), v128.load(b, 16), s1);
    s2 = madd(v128.load(a, 32), v128.load(b, 32), s2);
    s3 = madd(v128.load(a, 48), v128.load(b, 48), s3);
    a += 64;
    b += 64;
  }
  for (; p < k; p += 4) {
    s0 = madd(loadFirst(a, k - p), loadFirst(b, k - p), s0);
    a += 16;
    b += 16;
  }
  const sums = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  const pairs = f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1);
  return pairs + (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
}
