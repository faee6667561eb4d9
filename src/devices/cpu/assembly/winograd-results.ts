import { storeFirst, transpose4 } from "./lanes";
import { Tiles } from "./winograd-tiles";
import { fourResults } from "./winograd-transforms";

/** Floats of scratch that `quadResults` needs. */
export const quadRoom: i32 = 4 * (24 + 4 + 16);

/**
 * Where each of `count` tiles of results lies in channel 0, in bytes, and how many rows and columns of it there are:
 * [count, 3].
 */
export function placeResults(places: usize, sizes: usize, first: i32, count: i32): void {
  const tiles = Tiles.at(sizes);
  let j = first % tiles.across;
  let i = (first / tiles.across) % tiles.down;
  let image = first / (tiles.across * tiles.down);
  for (let t = 0; t < count; t++, places += 12) {
    const row = image * tiles.channels * tiles.height + 4 * i;
    store<i32>(places, (row * tiles.width + 4 * j) << 2);
    store<i32>(places, min(4, tiles.height - 4 * i), 4);
    store<i32>(places, min(4, tiles.width - 4 * j), 8);
    if (++j < tiles.across) continue;
    j = 0;
    if (++i < tiles.down) continue;
    i = 0;
    image++;
  }
}

/**
 * Transforms four tiles' products m[point][.] back, `step` bytes from point to point, and writes the first `count` of
 * the tiles to their places in y, a plane with rows of `width`. Returns 0 times a sum of the results: NaN where one is
 * not finite.
 */
export function quadResults(
  y: usize,
  width: i32,
  places: usize,
  count: i32,
  m: usize,
  step: usize,
  scratch: usize,
): v128 {
  const columns = scratch + 384;
  const turned = columns + 64;
  const down = 6 * step;
  for (let k: usize = 0; k < 6; k++) {
    fourResults(
      scratch + 16 * k,
      96,
      v128.load(m),
      v128.load(m + down),
      v128.load(m + 2 * down),
      v128.load(m + 3 * down),
      v128.load(m + 4 * down),
      v128.load(m + 5 * down),
    );
    m += step;
  }
  let sums = f32x4.splat(0);
  for (let i: usize = 0; i < 4; i++) {
    const row = scratch + 96 * i;
    fourResults(
      columns,
      16,
      v128.load(row, 0),
      v128.load(row, 16),
      v128.load(row, 32),
      v128.load(row, 48),
      v128.load(row, 64),
      v128.load(row, 80),
    );
    transpose4(turned + 16 * i, 64, columns, columns + 16, columns + 32, columns + 48);
    const half = f32x4.add(v128.load(columns, 0), v128.load(columns, 16));
    sums = f32x4.add(sums, f32x4.add(half, f32x4.add(v128.load(columns, 32), v128.load(columns, 48))));
  }
  const line = (<usize>width) << 2;
  for (let t = 0; t < count; t++, places += 12) {
    let at = y + load<u32>(places);
    const rows = load<i32>(places, 4);
    const wide = load<i32>(places, 8);
    let from = turned + ((<usize>t) << 6);
    for (let i = 0; i < rows; i++) {
      storeFirst(at, v128.load(from), wide);
      at += line;
      from += 16;
    }
  }
  return f32x4.mul(sums, f32x4.splat(0));
}
