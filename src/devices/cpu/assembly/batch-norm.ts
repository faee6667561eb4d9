import { gradientTotals } from "./channel-sums";
import { loadFirst, storeFirst } from "./lanes";

// x is [outer, n, inner], n channels in the middle.

/** y = (x - mean) weight / sqrt(variance + eps) + bias, for each channel. scratch: 16 n floats. */
export function batchNormalize(
  y: usize,
  x: usize,
  weight: usize,
  bias: usize,
  moments: usize,
  scratch: usize,
  outer: i32,
  n: i32,
  inner: i32,
  eps: f64,
): void {
  for (let c = 0; c < n; c++) {
    const at = (<usize>c) << 2;
    const entry = entryOf(scratch, c, inner);
    put(entry, inner, load<f32>(moments + at));
    put(entry + 16, inner, <f32>(<f64>load<f32>(weight + at) * scale(moments, n, c, eps)));
    put(entry + 32, inner, load<f32>(bias + at));
  }
  const length = inner === 1 ? n : inner;
  const rows = inner === 1 ? outer : outer * n;
  const bytes = (<usize>length) << 2;
  for (let r = 0; r < rows; r++, y += bytes, x += bytes) {
    normalizeRow(y, x, inner === 1 ? scratch : entryOf(scratch, r % n, inner), inner === 1 ? 64 : 0, length);
  }
}

/** y = (x - mean) factor + bias, from entries that lie `step` bytes apart. */
function normalizeRow(y: usize, x: usize, entry: usize, step: usize, length: i32): void {
  for (let left = length; left > 0; left -= 4, x += 16, y += 16, entry += step) {
    const centred = f32x4.sub(loadFirst(x, left), v128.load(entry));
    const result = f32x4.add(f32x4.mul(centred, v128.load(entry, 16)), v128.load(entry, 32));
    storeFirst(y, result, left);
  }
}

/**
 * y = weight / sqrt(variance + eps) (g - mean of g - (x - mean) (mean of g (x - mean)) / (variance + eps)), for each
 * channel. scratch: 23 n floats.
 */
export function batchNormalizeInput(
  y: usize,
  g: usize,
  x: usize,
  weight: usize,
  moments: usize,
  scratch: usize,
  outer: i32,
  n: i32,
  inner: i32,
  eps: f64,
): void {
  const row = (<usize>n) << 2;
  const totals = scratch + 16 * row;
  gradientTotals(totals, totals + 4 * row, g, x, moments, outer, n, inner);
  const share = 1 / (<f64>outer * <f64>inner);
  for (let c = 0; c < n; c++) {
    const at = (<usize>c) << 2;
    const entry = entryOf(scratch, c, inner);
    const s = scale(moments, n, c, eps);
    put(entry, inner, load<f32>(moments + at));
    put(entry + 16, inner, <f32>(<f64>load<f32>(weight + at) * s));
    put(entry + 32, inner, <f32>(load<f64>(totals + 2 * at) * share));
    put(entry + 48, inner, <f32>(load<f64>(totals + 2 * (row + at)) * share * s * s));
  }
  const length = inner === 1 ? n : inner;
  const rows = inner === 1 ? outer : outer * n;
  const bytes = (<usize>length) << 2;
  for (let r = 0; r < rows; r++, y += bytes, g += bytes, x += bytes) {
    inputRow(y, g, x, inner === 1 ? scratch : entryOf(scratch, r % n, inner), inner === 1 ? 64 : 0, length);
  }
}

/** y = factor (g - mean of g - (x - mean) slope), from entries that lie `step` bytes apart. */
function inputRow(y: usize, g: usize, x: usize, entry: usize, step: usize, length: i32): void {
  for (let left = length; left > 0; left -= 4, x += 16, g += 16, y += 16, entry += step) {
    const centredX = f32x4.sub(loadFirst(x, left), v128.load(entry));
    const centredG = f32x4.sub(loadFirst(g, left), v128.load(entry, 32));
    const along = f32x4.mul(centredX, v128.load(entry, 48));
    const result = f32x4.mul(f32x4.sub(centredG, along), v128.load(entry, 16));
    storeFirst(y, result, left);
  }
}

/**
 * Where a channel's four numbers lie in a table of entries of four vectors, one vector a number: an entry serves one
 * channel in all lanes, or, where neighbours are channels (inner is 1), four channels.
 */
function entryOf(table: usize, c: i32, inner: i32): usize {
  return inner === 1 ? table + ((<usize>(c >> 2)) << 6) + ((<usize>(c & 3)) << 2) : table + ((<usize>c) << 6);
}

function put(at: usize, inner: i32, value: f32): void {
  if (inner === 1) store<f32>(at, value);
  else v128.store(at, f32x4.splat(value));
}

/** y[c] = sum of g (x - mean) / sqrt(variance + eps). scratch: 7 n floats */
export function channelProducts(
  y: usize,
  g: usize,
  x: usize,
  moments: usize,
  scratch: usize,
  outer: i32,
  n: i32,
  inner: i32,
  eps: f64,
): void {
  const row = (<usize>n) << 2;
  gradientTotals(scratch, scratch + 4 * row, g, x, moments, outer, n, inner);
  for (let c = 0; c < n; c++) {
    const at = (<usize>c) << 2;
    store<f32>(y + at, <f32>(load<f64>(scratch + 2 * (row + at)) * scale(moments, n, c, eps)));
  }
}

/** 1 / sqrt(variance + eps) */
function scale(moments: usize, n: i32, c: i32, eps: f64): f64 {
  return 1 / sqrt<f64>(<f64>load<f32>(moments + ((<usize>(n + c)) << 2)) + eps);
}
