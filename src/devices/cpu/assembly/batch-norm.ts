import { loadFirst, madd, storeFirst } from "./lanes";

// x is [outer, n, inner], n channels in the middle. What a pass needs of each channel lies in a table made before; the units
// of a pass are rows: of all channels where inner is 1, else of one.

/** factors[c] = weight / sqrt(variance + eps). moments: [2, n] */
export function channelFactors(factors: usize, weight: usize, moments: usize, n: i32, eps: f64): void {
  for (let c = 0; c < n; c++) {
    const at = (<usize>c) << 2;
    store<f32>(factors + at, <f32>(<f64>load<f32>(weight + at) / deviation(moments, n, c, eps)));
  }
}

/** sqrt(variance + eps) */
export function deviation(moments: usize, n: i32, c: i32, eps: f64): f64 {
  return sqrt<f64>(<f64>load<f32>(moments + ((<usize>(n + c)) << 2)) + eps);
}

/** y = (x - mean) factor + bias for rows from .. to, and 0 where that is not above 0 if `relu`. */
export function batchNormalize(
  y: usize,
  x: usize,
  bias: usize,
  moments: usize,
  factors: usize,
  n: i32,
  inner: i32,
  relu: bool,
  from: i32,
  to: i32,
): void {
  const floor = f32x4.splat(floorOf(relu));
  const length = inner === 1 ? n : inner;
  const bytes = (<usize>length) << 2;
  y += <usize>from * bytes;
  x += <usize>from * bytes;
  for (let r = from; r < to; r++, y += bytes, x += bytes) {
    if (inner === 1) normalizeEach(y, x, bias, moments, factors, floor, n);
    else {
      const at = (<usize>(r % n)) << 2;
      normalizeRow(y, x, bias + at, moments + at, factors + at, floor, inner);
    }
  }
}

/** y = (x - mean) factor + bias for a row of one channel. */
function normalizeRow(y: usize, x: usize, biases: usize, means: usize, factors: usize, floor: v128, length: i32): void {
  const bias = v128.load_splat<f32>(biases);
  const mean = v128.load_splat<f32>(means);
  const factor = v128.load_splat<f32>(factors);
  for (let left = length; left > 0; left -= 4, x += 16, y += 16) {
    const v = normalized(f32x4.sub(loadFirst(x, left), mean), factor, bias);
    storeFirst(y, kept(v, v, floor), left);
  }
}

/** The same for a row of all channels. */
function normalizeEach(
  y: usize,
  x: usize,
  biases: usize,
  means: usize,
  factors: usize,
  floor: v128,
  length: i32,
): void {
  for (let at: usize = 0; length > 0; length -= 4, at += 16) {
    const centred = f32x4.sub(loadFirst(x + at, length), loadFirst(means + at, length));
    const v = normalized(centred, loadFirst(factors + at, length), loadFirst(biases + at, length));
    storeFirst(y + at, kept(v, v, floor), length);
  }
}

/** (x - mean) factor + bias, written once: what is kept of a gradient depends on its last bit. */
export function normalized(centred: v128, factor: v128, bias: v128): v128 {
  return madd(centred, factor, bias);
}

/** a where v is above the floor, or NaN; else 0. */
export function kept(a: v128, v: v128, floor: v128): v128 {
  return v128.andnot(a, f32x4.le(v, floor));
}

/** What numbers have to exceed: 0 after relu; without it nothing, and nothing is at most NaN. */
export function floorOf(relu: bool): f32 {
  return relu ? 0 : NaN;
}

/**
 * For y = weight / deviation (g - total of g / count - xhat total of g xhat / count) as factor g + (x - mean) slope + offset:
 * slopes[c] = - factor total of g xhat / (count deviation), and behind them offsets[c] = - factor total of g / count.
 * totals: [2, n], of g and of g xhat
 */
export function gradientTable(
  slopes: usize,
  factors: usize,
  moments: usize,
  totals: usize,
  n: i32,
  count: f64,
  eps: f64,
): void {
  const row = (<usize>n) << 2;
  for (let at: usize = 0; at < row; at += 4) {
    const factor = -(<f64>load<f32>(factors + at)) / count;
    const along = <f64>load<f32>(totals + row + at) / deviation(moments, n, <i32>(at >> 2), eps);
    store<f32>(slopes + at, <f32>(factor * along));
    store<f32>(slopes + row + at, <f32>(factor * <f64>load<f32>(totals + at)));
  }
}

/**
 * y = factor g + (x - mean) slope + offset for rows from .. to; with relu 0 in place of g where (x - mean) factor +
 * bias is not above 0. Behind slopes: [n] lie offsets: [n].
 */
export function batchNormalizeInput(
  y: usize,
  g: usize,
  x: usize,
  bias: usize,
  moments: usize,
  factors: usize,
  slopes: usize,
  n: i32,
  inner: i32,
  relu: bool,
  from: i32,
  to: i32,
): void {
  const floor = f32x4.splat(floorOf(relu));
  const offsets = slopes + ((<usize>n) << 2);
  const length = inner === 1 ? n : inner;
  const bytes = (<usize>length) << 2;
  y += <usize>from * bytes;
  g += <usize>from * bytes;
  x += <usize>from * bytes;
  for (let r = from; r < to; r++, y += bytes, g += bytes, x += bytes) {
    if (inner === 1) inputEach(y, g, x, bias, moments, factors, slopes, offsets, floor, n);
    else {
      const at = (<usize>(r % n)) << 2;
      inputRow(y, g, x, bias + at, moments + at, factors + at, slopes + at, offsets + at, floor, inner);
    }
  }
}

/** y = factor g + (x - mean) slope + offset for a row of one channel. */
export function inputRow(
  y: usize,
  g: usize,
  x: usize,
  biases: usize,
  means: usize,
  factors: usize,
  slopes: usize,
  offsets: usize,
  floor: v128,
  length: i32,
): void {
  const bias = v128.load_splat<f32>(biases);
  const mean = v128.load_splat<f32>(means);
  const factor = v128.load_splat<f32>(factors);
  const slope = v128.load_splat<f32>(slopes);
  const offset = v128.load_splat<f32>(offsets);
  for (let left = length; left > 0; left -= 4, x += 16, g += 16, y += 16) {
    const centred = f32x4.sub(loadFirst(x, left), mean);
    const gradient = kept(loadFirst(g, left), normalized(centred, factor, bias), floor);
    storeFirst(y, madd(gradient, factor, madd(centred, slope, offset)), left);
  }
}

/** The same for a row of all channels. */
function inputEach(
  y: usize,
  g: usize,
  x: usize,
  biases: usize,
  means: usize,
  factors: usize,
  slopes: usize,
  offsets: usize,
  floor: v128,
  length: i32,
): void {
  for (let at: usize = 0; length > 0; length -= 4, at += 16) {
    const centred = f32x4.sub(loadFirst(x + at, length), loadFirst(means + at, length));
    const factor = loadFirst(factors + at, length);
    const gradient = kept(
      loadFirst(g + at, length),
      normalized(centred, factor, loadFirst(biases + at, length)),
      floor,
    );
    const rest = madd(centred, loadFirst(slopes + at, length), loadFirst(offsets + at, length));
    storeFirst(y + at, madd(gradient, factor, rest), length);
  }
}
