import { tileColumns } from "./tile";
import { apart, multiply, panelsOf, points } from "./winograd-products";
import { placeResults, quadResults, quadRoom } from "./winograd-results";
import { across, locate, lower, loweredWidth, Tiles } from "./winograd-tiles";
import { Six } from "./winograd-transforms";
import { weightStep } from "./winograd-weights";

/** Channels of results that are transformed back together: their products stay in the second cache. */
const outBlock: i32 = 64;

/** Floats of scratch that `winogradConvolve` needs for blocks of `count` tiles of images of that width. */
export function winogradRoom(count: i32, channels: i32, width: i32): i32 {
  const transformed = points * (apart(count * channels) + outBlock * count);
  return transformed + 6 * loweredWidth(tileColumns) + width + 4 * max(count, tileColumns) + quadRoom;
}

/**
 * y = x convolved with `outs` channels' transformed weights u, for blocks from .. to of `count` tiles, a multiple of
 * 16. sizes: the `Tiles` of x and those of y; y: the first of these channels. The tiles of x become v[point][panel of
 * 16][c][16], so that point by point the weights' matrix meets the tiles'; what comes of it is transformed back.
 * strange[block] is whether any result is not finite.
 */
export function winogradConvolve(
  y: usize,
  x: usize,
  u: usize,
  outs: i32,
  sizes: usize,
  count: i32,
  strange: usize,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const image = Tiles.at(sizes);
  const outcome = sizes + offsetof<Tiles>();
  const result = Tiles.at(outcome);
  const channels = image.channels;
  const uStep = (<usize>weightStep(outs, channels)) << 2;
  const vStep = (<usize>apart(count * channels)) << 2;
  const mStep = (<usize>tileColumns) << 2;
  const mPanel = <usize>points * mStep;
  const m = scratch + <usize>points * vStep;
  const places = m + ((<usize>(outBlock * points * count)) << 2);
  const rest = places + 12 * count;
  const total = image.count;
  for (let unit = from; unit < to; unit++) {
    const first = unit * count;
    const n = min(count, total - first);
    const panels = panelsOf(n, tileColumns);
    const mRow = <usize>panels * mPanel;
    transform(scratch, vStep, x, image, first, n, rest);
    placeResults(places, outcome, first, n);
    let odd = f32x4.splat(0);
    for (let o = 0; o < outs; o += outBlock) {
      const some = min(outBlock, outs - o);
      let factors = u + ((<usize>(o * channels)) << 2);
      let tiles = scratch;
      for (let point: usize = 0; point < <usize>points; point++) {
        multiply(m + point * mStep, mRow, mPanel, factors, tiles, panelsOf(some, 4), panels, channels, true);
        factors += uStep;
        tiles += vStep;
      }
      for (let s = 0; s < some; s++) {
        const plane = y + <usize>(o + s) * result.plane;
        for (let t = 0; t < n; t += 4) {
          const products = m + <usize>s * mRow + laneOf(t, points);
          const strange = quadResults(plane, result.width, places + 12 * t, min(4, n - t), products, mStep, rest);
          odd = f32x4.add(odd, strange);
        }
      }
    }
    store<i32>(strange + ((<usize>unit) << 2), v128.any_true(f32x4.ne(odd, odd)));
  }
}

/**
 * v[point][panel of 16][c][16] = the transform of x's tiles first .. first + count. Panel by panel: the 36 points of
 * more than one lie in more pages than a processor knows the places of at once.
 */
function transform(v: usize, step: usize, x: usize, image: Tiles, first: i32, count: i32, scratch: usize): void {
  const width = (<usize>loweredWidth(tileColumns)) << 2;
  const zeros = scratch + 6 * width;
  const table = zeros + ((<usize>image.width) << 2);
  memory.fill(zeros, 0, (<usize>image.width) << 2);
  for (let p = 0; p < count; p += tileColumns) {
    const n = min(tileColumns, count - p);
    locate(table, image, Six.size, first + p, n, tileColumns);
    for (let c = 0; c < image.channels; c++) {
      lower<Six>(scratch, width, image, x, c, first + p, n, zeros);
      for (let t = 0; t < tileColumns; t += 4) {
        const at = table + ((<usize>t) << 2);
        let a = scratch + load<u32>(at);
        let b = scratch + load<u32>(at, 4);
        let c4 = scratch + load<u32>(at, 8);
        let d = scratch + load<u32>(at, 12);
        let place = v + ((<usize>(p * image.channels + c * tileColumns + t)) << 2);
        for (let r = 0; r < 6; r++) {
          across<Six>(place, step, a, b, c4, d);
          a += width;
          b += width;
          c4 += width;
          d += width;
          place += 6 * step;
        }
      }
    }
  }
}

/** Bytes from a matrix's begin to lane t of panels of 16, each `depth` deep. */
function laneOf(t: i32, depth: i32): usize {
  return (<usize>((t & ~15) * depth + (t & 15))) << 2;
}
