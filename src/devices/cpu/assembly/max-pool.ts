import { everyNth, loadFirst, storeFirst } from "./lanes";
import { Window } from "./window";

// The units are planes. A window's rows are taken together first, column by column, into a row of scratch memory that has
// the padding at its ends; the columns of each window follow from there. So rows are read as they lie and no window has
// edges of its own. Windows of two or three columns, two apart and without padding, are read straight from the image.

/**
 * y[plane, i, j] = the largest pixel of x[plane] under the window at (i, j), and where[plane, i, j] = row * width +
 * column of the first one in row-major order, for planes from .. to; a NaN is larger than all. Of a channel whose
 * weight is negative, weights: [channels] or 0 for none, the smallest. Every window meets its plane. At `window` lies a
 * `Window`; scratch: two rows of `length` floats.
 */
export function maxPool2d(
  y: usize,
  where: usize,
  x: usize,
  weights: usize,
  window: usize,
  length: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const sizes = Window.at(window);
  const height = sizes.height;
  const width = sizes.width;
  const down = sizes.rowDilation;
  const best = scratch + ((<usize>sizes.columnPadding) << 2);
  const place = best + ((<usize>length) << 2);
  for (let c = -sizes.columnPadding; c < width + sizes.columnPadding; c++) {
    store<f32>(best + ((<usize>c) << 2), -Infinity);
    store<f32>(place + ((<usize>c) << 2), Infinity); // padding loses every tie
  }
  const direct = sizes.byTwo;
  const end = x + ((<usize>(sizes.planes * height * width)) << 2);
  const plane = (<usize>(height * width)) << 2;
  const row = (<usize>sizes.outWidth) << 2;
  const out = <usize>sizes.outHeight * row;
  for (let p = <usize>from; p < <usize>to; p++) {
    const image = x + p * plane;
    const least = weights !== 0 && load<f32>(weights + ((p % <usize>sizes.channels) << 2)) < 0;
    const turn = f32x4.splat(least ? -0.0 : 0); // the smallest is the largest with signs turned, before and after
    if (direct && maximaByTwo(y + p * out, where + p * out, image, end, turn, sizes)) continue;
    for (let i = 0; i < sizes.outHeight; i++) {
      const at = p * out + <usize>i * row;
      columnMaxima(best, place, image, turn, sizes.firstRow(i), sizes.endRow(i), down, width);
      windowMaxima(y + at, where + at, scratch, scratch + ((<usize>length) << 2), turn, sizes);
    }
  }
}

/**
 * A plane's windows of two or three columns, two apart, four windows at a time. False, and nothing is right, where a NaN or
 * an infinity came up, which comparisons alone would not do justice, or where the image would be read past `end`.
 */
function maximaByTwo(y: usize, where: usize, x: usize, end: usize, turn: v128, sizes: Window): bool {
  const width = sizes.width;
  const ow = sizes.outWidth;
  const rows = sizes.kernelRows;
  const three = sizes.kernelColumns === 3;
  const down = sizes.rowDilation * width;
  const bytesDown = (<usize>down) << 2;
  const next = sizes.rowStride * width;
  if (ow < 4 && x + ((<usize>(sizes.height * width)) << 2) + 36 > end) return false;
  // Constants would be put together anew at every use: these come of what is not known before.
  const two = i32x4.splat(sizes.columnStride);
  const below = i32x4.splat(down);
  let first = i32x4(0, 2, 4, 6); // places of the first four windows of a row
  let sum = f32x4.splat(0);
  for (let i = 0; i < sizes.outHeight; i++, y += (<usize>ow) << 2, where += (<usize>ow) << 2, x += (<usize>next) << 2) {
    for (let four = 0; four < ow; four += 4) {
      const j = max(0, min(four, ow - 4)); // the last four overlap those before
      let at = x + ((<usize>j) << 3);
      let left = i32x4.add(first, i32x4.splat(2 * j));
      let best = v128.xor(everyNth(at, 2), turn);
      let place = left;
      for (let u = 0; u < rows; u++) {
        const a = v128.xor(v128.load(at), turn);
        const b = v128.xor(v128.load(at, 16), turn);
        const even = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
        const odd = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
        let own = i32x4.sub(left, f32x4.lt(even, odd)); // true is -1
        let largest = f32x4.pmax(even, odd);
        sum = f32x4.add(sum, f32x4.add(a, b));
        if (three) {
          const next = v128.xor(v128.load32_zero(at, 32), turn);
          const third = v128.shuffle<f32>(even, next, 1, 2, 3, 4);
          own = v128.bitselect(i32x4.add(left, two), own, f32x4.lt(largest, third));
          largest = f32x4.pmax(largest, third);
          sum = f32x4.add(sum, third);
        }
        place = v128.bitselect(own, place, f32x4.lt(best, largest));
        best = f32x4.pmax(best, largest);
        left = i32x4.add(left, below);
        at += bytesDown;
      }
      storeFirst(y + ((<usize>j) << 2), v128.xor(best, turn), ow);
      storeFirst(where + ((<usize>j) << 2), f32x4.convert_i32x4_s(place), ow);
    }
    first = i32x4.add(first, i32x4.splat(next));
  }
  const none = f32x4.mul(sum, f32x4.splat(0));
  return !v128.any_true(f32x4.ne(none, none));
}

/**
 * best[c] = the largest x[r, c], its sign turned, over r = first, first + step, ... < end, and place[c] = r width + c of the
 * first one.
 */
function columnMaxima(
  best: usize,
  place: usize,
  x: usize,
  turn: v128,
  first: i32,
  end: i32,
  step: i32,
  width: i32,
): void {
  for (let c = 0; c < width; c += 4) {
    const left = width - c;
    const columns = f32x4.add(f32x4.splat(<f32>c), f32x4(0, 1, 2, 3));
    let at = x + ((<usize>(first * width + c)) << 2);
    let b = v128.xor(loadFirst(at, left), turn);
    let p = f32x4.add(columns, f32x4.splat(<f32>(first * width)));
    for (let r = first + step; r < end; r += step) {
      at += (<usize>(step * width)) << 2;
      const next = v128.xor(loadFirst(at, left), turn);
      const wins = beats(next, b);
      b = v128.bitselect(next, b, wins);
      p = v128.bitselect(f32x4.add(columns, f32x4.splat(<f32>(r * width))), p, wins);
    }
    const to = (<usize>c) << 2;
    storeFirst(best + to, b, left);
    storeFirst(place + to, p, left);
  }
}

/**
 * y[j] = the largest of `best` under the columns of window j, its sign turned back; of equals the one with the smallest
 * place.
 */
function windowMaxima(y: usize, where: usize, best: usize, place: usize, turn: v128, sizes: Window): void {
  const kw = sizes.kernelColumns;
  const sw = sizes.columnStride;
  const dw = sizes.columnDilation;
  const ow = sizes.outWidth;
  for (let j = 0; j < ow; j += 4) {
    let from = (<usize>(j * sw)) << 2;
    let b = everyNth(best + from, sw);
    let p = everyNth(place + from, sw);
    for (let v = 1; v < kw; v++) {
      from += (<usize>dw) << 2;
      const next = everyNth(best + from, sw);
      const nextPlace = everyNth(place + from, sw);
      const earlier = v128.andnot(f32x4.lt(nextPlace, p), beats(b, next));
      const wins = v128.or(beats(next, b), earlier);
      b = v128.bitselect(next, b, wins);
      p = v128.bitselect(nextPlace, p, wins);
    }
    const to = (<usize>j) << 2;
    storeFirst(y + to, v128.xor(b, turn), ow - j);
    storeFirst(where + to, p, ow - j);
  }
}

/** a > b, or a is NaN and b is not. */
function beats(a: v128, b: v128): v128 {
  return v128.andnot(f32x4.eq(b, b), f32x4.le(a, b));
}

/** y[r, j] = x[r, places[r, j]] for planes from .. to. x: [planes, pixels], places: [planes, windows] -> [planes, windows] */
export function pick(y: usize, x: usize, places: usize, window: usize, from: i32, to: i32): void {
  const sizes = Window.at(window);
  const plane = (<usize>(sizes.height * sizes.width)) << 2;
  const many = sizes.pixels;
  const skipped = (<usize>(from * many)) << 2;
  y += skipped;
  places += skipped;
  x += <usize>from * plane;
  for (let p = from; p < to; p++, x += plane) {
    for (let j = 0; j < many; j++, y += 4, places += 4) {
      store<f32>(y, load<f32>(x + ((<usize>load<f32>(places)) << 2)));
    }
  }
}

/** y[r, places[r, j]] += g[r, j] for planes from .. to, from zeros. g, places: [planes, windows] -> [planes, pixels] */
export function unpick(y: usize, g: usize, places: usize, window: usize, from: i32, to: i32): void {
  const sizes = Window.at(window);
  const plane = (<usize>(sizes.height * sizes.width)) << 2;
  const part = (<usize>sizes.pixels) << 2;
  y += <usize>from * plane;
  g += <usize>from * part;
  places += <usize>from * part;
  for (let p = from; p < to; p++, y += plane, g += part, places += part) unpickPlane(y, g, places, sizes);
}

/** A plane of it. */
export function unpickPlane(y: usize, g: usize, places: usize, sizes: Window): void {
  if (sizes.halves && sizes.outWidth >= 4) {
    unpickHalves(y, g, places, sizes);
    return;
  }
  const part = (<usize>sizes.pixels) << 2;
  memory.fill(y, 0, (<usize>(sizes.height * sizes.width)) << 2);
  for (let j: usize = 0; j < part; j += 4) {
    const to = y + ((<usize>load<f32>(places + j)) << 2);
    store<f32>(to, load<f32>(to) + load<f32>(g + j));
  }
}

/** A plane of it for windows of 2 x 2 side by side, outWidth >= 4: every pixel is written once, four windows at a time. */
function unpickHalves(y: usize, g: usize, places: usize, sizes: Window): void {
  const width = sizes.width;
  const ow = sizes.outWidth;
  const down = (<usize>width) << 2;
  const end = y + <usize>sizes.height * down;
  for (let i = 0; i < sizes.outHeight; i++, y += 2 * down, g += (<usize>ow) << 2, places += (<usize>ow) << 2) {
    for (let four = 0; four < ow; four += 4) {
      const j = min(four, ow - 4); // the last four overlap those before
      const value = v128.load(g + ((<usize>j) << 2));
      const first = f32x4.add(f32x4.splat(<f32>((i * width + j) * 2)), f32x4(0, 2, 4, 6));
      const place = f32x4.sub(v128.load(places + ((<usize>j) << 2)), first); // from the window's first pixel
      const to = y + ((<usize>(2 * j)) << 2);
      putPair(to, value, place, 0);
      putPair(to + down, value, place, <f32>width);
    }
    for (let c = 2 * ow; c < width; c++) {
      store<f32>(y + ((<usize>c) << 2), 0);
      store<f32>(y + down + ((<usize>c) << 2), 0);
    }
  }
  memory.fill(y, 0, end - y);
}

/**
 * Of four pairs of neighbours each value goes to the left one where its place is `left`, to the right one where it is
 * the next.
 */
function putPair(to: usize, value: v128, place: v128, left: f32): void {
  const a = v128.and(value, f32x4.eq(place, f32x4.splat(left)));
  const b = v128.and(value, f32x4.eq(place, f32x4.splat(left + 1)));
  v128.store(to, v128.shuffle<f32>(a, b, 0, 4, 1, 5));
  v128.store(to, v128.shuffle<f32>(a, b, 2, 6, 3, 7), 16);
}
