import { everyNth, loadFirst, storeFirst } from "./lanes";
import { Window } from "./window";

// A window's rows are taken together first, column by column, into a row of scratch memory that has the padding at its
// ends; the columns of each window follow from there. So rows are read as they lie and no window has edges of its own.

/**
 * y[plane, i, j] = the largest pixel of x[plane] under the window at (i, j), and where[plane, i, j] = row * width + column
 * of the first one in row-major order; a NaN is larger than all. Every window meets its plane. best, place: scratch rows;
 * at `window` lies a `Window`.
 */
export function maxPool2d(y: usize, where: usize, x: usize, best: usize, place: usize, window: usize): void {
  const sizes = Window.at(window);
  if (sizes.halves && sizes.outWidth >= 4) {
    maxPoolHalves(y, where, x, sizes);
    return;
  }
  const height = sizes.height;
  const width = sizes.width;
  const down = sizes.rowDilation;
  for (let c = 0; c < width + 2 * sizes.columnPadding; c++) {
    store<f32>(best + ((<usize>c) << 2), -Infinity);
    store<f32>(place + ((<usize>c) << 2), Infinity); // padding loses every tie
  }
  const inside = (<usize>sizes.columnPadding) << 2;
  const plane = (<usize>(height * width)) << 2;
  const row = (<usize>sizes.outWidth) << 2;
  for (let p = 0; p < sizes.planes; p++, x += plane) {
    for (let i = 0; i < sizes.outHeight; i++, y += row, where += row) {
      columnMaxima(best + inside, place + inside, x, sizes.firstRow(i), sizes.endRow(i), down, width);
      windowMaxima(y, where, best, place, sizes);
    }
  }
}

/** The same for windows of 2 x 2 side by side, outWidth >= 4: straight from the image, four windows at a time. */
function maxPoolHalves(y: usize, where: usize, x: usize, sizes: Window): void {
  const height = sizes.height;
  const width = sizes.width;
  const ow = sizes.outWidth;
  const down = (<usize>width) << 2;
  for (let p = 0; p < sizes.planes; p++, x += <usize>height * down) {
    for (let i = 0; i < sizes.outHeight; i++, y += (<usize>ow) << 2, where += (<usize>ow) << 2) {
      for (let four = 0; four < ow; four += 4) {
        const j = min(four, ow - 4); // the last four overlap those before
        const place = i * width * 2 + j * 2;
        const at = x + ((<usize>place) << 2);
        const left = f32x4.add(f32x4.splat(<f32>place), f32x4(0, 2, 4, 6));
        const right = f32x4.add(left, f32x4.splat(1));
        const row = f32x4.splat(<f32>width);

        const a0 = v128.load(at);
        const a1 = v128.load(at, 16);
        const above = v128.shuffle<f32>(a0, a1, 0, 2, 4, 6);
        const aboveRight = v128.shuffle<f32>(a0, a1, 1, 3, 5, 7);
        const b0 = v128.load(at + down);
        const b1 = v128.load(at + down, 16);
        const below = v128.shuffle<f32>(b0, b1, 0, 2, 4, 6);
        const belowRight = v128.shuffle<f32>(b0, b1, 1, 3, 5, 7);

        const rightAbove = beats(aboveRight, above);
        const rightBelow = beats(belowRight, below);
        const upper = v128.bitselect(aboveRight, above, rightAbove);
        const lower = v128.bitselect(belowRight, below, rightBelow);
        const placeAbove = v128.bitselect(right, left, rightAbove);
        const placeBelow = f32x4.add(v128.bitselect(right, left, rightBelow), row);
        const isBelow = beats(lower, upper);
        v128.store(y + ((<usize>j) << 2), v128.bitselect(lower, upper, isBelow));
        v128.store(where + ((<usize>j) << 2), v128.bitselect(placeBelow, placeAbove, isBelow));
      }
    }
  }
}

/** best[c] = the largest x[r, c] over r = first, first + step, ... < end, and place[c] = r width + c of the first one. */
function columnMaxima(best: usize, place: usize, x: usize, first: i32, end: i32, step: i32, width: i32): void {
  for (let c = 0; c < width; c += 4) {
    const left = width - c;
    const columns = f32x4.add(f32x4.splat(<f32>c), f32x4(0, 1, 2, 3));
    let at = x + ((<usize>(first * width + c)) << 2);
    let b = loadFirst(at, left);
    let p = f32x4.add(columns, f32x4.splat(<f32>(first * width)));
    for (let r = first + step; r < end; r += step) {
      at += (<usize>(step * width)) << 2;
      const next = loadFirst(at, left);
      const wins = beats(next, b);
      b = v128.bitselect(next, b, wins);
      p = v128.bitselect(f32x4.add(columns, f32x4.splat(<f32>(r * width))), p, wins);
    }
    const to = (<usize>c) << 2;
    storeFirst(best + to, b, left);
    storeFirst(place + to, p, left);
  }
}

/** y[j] = the largest of `best` under the columns of window j, of equals the one with the smallest place. */
function windowMaxima(y: usize, where: usize, best: usize, place: usize, sizes: Window): void {
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
    storeFirst(y + to, b, ow - j);
    storeFirst(where + to, p, ow - j);
  }
}

/** a > b, or a is NaN and b is not. */
function beats(a: v128, b: v128): v128 {
  return v128.andnot(f32x4.eq(b, b), f32x4.le(a, b));
}

/** y[r, j] = x[r, places[r, j]]. x: [rows, n], places: [rows, m] -> [rows, m] */
export function pick(y: usize, x: usize, places: usize, rows: i32, n: i32, m: i32): void {
  for (let r = 0; r < rows; r++, x += (<usize>n) << 2) {
    for (let j = 0; j < m; j++, y += 4, places += 4) {
      store<f32>(y, load<f32>(x + ((<usize>load<f32>(places)) << 2)));
    }
  }
}

/** y[r, places[r, j]] += x[r, j], from zeros. x, places: [rows, m] -> [rows, n] */
export function unpick(y: usize, x: usize, places: usize, rows: i32, n: i32, m: i32): void {
  const row = (<usize>n) << 2;
  for (let r = 0; r < rows; r++, y += row) {
    memory.fill(y, 0, row);
    for (let j = 0; j < m; j++, x += 4, places += 4) {
      const to = y + ((<usize>load<f32>(places)) << 2);
      store<f32>(to, load<f32>(to) + load<f32>(x));
    }
  }
}
