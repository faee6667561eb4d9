import { transpose4 } from "./lanes";
import { tileColumns } from "./tile";
import { gather, settle } from "./totals";
import { apart, multiply, panelsOf, points } from "./winograd-products";
import { across, locate, lower, loweredWidth, Tiles } from "./winograd-tiles";
import { Four, Six, threeResults } from "./winograd-transforms";

/** Tiles of four channels that are transformed along columns before they are along rows: they stay in the first cache. */
const tileGroup: i32 = 16;

/** Floats that transformed tiles take, lanes channels, of which `width` make a panel. */
export function winogradLinesRoom(channels: i32, width: i32, count: i32): i32 {
  return points * apart(panelsOf(channels, width) * width * count);
}

/** Floats of scratch that `winogradImages` and `winogradGradients` need. */
export function winogradLineRoom(width: i32): i32 {
  return 4 * 6 * loweredWidth(tileGroup) + width + tileGroup;
}

/** v[point][panel of 16 channels][tile][16] = the transform of x's tiles first .. first + count, for panels from .. to. */
export function winogradImages(
  v: usize,
  x: usize,
  sizes: usize,
  channels: i32,
  first: i32,
  count: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  lines<Six>(v, Six.size, tileColumns, x, Tiles.at(sizes), channels, first, count, scratch, from, to);
}

/** v[point][panel of four channels][tile][4] = the transform of g's tiles first .. first + count, for panels from .. to. */
export function winogradGradients(
  v: usize,
  g: usize,
  sizes: usize,
  channels: i32,
  first: i32,
  count: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  lines<Four>(v, Four.size, 4, g, Tiles.at(sizes + offsetof<Tiles>()), channels, first, count, scratch, from, to);
}

function lines<K>(
  v: usize,
  size: i32,
  lanes: i32,
  x: usize,
  tiles: Tiles,
  channels: i32,
  first: i32,
  count: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const width = (<usize>loweredWidth(tileGroup)) << 2;
  const zeros = scratch + 24 * width;
  const table = zeros + ((<usize>tiles.width) << 2);
  const step = (<usize>apart(panelsOf(channels, lanes) * lanes * count)) << 2;
  const tileStep = (<usize>lanes) << 2;
  memory.fill(zeros, 0, (<usize>tiles.width) << 2);
  for (let panel = from; panel < to; panel++) {
    for (let t = 0; t < count; t += tileGroup) {
      const n = min(tileGroup, count - t);
      locate(table, tiles, size, first + t, n, n);
      for (let l = 0; l < lanes; l += 4) {
        for (let q = 0; q < 4; q++) {
          // Lanes past the last channel repeat it.
          const channel = min(panel * lanes + l + q, channels - 1);
          lower<K>(scratch + 6 * <usize>q * width, width, tiles, x, channel, first + t, n, zeros);
        }
        let place = v + <usize>(panel * count + t) * tileStep + ((<usize>l) << 2);
        for (let i = 0; i < n; i++) {
          let row = scratch + load<u32>(table + ((<usize>i) << 2));
          let at = place;
          for (let r = 0; r < 6; r++) {
            across<K>(at, step, row, row + 6 * width, row + 12 * width, row + 18 * width);
            row += width;
            at += 6 * step;
          }
          place += tileStep;
        }
      }
    }
  }
}

/** Floats that the sums of products take. */
export function winogradSumsRoom(outs: i32, channels: i32): i32 {
  return points * apart(panelsOf(outs, 4) * 4 * panelsOf(channels, tileColumns) * tileColumns);
}

/**
 * sums[point][o][c] (+)= sum over `count` tiles of g[point][o] v[point][c]: units point * panels of g + panel. `fresh`
 * overwrites them.
 */
export function winogradSums(
  sums: usize,
  g: usize,
  v: usize,
  outs: i32,
  channels: i32,
  count: i32,
  fresh: bool,
  from: i32,
  to: i32,
): void {
  const panels = panelsOf(outs, 4);
  const columns = panelsOf(channels, tileColumns);
  const row = (<usize>(columns * tileColumns)) << 2;
  const step = (<usize>apart(panels * 4 * columns * tileColumns)) << 2;
  const gStep = (<usize>apart(panels * 4 * count)) << 2;
  const vStep = (<usize>apart(columns * tileColumns * count)) << 2;
  for (let unit = from; unit < to; unit++) {
    const point = <usize>(unit / panels);
    const panel = <usize>(unit % panels);
    const factors = g + point * gStep + panel * ((<usize>count) << 4);
    const to = sums + point * step + 4 * panel * row;
    multiply(to, row, (<usize>tileColumns) << 2, factors, v + point * vStep, 1, columns, count, fresh);
  }
}

/** Floats of scratch that `winogradWeight` needs. */
export function winogradWeightRoom(channels: i32): i32 {
  return panelsOf(channels, 4) * 36 + 72 + 36;
}

/**
 * w[o, c, u, v] (+)= the sums of products transformed back, for o from .. to. Where there are totals, [outs, channels *
 * 9] in float64, it is they that are added to, from zero if `fresh`; w gets them if `done`. strange[o] is then whether
 * any of w is not finite.
 */
export function winogradWeight(
  w: usize,
  sums: usize,
  outs: i32,
  channels: i32,
  totals: usize,
  fresh: bool,
  done: bool,
  strange: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const columns = panelsOf(channels, tileColumns) * tileColumns;
  const step = (<usize>apart(panelsOf(outs, 4) * 4 * columns)) << 2;
  const taps = 9 * channels;
  const spare = scratch + ((<usize>(panelsOf(channels, 4) * 36)) << 2);
  const nine = spare + 288;
  for (let o = from; o < to; o++) {
    for (let c = 0; c < channels; c += 4) {
      let m = sums + ((<usize>(o * columns + c)) << 2);
      for (let k: usize = 0; k < 6; k++) {
        threeResults(
          spare + 16 * k,
          96,
          v128.load(m),
          v128.load(m + 6 * step),
          v128.load(m + 12 * step),
          v128.load(m + 18 * step),
          v128.load(m + 24 * step),
          v128.load(m + 30 * step),
        );
        m += step;
      }
      for (let i: usize = 0; i < 3; i++) {
        const row = spare + 96 * i;
        threeResults(
          nine + 48 * i,
          16,
          v128.load(row, 0),
          v128.load(row, 16),
          v128.load(row, 32),
          v128.load(row, 48),
          v128.load(row, 64),
          v128.load(row, 80),
        );
      }
      const at = scratch + 36 * <usize>c;
      transpose4(at, 36, nine, nine + 16, nine + 32, nine + 48);
      transpose4(at + 16, 36, nine + 64, nine + 80, nine + 96, nine + 112);
      const last = v128.load(nine, 128);
      v128.store_lane<f32>(at, last, 0, 32);
      v128.store_lane<f32>(at, last, 1, 68);
      v128.store_lane<f32>(at, last, 2, 104);
      v128.store_lane<f32>(at, last, 3, 140);
    }
    const result = w + ((<usize>(o * taps)) << 2);
    if (totals) {
      const total = totals + ((<usize>(o * taps)) << 3);
      if (fresh) memory.fill(total, 0, (<usize>taps) << 3);
      gather(total, scratch, taps);
      if (done) settle(result, total, taps);
    } else {
      memory.copy(result, scratch, (<usize>taps) << 2);
    }
    if (done) store<i32>(strange + ((<usize>o) << 2), anyStrange(result, taps));
  }
}

/** Whether any of n floats is not finite. */
function anyStrange(x: usize, n: i32): bool {
  for (let i = 0; i < n; i++, x += 4) if (!(abs(load<f32>(x)) < Infinity)) return true;
  return false;
}
