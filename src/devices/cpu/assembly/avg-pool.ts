import { everyNth, loadFew, storeFew } from "./lanes";
import { firstInside } from "./max-pool";

// Rows first, then columns, as in max-pool.ts; and back the other way.

/** y[plane, i, j] = the mean of x[plane, i sh - ph + u dh, j sw - pw + v dw] over u < kh, v < kw, outside the plane 0. */
export function avgPool2d(
  y: usize,
  x: usize,
  row: usize,
  planes: i32,
  height: i32,
  width: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  ph: i32,
  pw: i32,
  dh: i32,
  dw: i32,
  oh: i32,
  ow: i32,
): void {
  memory.fill(row, 0, (<usize>(width + 2 * pw)) << 2);
  const inside = row + ((<usize>pw) << 2);
  const plane = (<usize>(height * width)) << 2;
  for (let p = 0; p < planes; p++, x += plane) {
    for (let i = 0; i < oh; i++, y += (<usize>ow) << 2) {
      const start = i * sh - ph;
      columnSums(inside, x, firstInside(start, dh), min(height, start + kh * dh), dh, width);
      windowMeans(y, row, <f32>(kh * kw), kw, sw, dw, ow);
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
      sum = f32x4.add(sum, left > 3 ? v128.load(at) : loadFew(at, left));
    }
    const to = sums + ((<usize>c) << 2);
    if (left > 3) v128.store(to, sum);
    else storeFew(to, sum, left);
  }
}

/** y[j] = sum of sums[j sw + v dw] over v < kw, divided by the area. */
function windowMeans(y: usize, sums: usize, area: f32, kw: i32, sw: i32, dw: i32, ow: i32): void {
  for (let j = 0; j < ow; j += 4) {
    let from = sums + ((<usize>(j * sw)) << 2);
    let sum = everyNth(from, sw);
    for (let v = 1; v < kw; v++) {
      from += (<usize>dw) << 2;
      sum = f32x4.add(sum, everyNth(from, sw));
    }
    const mean = f32x4.div(sum, f32x4.splat(area));
    const to = y + ((<usize>j) << 2);
    if (j <= ow - 4) v128.store(to, mean);
    else storeFew(to, mean, ow - j);
  }
}

/** y[plane, i sh - ph + u dh, j sw - pw + v dw] += g[plane, i, j] / (kh kw) for u < kh, v < kw, from zeros. */
export function avgSpread(
  y: usize,
  g: usize,
  row: usize,
  planes: i32,
  height: i32,
  width: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  ph: i32,
  pw: i32,
  dh: i32,
  dw: i32,
  oh: i32,
  ow: i32,
): void {
  const plane = (<usize>(height * width)) << 2;
  const inside = row + ((<usize>pw) << 2);
  const share = <f32>1 / <f32>(kh * kw);
  for (let p = 0; p < planes; p++, y += plane) {
    memory.fill(y, 0, plane);
    for (let i = 0; i < oh; i++, g += (<usize>ow) << 2) {
      spreadRow(row, g, share, width + 2 * pw, kw, sw, dw, ow);
      const start = i * sh - ph;
      const end = min(height, start + kh * dh);
      for (let r = firstInside(start, dh); r < end; r += dh) addRow(y + ((<usize>(r * width)) << 2), inside, width);
    }
  }
}

/** row[j sw + v dw] += share g[j] for v < kw, from zeros. */
function spreadRow(row: usize, g: usize, share: f32, length: i32, kw: i32, sw: i32, dw: i32, ow: i32): void {
  memory.fill(row, 0, (<usize>length) << 2);
  for (let j = 0; j < ow; j++) {
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
