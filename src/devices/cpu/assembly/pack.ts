import { transpose4 } from "./lanes";

/**
 * Matrices by tables. Entry [i, j] of a matrix lies at address + rows[i] + columns[j], where rows and columns are tables
 * of byte offsets (u32). A plain matrix, its transpose, an image seen as columns of windows and the weights of an adjoint are all of
 * this form, so one packing routine and one product serve them all.
 */

/** Entry i of a table. */
export function entry(table: usize, i: i32): usize {
  return load<u32>(table + ((<usize>i) << 2));
}

/** table[i] = 4 (start + i step), n entries: floats `step` apart. */
export function evenly(table: usize, start: i32, step: i32, n: i32): void {
  for (let i = 0; i < n; i++) store<i32>(table + ((<usize>i) << 2), (start + i * step) << 2);
}

/** Whether the next four offsets of a table name four floats in a row. */
export function adjacent(table: usize): bool {
  const offsets = v128.load(table);
  const first = v128.load_splat<i32>(table);
  return i32x4.all_true(i32x4.eq(i32x4.sub(offsets, first), i32x4(0, 4, 8, 12)));
}

/** Whether all n offsets of a table name floats in a row. */
export function straight(table: usize, n: i32): bool {
  const first = entry(table, 0);
  let i = 0;
  for (; i <= n - 4; i += 4) {
    const at = table + ((<usize>i) << 2);
    if (entry(at, 0) - first !== (<usize>i) << 2 || !adjacent(at)) return false;
  }
  for (; i < n; i++) if (entry(table, i) - first !== (<usize>i) << 2) return false;
  return true;
}

/**
 * to[panel][d][l] = the entry of lane panel * width + l at depth d; zeros past the last lane. Panels of `width` lanes, a
 * multiple of 4, are what `tile` reads in order. Lanes are rows or columns, whichever the product does not sum over.
 */
export function pack(to: usize, width: i32, from: usize, lanes: usize, n: i32, depths: usize, depth: i32): void {
  const step = (<usize>width) << 2;
  for (let l = 0; l < n; l += width) {
    if (width === 16 && l + 16 <= n && straight(lanes, 16)) {
      sixteen(to, from + entry(lanes, 0), depths, depth);
    } else {
      for (let q = 0; q < width; q += 4) {
        const quad = lanes + ((<usize>q) << 2);
        const start = to + ((<usize>q) << 2);
        if (l + q + 4 > n) ragged(start, step, from, quad, n - l - q, depths, depth);
        else if (adjacent(quad)) four(start, step, from + entry(quad, 0), depths, depth);
        else transposed(start, step, from, quad, depths, depth);
      }
    }
    lanes += step;
    to += step * depth;
  }
}

/** Sixteen lanes in a row. */
function sixteen(to: usize, from: usize, depths: usize, depth: i32): void {
  for (let d = 0; d < depth; d++) {
    const at = from + entry(depths, d);
    v128.store(to, v128.load(at, 0), 0);
    v128.store(to, v128.load(at, 16), 16);
    v128.store(to, v128.load(at, 32), 32);
    v128.store(to, v128.load(at, 48), 48);
    to += 64;
  }
}

/** Four lanes in a row. */
function four(to: usize, step: usize, from: usize, depths: usize, depth: i32): void {
  for (let d = 0; d < depth; d++) {
    v128.store(to, v128.load(from + entry(depths, d)));
    to += step;
  }
}

/** Four lanes apart: transposes four by four where four depths are in a row, else takes float by float. */
function transposed(to: usize, step: usize, from: usize, lanes: usize, depths: usize, depth: i32): void {
  const a = from + entry(lanes, 0);
  const b = from + entry(lanes, 1);
  const c = from + entry(lanes, 2);
  const d = from + entry(lanes, 3);
  let i = 0;
  while (i < depth) {
    const at = entry(depths, i);
    if (i + 4 <= depth && adjacent(depths + ((<usize>i) << 2))) {
      transpose4(to, step, a + at, b + at, c + at, d + at);
      to += 4 * step;
      i += 4;
    } else {
      store<f32>(to, load<f32>(a + at), 0);
      store<f32>(to, load<f32>(b + at), 4);
      store<f32>(to, load<f32>(c + at), 8);
      store<f32>(to, load<f32>(d + at), 12);
      to += step;
      i++;
    }
  }
}

/** Fewer than four lanes, or none: zeros for the rest. */
function ragged(to: usize, step: usize, from: usize, lanes: usize, n: i32, depths: usize, depth: i32): void {
  for (let d = 0; d < depth; d++) {
    v128.store(to, f32x4.splat(0));
    const at = from + entry(depths, d);
    for (let l = 0; l < n; l++) store<f32>(to + ((<usize>l) << 2), load<f32>(at + entry(lanes, l)));
    to += step;
  }
}
