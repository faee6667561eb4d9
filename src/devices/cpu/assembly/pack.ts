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
function adjacent(table: usize): bool {
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
 * to[panel][d][l] = the entry of lane panel * width + l at depth d; zeros past the last lane. Panels of `width` lanes, 4
 * or 16, are what a product reads in order. Lanes are rows or columns, whichever the product does not sum over.
 */
export function pack(to: usize, width: i32, from: usize, lanes: usize, n: i32, depths: usize, depth: i32): void {
  const step = (<usize>width) << 2;
  // Sixteen lanes are one panel or four, which take as much room.
  const sixteen = (<usize>depth) << 6;
  const apart = width === 16 ? 16 : sixteen >> 2;
  const quads = ((n + width - 1) / width) * (width / 4);
  for (let q = 0; q < quads; ) {
    const start = to + (<usize>q >> 2) * sixteen + (<usize>q & 3) * apart;
    const left = n - 4 * q;
    const run = q % 4 === 0 ? runs(lanes, width === 16 ? left / 16 : min(1, left / 16)) : 0;
    if (run > 0) {
      wide(start, step, apart, from + entry(lanes, 0), run, depths, depth);
    } else if (left < 4) {
      ragged(start, step, from, lanes, left, depths, depth);
    } else if (adjacent(lanes)) {
      narrow(start, step, from + entry(lanes, 0), depths, depth);
    } else {
      transposed(start, step, from, lanes, depths, depth);
    }
    const done = max(1, 4 * run);
    q += done;
    lanes += (<usize>done) << 4;
  }
}

/** How many of the next n sixteens of lanes lie in a row, one behind the other. */
function runs(lanes: usize, n: i32): i32 {
  const first = entry(lanes, 0);
  let i = 0;
  while (i < n && straight(lanes, 16) && entry(lanes, 0) - first === (<usize>i) << 6) {
    i++;
    lanes += 64;
  }
  return i;
}

/** Sixteens of lanes in a row: depth by depth, so that memory is read in long pieces. */
function wide(to: usize, step: usize, apart: usize, from: usize, sixteens: i32, depths: usize, depth: i32): void {
  const next = (<usize>depth) << 6;
  for (let d = 0; d < depth; d++) {
    let at = from + entry(depths, d);
    let y = to;
    for (let i = 0; i < sixteens; i++) {
      v128.store(y, v128.load(at, 0));
      v128.store(y + apart, v128.load(at, 16));
      v128.store(y + 2 * apart, v128.load(at, 32));
      v128.store(y + 3 * apart, v128.load(at, 48));
      at += 64;
      y += next;
    }
    to += step;
  }
}

/** Four lanes in a row. */
function narrow(to: usize, step: usize, from: usize, depths: usize, depth: i32): void {
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
