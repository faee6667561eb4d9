import { everyNth, loadFirst, storeFirst } from "./lanes";
import { Window } from "./window";

// Planes are the units. Rows first, then columns, as in max-pool.ts; and back the other way. row: the thread's own.

/**
 * y[plane, i, j] = the mean of x[plane] under the window at (i, j), 0 outside the plane, for planes from .. to. At `window`
 * lies a `Window`.
 */
export function avgPool2d(y: usize, x: usize, window: usize, row: usize, from: i32, to: i32): void {
  const sizes = Window.at(window);
  const height = sizes.height;
  const width = sizes.width;
  memory.fill(row, 0, (<usize>(width + 2 * sizes.columnPadding)) << 2);
  const inside = row + ((<usize>sizes.columnPadding) << 2);
  const plane = (<usize>(height * width)) << 2;
  x += <usize>from * plane;
  y += (<usize>(from * sizes.pixels)) << 2;
  for (let p = from; p < to; p++, x += plane) {
    for (let i = 0; i < sizes.outHeight; i++, y += (<usize>sizes.outWidth) << 2) {
      columnSums(inside, x, sizes.firstRow(i), sizes.endRow(i), sizes.rowDilation, width);
      windowMeans(y, row, sizes);
    }
  }
}

/** sums[c] = sum of x[r, c] over r = first, first + step, ... < end. */
function columnSums(sums: usize, x: usize, first: i32, end: i32, step: i32, width: i32): void {
  for (let c = 0; c < width; c += 4) {
    const left = width - c;
    let sum = f32x4.splat(0);
    for (let r = first; r < end; r += step) {
      const at = x + ((<usize>(r * width + c)) << 2);
      sum = f32x4.add(sum, loadFirst(at, left));
    }
    const to = sums + ((<usize>c) << 2);
    storeFirst(to, sum, left);
  }
}

/** y[j] = sum of `sums` under the columns of window j, divided by the window's pixels. */
function windowMeans(y: usize, sums: usize, sizes: Window): void {
  const kw = sizes.kernelColumns;
  const sw = sizes.columnStride;
  const dw = sizes.columnDilation;
  const ow = sizes.outWidth;
  const area = <f32>sizes.taps;
  for (let j = 0; j < ow; j += 4) {
    let from = sums + ((<usize>(j * sw)) << 2);
    let sum = everyNth(from, sw);
    for (let v = 1; v < kw; v++) {
      from += (<usize>dw) << 2;
      sum = f32x4.add(sum, everyNth(from, sw));
    }
    const mean = f32x4.div(sum, f32x4.splat(area));
    storeFirst(y + ((<usize>j) << 2), mean, ow - j);
  }
}

/**
 * y[plane, every pixel under the window at (i, j)] += g[plane, i, j] / the window's pixels, from zeros, for planes from
 * .. to.
 */
export function avgSpread(y: usize, g: usize, window: usize, row: usize, from: i32, to: i32): void {
  const sizes = Window.at(window);
  const width = sizes.width;
  const plane = (<usize>(sizes.height * width)) << 2;
  const inside = row + ((<usize>sizes.columnPadding) << 2);
  y += <usize>from * plane;
  g += (<usize>(from * sizes.pixels)) << 2;
  for (let p = from; p < to; p++, y += plane) {
    memory.fill(y, 0, plane);
    for (let i = 0; i < sizes.outHeight; i++, g += (<usize>sizes.outWidth) << 2) {
      spreadRow(row, g, sizes);
      const end = sizes.endRow(i);
      for (let r = sizes.firstRow(i); r < end; r += sizes.rowDilation)
        addRow(y + ((<usize>(r * width)) << 2), inside, width);
    }
  }
}

/** row[each column under window j] += g[j] / the window's pixels, from zeros. */
function spreadRow(row: usize, g: usize, sizes: Window): void {
  const kw = sizes.kernelColumns;
  const sw = sizes.columnStride;
  const dw = sizes.columnDilation;
  const share = <f32>1 / <f32>sizes.taps;
  memory.fill(row, 0, (<usize>(sizes.width + 2 * sizes.columnPadding)) << 2);
  for (let j = 0; j < sizes.outWidth; j++) {
    const value = share * load<f32>(g + ((<usize>j) << 2));
    let to = row + ((<usize>(j * sw)) << 2);
    for (let v = 0; v < kw; v++, to += (<usize>dw) << 2) store<f32>(to, load<f32>(to) + value);
  }
}

/** y[c] += x[c], n floats. */
function addRow(y: usize, x: usize, n: i32): void {
  let c: i32 = 0;
  for (; c <= n - 4; c += 4, x += 16, y += 16) v128.store(y, f32x4.add(v128.load(y), v128.load(x)));
  for (; c < n; c++, x += 4, y += 4) store<f32>(y, load<f32>(y) + load<f32>(x));
}
