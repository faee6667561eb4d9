import { fillBand } from "./band";
import { laneSums, loadFirst, madd } from "./lanes";
import { entry } from "./pack";
import { Block, locateQuads, locateTaps, Sliding } from "./sliding";

/** Quads of outs whose sums are under way at the same time. */
const chunk: i32 = 16;

/** For each part of the channels the quads of outs: the units of `convolveWeight`. */
export function convolveWeightUnits(at: usize): i32 {
  const window = Sliding.at(at);
  const some = max(1, window.bandChannels);
  return ((window.channels + some - 1) / some) * window.outQuads;
}

/** Floats of scratch that `convolveWeight` needs: tables, totals in float64 and the band. */
export function convolveWeightRoom(at: usize): i32 {
  const window = Sliding.at(at);
  const quads = (window.blockImages * window.blockRows * window.blockColumns) >> 2;
  const sums = 8 * min(chunk, window.outQuads) * (window.bandChannels * window.taps + 1);
  return 8 + 2 * quads + sums + window.bandChannels * (window.taps + window.bandPlane);
}

/** w[o, c, u, v] = sum over b, i, j of y[b, o, i, j] x[b, c, (i, j) stride - padding + (u, v) dilation]; w in a row. */
export function convolveWeight(w: usize, x: usize, y: usize, at: usize, scratch: usize, from: i32, to: i32): void {
  const window = Sliding.at(at);
  const block = Block.at(scratch);
  const some = window.bandChannels;
  const outQuads = window.outQuads;
  const ys = scratch + 32;
  const quads = ys + window.blockImages * window.blockRows * window.blockColumns;
  const taps = quads + window.blockImages * window.blockRows * window.blockColumns;
  const totals = taps + ((<usize>(some * window.taps)) << 2);
  const band = totals + ((<usize>(8 * min(chunk, outQuads) * (some * window.taps + 1))) << 2);
  const plane = (<usize>window.yChannel) << 2;
  locateTaps(window, taps);
  const blocks = window.blocks;
  for (let unit = from; unit < to; ) {
    const c = (unit / outQuads) * some;
    const first = unit % outQuads;
    const many = min(min(to - unit, outQuads - first), chunk);
    const channels = min(some, window.channels - c);
    const depth = channels * window.taps;
    const row = (<usize>(depth + 1)) << 5;
    memory.fill(totals, 0, row * many);
    for (let b = 0; b < blocks; b++) {
      block.set(window, b);
      locateQuads(window, block, quads, ys);
      fillBand(band, at, scratch, x, c, channels);
      const start = y + ((<usize>block.start(window)) << 2);
      for (let q = 0; q < many; q++) {
        const o = 4 * (first + q);
        dots(totals + row * q, start + plane * o, plane, min(4, window.out - o), ys, block, band, quads, taps, depth);
      }
    }
    for (let q = 0; q < many; q++) {
      const o = 4 * (first + q);
      for (let l = 0; l < min(4, window.out - o); l++) {
        const out = w + ((<usize>((o + l) * window.channels + c) * window.taps) << 2);
        const sum = totals + row * q + ((<usize>l) << 3);
        for (let t = 0; t < depth; t++) store<f32>(out + ((<usize>t) << 2), <f32>load<f64>(sum + ((<usize>t) << 5)));
      }
    }
    unit += many;
  }
}

function dots(
  totals: usize,
  y: usize,
  plane: usize,
  outs: i32,
  ys: usize,
  block: Block,
  band: usize,
  quads: usize,
  taps: usize,
  depth: i32,
): void {
  const y1 = y + (outs > 1 ? plane : 0);
  const y2 = y + (outs > 2 ? 2 * plane : 0);
  const y3 = y + (outs > 3 ? 3 * plane : 0);
  const whole = (<usize>block.whole) << 2;
  const count = (<usize>block.quads) << 2;
  const rest = block.rest;
  const mask = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(rest));
  for (let t = 0; t < depth; t += 2, totals += 64) {
    const a = band + entry(taps, t);
    const b = band + entry(taps, min(t + 1, depth - 1));
    let a0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let a2 = f32x4.splat(0);
    let a3 = f32x4.splat(0);
    let b0 = f32x4.splat(0);
    let b1 = f32x4.splat(0);
    let b2 = f32x4.splat(0);
    let b3 = f32x4.splat(0);
    let q: usize = 0;
    for (; q < whole; q += 4) {
      const at = load<u32>(quads + q);
      const to = load<u32>(ys + q);
      const xa = v128.load(a + at);
      const xb = v128.load(b + at);
      let g = v128.load(y + to);
      a0 = madd(g, xa, a0);
      b0 = madd(g, xb, b0);
      g = v128.load(y1 + to);
      a1 = madd(g, xa, a1);
      b1 = madd(g, xb, b1);
      g = v128.load(y2 + to);
      a2 = madd(g, xa, a2);
      b2 = madd(g, xb, b2);
      g = v128.load(y3 + to);
      a3 = madd(g, xa, a3);
      b3 = madd(g, xb, b3);
    }
    for (; q < count; q += 4) {
      const at = load<u32>(quads + q);
      const to = load<u32>(ys + q);
      const xa = v128.and(mask, v128.load(a + at));
      const xb = v128.and(mask, v128.load(b + at));
      let g = loadFirst(y + to, rest);
      a0 = madd(g, xa, a0);
      b0 = madd(g, xb, b0);
      g = loadFirst(y1 + to, rest);
      a1 = madd(g, xa, a1);
      b1 = madd(g, xb, b1);
      g = loadFirst(y2 + to, rest);
      a2 = madd(g, xa, a2);
      b2 = madd(g, xb, b2);
      g = loadFirst(y3 + to, rest);
      a3 = madd(g, xa, a3);
      b3 = madd(g, xb, b3);
    }
    gather(totals, laneSums(a0, a1, a2, a3));
    gather(totals + 32, laneSums(b0, b1, b2, b3));
  }
}

/** totals[l] += sums[l], in float64. */
function gather(totals: usize, sums: v128): void {
  v128.store(totals, f64x2.add(v128.load(totals), f64x2.promote_low_f32x4(sums)));
  const upper = f64x2.promote_low_f32x4(v128.shuffle<i64>(sums, sums, 1, 1));
  v128.store(totals, f64x2.add(v128.load(totals, 16), upper), 16);
}
