import { transpose4 } from "./lanes";

/**
 * y[i . yStrides] = x[i . xStrides] for every index i over the dimensions at `dims`, outermost first, each a size and
 * the strides of y and x in elements, which may be 0 or negative. At least two dimensions; of number `cut` the indices
 * from .. to.
 */
export function move(y: usize, x: usize, dims: usize, rank: i32, cut: i32, from: i32, to: i32): void {
  const at = dims + 12 * cut;
  walk(y + ((from * load<i32>(at, 4)) << 2), x + ((from * load<i32>(at, 8)) << 2), dims, rank, cut, to - from);
}

/** The same from index 0 on; of number `cut` so many indices as `count` says. */
function walk(y: usize, x: usize, dims: usize, rank: i32, cut: i32, count: i32): void {
  const n = cut === 0 ? count : load<i32>(dims);
  const yStep = load<i32>(dims, 4) << 2;
  const xStep = load<i32>(dims, 8) << 2;
  if (rank === 2) {
    const inner = cut === 1 ? count : load<i32>(dims, 12);
    plane(y, yStep, x, xStep, n, load<i32>(dims, 16) << 2, load<i32>(dims, 20) << 2, inner);
  } else {
    for (let i = 0; i < n; i++) walk(y + i * yStep, x + i * xStep, dims + 12, rank - 1, cut - 1, count);
  }
}

/** The two innermost dimensions, m and n; strides are in bytes from here on. */
function plane(y: usize, yRow: i32, x: usize, xRow: i32, m: i32, yStep: i32, xStep: i32, n: i32): void {
  if (yStep === 4 && xStep === 4) {
    for (let i = 0; i < m; i++) run(y + i * yRow, x + i * xRow, n << 2);
  } else if (yStep === 4 && xRow === 4) {
    transpose(y, yRow, x, xStep, m, n);
  } else {
    for (let i = 0; i < m; i++) single(y + i * yRow, yStep, x + i * xRow, xStep, n);
  }
}

/** Bytes below which the call of memory.copy costs more than it saves. */
const short: usize = 256;

/** Copies `bytes` in one piece. */
export function run(y: usize, x: usize, bytes: usize): void {
  if (bytes > short) {
    memory.copy(y, x, bytes);
    return;
  }
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(y + at, v128.load(x + at));
  for (; at < bytes; at += 4) store<f32>(y + at, load<f32>(x + at));
}

/** n elements one by one, at any strides. */
function single(y: usize, yStep: i32, x: usize, xStep: i32, n: i32): void {
  for (let j = 0; j < n; j++, y += yStep, x += xStep) store<f32>(y, load<f32>(x));
}

/** y[i, j] = x[j, i], i < m, j < n, rows yRow and xRow bytes apart. In bands of i, to use up each cache line of x. */
function transpose(y: usize, yRow: i32, x: usize, xRow: i32, m: i32, n: i32): void {
  let i = 0;
  for (let band = 0; i + 4 <= m; i += band) {
    band = min(16, (m - i) & ~3);
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      for (let p = i; p < i + band; p += 4) {
        const from = x + j * xRow + (p << 2);
        transpose4(y + p * yRow + (j << 2), yRow, from, from + xRow, from + 2 * xRow, from + 3 * xRow);
      }
    }
    for (let p = i; p < i + band; p++) single(y + p * yRow + (j << 2), 4, x + j * xRow + (p << 2), xRow, n - j);
  }
  for (; i < m; i++) single(y + i * yRow, 4, x + (i << 2), xRow, n);
}
