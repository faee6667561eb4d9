import { storeFirst, transpose4 } from "./lanes";
import { apart, multiply, multiplyRoom, panelsOf, points } from "./winograd-products";
import { across, locate, lower, loweredWidth, Tiles } from "./winograd-tiles";
import { fourResults, Six, three } from "./winograd-transforms";

/** Results' channels whose products are worked out before they are transformed back: they stay in the second cache. */
const outBlock: i32 = 64;

/** Floats that the transformed weights of `outs` channels of results take. */
export function winogradWeightsRoom(outs: i32, channels: i32): i32 {
  return points * apart(panelsOf(outs, 4) * 4 * channels);
}

/**
 * u = the transform of w, for panels from .. to of four `outs`: u[point][panel][c][4]. w[o, c] are nine floats at o `outStep` + c
 * `channelStep`, from the last to the first if `turned`.
 */
export function winogradWeights(
  u: usize,
  w: usize,
  outs: i32,
  channels: i32,
  outStep: i32,
  channelStep: i32,
  turned: bool,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const step = (<usize>apart(panelsOf(outs, 4) * 4 * channels)) << 2;
  const tap = <usize>(turned ? -4 : 4);
  for (let panel = from; panel < to; panel++) {
    for (let c = 0; c < channels; c++) {
      // Lanes past the last repeat it.
      const o = 4 * panel;
      const first = w + ((<usize>(c * channelStep)) << 2) + (turned ? 32 : 0);
      let w0 = first + ((<usize>(o * outStep)) << 2);
      let w1 = first + ((<usize>(min(o + 1, outs - 1) * outStep)) << 2);
      let w2 = first + ((<usize>(min(o + 2, outs - 1) * outStep)) << 2);
      let w3 = first + ((<usize>(min(o + 3, outs - 1) * outStep)) << 2);
      for (let v: usize = 0; v < 3; v++) {
        const at = v * tap;
        three(
          scratch + 16 * v,
          48,
          gathered(w0 + at, w1 + at, w2 + at, w3 + at),
          gathered(w0 + at + 3 * tap, w1 + at + 3 * tap, w2 + at + 3 * tap, w3 + at + 3 * tap),
          gathered(w0 + at + 6 * tap, w1 + at + 6 * tap, w2 + at + 6 * tap, w3 + at + 6 * tap),
        );
      }
      const place = u + ((<usize>(panel * channels + c)) << 4);
      for (let r: usize = 0; r < 6; r++) {
        const row = scratch + 48 * r;
        three(place + 6 * r * step, step, v128.load(row), v128.load(row, 16), v128.load(row, 32));
      }
    }
  }
}

/** Four floats, each by its address. */
@inline
function gathered(a: usize, b: usize, c: usize, d: usize): v128 {
  const two = v128.load_lane<f32>(b, v128.load32_zero(a), 1);
  return v128.load_lane<f32>(d, v128.load_lane<f32>(c, two, 2), 3);
}

/** Floats of scratch that `winogradConvolve` needs for blocks of `count` tiles. */
export function winogradRoom(count: i32, channels: i32, width: i32): i32 {
  return (
    points * apart(count * channels) +
    outBlock * points * count +
    6 * loweredWidth(count) +
    width +
    4 * count +
    quadRoom +
    multiplyRoom
  );
}

/**
 * y = x convolved with `outs` channels' transformed weights u, for blocks from .. to of `count` tiles, a multiple of 8. sizes:
 * the `Tiles` of x and of y, one after the other; y: the first of these channels. The tiles of x are transformed to v[point][panel of eight tiles][c][8],
 * and for each point the weights' matrix meets the tiles'. strange[block] is whether any of the results is not finite.
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
  const result = Tiles.at(sizes + offsetof<Tiles>());
  const channels = image.channels;
  const width = (<usize>loweredWidth(count)) << 2;
  const vStep = (<usize>apart(count * channels)) << 2;
  const uStep = (<usize>apart(panelsOf(outs, 4) * 4 * channels)) << 2;
  const m = scratch + <usize>points * vStep;
  const lowered = m + ((<usize>(outBlock * points * count)) << 2);
  const zeros = lowered + 6 * width;
  const table = zeros + ((<usize>image.width) << 2);
  const places = table + ((<usize>count) << 2);
  const quad = places + 12 * count;
  const tables = quad + 4 * quadRoom;
  memory.fill(zeros, 0, (<usize>image.width) << 2);
  const total = image.count;
  for (let unit = from; unit < to; unit++) {
    const first = unit * count;
    const n = min(count, total - first);
    const panels = panelsOf(n, 8);
    locate<Six>(table, image, first, n, 8 * panels);
    for (let c = 0; c < channels; c++) {
      lower<Six>(lowered, width, image, x, c, first, n, zeros);
      for (let t = 0; t < 8 * panels; t += 4) {
        const at = table + ((<usize>t) << 2);
        const t0 = lowered + load<u32>(at);
        const t1 = lowered + load<u32>(at, 4);
        const t2 = lowered + load<u32>(at, 8);
        const t3 = lowered + load<u32>(at, 12);
        let place = scratch + ((<usize>((t >> 3) * channels + c)) << 5) + ((<usize>(t & 4)) << 2);
        for (let r: usize = 0; r < 6; r++) {
          const row = r * width;
          across<Six>(place, vStep, t0 + row, t1 + row, t2 + row, t3 + row);
          place += 6 * vStep;
        }
      }
    }
    place(places, result, first, n);
    const panelStep: usize = 4 * 8 * points;
    const mStep = <usize>panels * panelStep;
    let odd = f32x4.splat(0);
    for (let o = 0; o < outs; o += outBlock) {
      const some = min(outBlock, outs - o);
      for (let point: usize = 0; point < <usize>points; point++) {
        const factors = u + point * uStep + ((<usize>(o * channels)) << 2);
        const tiles = scratch + point * vStep;
        multiply(m + 32 * point, mStep, panelStep, factors, tiles, panelsOf(some, 4), panels, channels, true, tables);
      }
      for (let s = 0; s < some; s++) {
        const channel = y + <usize>(o + s) * result.plane;
        for (let t = 0; t < n; t += 4) {
          const products = m + s * mStep + <usize>(t >> 3) * panelStep + ((<usize>(t & 4)) << 2);
          odd = f32x4.add(odd, quadResults(channel, places + 12 * t, min(4, n - t), result.width, products, quad));
        }
      }
    }
    store<i32>(strange + ((<usize>unit) << 2), v128.any_true(f32x4.ne(odd, odd)));
  }
}

/** Where each tile of results lies in channel 0, in bytes, and how many of its rows and columns there are: [count, 3]. */
function place(places: usize, tiles: Tiles, first: i32, count: i32): void {
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

/** Floats of scratch that `quadResults` needs. */
const quadRoom: i32 = 4 * (24 + 16 + 16);

/**
 * Transforms four tiles' products m[point][.] back, 32 bytes from point to point, and writes the first `count` of them.
 * Returns 0 times the sum of what they are: NaN where it is not finite.
 */
function quadResults(y: usize, places: usize, count: i32, width: i32, m: usize, scratch: usize): v128 {
  const columns = scratch + 384;
  const turned = columns + 256;
  for (let k: usize = 0; k < 6; k++) {
    fourResults(
      scratch + 16 * k,
      96,
      v128.load(m, 0),
      v128.load(m, 192),
      v128.load(m, 384),
      v128.load(m, 576),
      v128.load(m, 768),
      v128.load(m, 960),
    );
    m += 32;
  }
  let odd = f32x4.splat(0);
  for (let i: usize = 0; i < 4; i++) {
    const row = scratch + 96 * i;
    const to = columns + 64 * i;
    fourResults(
      to,
      16,
      v128.load(row, 0),
      v128.load(row, 16),
      v128.load(row, 32),
      v128.load(row, 48),
      v128.load(row, 64),
      v128.load(row, 80),
    );
    transpose4(turned + 16 * i, 64, to, to + 16, to + 32, to + 48);
    odd = f32x4.add(odd, f32x4.add(f32x4.add(v128.load(to), v128.load(to, 16)), f32x4.add(v128.load(to, 32), v128.load(to, 48))));
  }
  const step = (<usize>width) << 2;
  for (let t = 0; t < count; t++, places += 12) {
    let at = y + load<u32>(places);
    const rows = load<i32>(places, 4);
    const wide = load<i32>(places, 8);
    const from = turned + ((<usize>t) << 6);
    for (let i = 0; i < rows; i++) {
      storeFirst(at, v128.load(from + ((<usize>i) << 4)), wide);
      at += step;
    }
  }
  return f32x4.mul(odd, f32x4.splat(0));
}
