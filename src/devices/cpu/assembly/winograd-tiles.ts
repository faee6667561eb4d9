import { loadFirst } from "./lanes";

/**
 * Images [batch, channels, height, width] cut into tiles of 4 x 4, `down` rows of `across` tiles each: row i and column
 * j of tiles begin at pixel (4 i - rowPadding, 4 j - columnPadding). What lies outside an image is zero. Tiles are
 * counted along rows, then down, then from image to image. Passed by address, as integers in this order.
 */
@unmanaged
export class Tiles {
  batch: i32;
  channels: i32;
  height: i32;
  /** At least 4. */
  width: i32;
  rowPadding: i32;
  columnPadding: i32;
  down: i32;
  across: i32;

  static at(address: usize): Tiles {
    return changetype<Tiles>(address);
  }

  get count(): i32 {
    return this.batch * this.down * this.across;
  }

  /** Bytes of one channel of one image. */
  get plane(): usize {
    return (<usize>(this.height * this.width)) << 2;
  }
}

/**
 * Floats in a row that `lower` makes of so many tiles, at most: four a tile, four more where a row of tiles ends, and
 * what is written past the end.
 */
export function loweredWidth(tiles: i32): i32 {
  return 8 * tiles + 4;
}

/**
 * K's transform down the columns of one channel's tiles first .. first + count: to[r][.], rows `step` bytes apart,
 * tiles side by side as in the image, each row of tiles four columns longer where tiles overlap. zeros: a row of the
 * image's width. Lanes are columns of the image; the last four of a row may be taken again, so that none is cut up.
 * Columns outside of the image are 0, and so is their transform.
 */
export function lower<K>(
  to: usize,
  step: usize,
  tiles: Tiles,
  x: usize,
  channel: i32,
  first: i32,
  count: i32,
  zeros: usize,
): void {
  const kind = changetype<K>(0); // has no fields: a name for its methods
  const width = tiles.width;
  const row = (<usize>width) << 2;
  let j = first % tiles.across;
  let i = (first / tiles.across) % tiles.down;
  let image = first / (tiles.across * tiles.down);
  while (count > 0) {
    const n = min(count, tiles.across - j);
    const top = 4 * i - tiles.rowPadding;
    const from = x + <usize>((image * tiles.channels + channel) * tiles.height + top) * row;
    const a0 = inside(tiles, top) ? from : zeros;
    const a1 = inside(tiles, top + 1) ? from + row : zeros;
    const a2 = inside(tiles, top + 2) ? from + 2 * row : zeros;
    const a3 = inside(tiles, top + 3) ? from + 3 * row : zeros;
    const a4 = inside(tiles, top + 4) ? from + 4 * row : zeros;
    const a5 = inside(tiles, top + 5) ? from + 5 * row : zeros;
    const begin = 4 * j - tiles.columnPadding;
    const length = 4 * n + (kind.size > 4 ? 4 : 0);
    const left = min(max(0, begin), begin + length);
    const right = max(left, min(width, begin + length));
    if (channel + 1 < tiles.channels) {
      for (let r = max(0, -top); r < min(kind.size, tiles.height - top); r++) {
        fetch(from + tiles.plane + <usize>r * row, left, right);
      }
    }
    clear(to, step, 0, left - begin);
    clear(to, step, right - begin, length);
    for (let column = left; column < right; column += 4) {
      const few = right - left < 4;
      const start = few ? left : min(column, right - 4);
      const place = to + ((<usize>(start - begin)) << 2);
      const at = (<usize>start) << 2;
      if (few) {
        const some = right - left;
        kind.apply(
          place,
          step,
          loadFirst(a0 + at, some),
          loadFirst(a1 + at, some),
          loadFirst(a2 + at, some),
          loadFirst(a3 + at, some),
          kind.size > 4 ? loadFirst(a4 + at, some) : f32x4.splat(0),
          kind.size > 4 ? loadFirst(a5 + at, some) : f32x4.splat(0),
        );
      } else {
        kind.apply(
          place,
          step,
          v128.load(a0 + at),
          v128.load(a1 + at),
          v128.load(a2 + at),
          v128.load(a3 + at),
          kind.size > 4 ? v128.load(a4 + at) : f32x4.splat(0),
          kind.size > 4 ? v128.load(a5 + at) : f32x4.splat(0),
        );
      }
    }
    to += (<usize>length) << 2;
    count -= n;
    j = 0;
    if (++i === tiles.down) {
      i = 0;
      image++;
    }
  }
}

/** Zeros in columns from .. to of six rows, and in up to three more, which whoever comes next writes. */
function clear(at: usize, step: usize, from: i32, to: i32): void {
  for (let column = from; column < to; column += 4) {
    let place = at + ((<usize>column) << 2);
    for (let r = 0; r < 6; r++, place += step) v128.store(place, f32x4.splat(0));
  }
}

/**
 * Reads something of each cache line of columns left .. right of a row, so that all are on their way when they are
 * needed. Channels lie pages apart, where a processor foresees nothing: waiting for one line after the other took most
 * of a transform's time.
 */
function fetch(row: usize, left: i32, right: i32): void {
  if (left >= right) return;
  for (let column = left; column < right; column += 16) load<f32>(row + ((<usize>column) << 2));
  load<f32>(row + ((<usize>(right - 1)) << 2));
}

function inside(tiles: Tiles, row: i32): bool {
  return <u32>row < <u32>tiles.height;
}

/**
 * Where in a row that `lower` makes tiles first .. first + count begin, in bytes, and the last one's again up to `room`.
 * size: of a tile, 4 or 6.
 */
export function locate(table: usize, tiles: Tiles, size: i32, first: i32, count: i32, room: i32): void {
  let j = first % tiles.across;
  let at = 0;
  for (let t = 0; t < room; t++, table += 4) {
    store<i32>(table, at);
    if (t + 1 >= count) continue;
    at += 16;
    if (++j === tiles.across) {
      j = 0;
      at += size > 4 ? 16 : 0;
    }
  }
}

/**
 * K's transform along a row of four tiles, each by the address of its lowered row: to[k][.], `step` bytes apart, its lanes
 * the four.
 */
export function across<K>(to: usize, step: usize, a: usize, b: usize, c: usize, d: usize): void {
  const kind = changetype<K>(0);
  let va = v128.load(a);
  const vb = v128.load(b);
  let vc = v128.load(c);
  const vd = v128.load(d);
  const ab = v128.shuffle<f32>(va, vb, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(vc, vd, 0, 4, 1, 5);
  const abUpper = v128.shuffle<f32>(va, vb, 2, 6, 3, 7);
  const cdUpper = v128.shuffle<f32>(vc, vd, 2, 6, 3, 7);
  let d4 = f32x4.splat(0);
  let d5 = f32x4.splat(0);
  if (kind.size > 4) {
    va = v128.shuffle<f32>(v128.load(a, 16), v128.load(b, 16), 0, 4, 1, 5);
    vc = v128.shuffle<f32>(v128.load(c, 16), v128.load(d, 16), 0, 4, 1, 5);
    d4 = v128.shuffle<i64>(va, vc, 0, 2);
    d5 = v128.shuffle<i64>(va, vc, 1, 3);
  }
  kind.apply(
    to,
    step,
    v128.shuffle<i64>(ab, cd, 0, 2),
    v128.shuffle<i64>(ab, cd, 1, 3),
    v128.shuffle<i64>(abUpper, cdUpper, 0, 2),
    v128.shuffle<i64>(abUpper, cdUpper, 1, 3),
    d4,
    d5,
  );
}
