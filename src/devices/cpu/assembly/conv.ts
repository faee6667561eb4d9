import { fillBand } from "./band";
import { madd } from "./lanes";
import { entry } from "./pack";
import { Block, locateQuads, locateTaps, Sliding } from "./sliding";

/** Blocks of results: the units of `convolve`. */
export function convolveBlocks(at: usize): i32 {
  return Sliding.at(at).blocks;
}

/** Floats of scratch that `convolve` needs: tables of quads and taps, and the band. */
export function convolveRoom(at: usize): i32 {
  const window = Sliding.at(at);
  const quads = (window.blockImages * window.blockRows * window.blockColumns) >> 2;
  return 8 + 2 * quads + window.bandChannels * (window.taps + window.bandPlane);
}

/** packed[quad][c, u, v][l] = w[4 quad + l, c, u, v] for quads from .. to of the outs, 0 past the last. */
export function packWeights(packed: usize, w: usize, at: usize, from: i32, to: i32): void {
  const window = Sliding.at(at);
  packed += (<usize>(from * window.channels * window.taps)) << 4;
  for (let quad = from; quad < to; quad++) {
    const count = window.out - 4 * quad;
    for (let c = 0; c < window.channels; c++) {
      for (let u = 0; u < window.kernelRows; u++) {
        for (let v = 0; v < window.kernelColumns; v++) {
          const start = window.wStart + c * window.wChannel + u * window.wRow + v * window.wColumn;
          for (let l = 0; l < 4; l++, packed += 4) {
            const place = w + ((<usize>(start + (4 * quad + l) * window.wOut)) << 2);
            store<f32>(packed, l < count ? load<f32>(place) : 0);
          }
        }
      }
    }
  }
}

/** y[b, o, i, j] = sum over c, u, v of x[b, c, (i, j) stride - padding + (u, v) dilation] w[o, c, u, v], by blocks from .. to. */
export function convolve(y: usize, x: usize, packed: usize, at: usize, scratch: usize, from: i32, to: i32): void {
  const window = Sliding.at(at);
  const block = Block.at(scratch);
  const some = window.bandChannels;
  const outStep = (<usize>(window.channels * window.taps)) << 4;
  const ys = scratch + 32;
  const quads = ys + window.blockImages * window.blockRows * window.blockColumns;
  const taps = quads + window.blockImages * window.blockRows * window.blockColumns;
  const band = taps + ((<usize>(some * window.taps)) << 2);
  const plane = (<usize>window.yChannel) << 2;
  locateTaps(window, taps);
  for (let b = from; b < to; b++) {
    block.set(window, b);
    locateQuads(window, block, quads, ys);
    const to = y + ((<usize>block.start(window)) << 2);
    let c = 0;
    do {
      const channels = min(some, window.channels - c);
      fillBand(band, at, scratch, x, c, channels);
      let w = packed + ((<usize>(c * window.taps)) << 4);
      for (let o = 0; o < window.out; o += 4, w += outStep) {
        strip(
          to + plane * o,
          plane,
          min(4, window.out - o),
          ys,
          window.yColumn,
          block,
          band,
          quads,
          w,
          taps,
          channels * window.taps,
          c === 0,
        );
      }
      c += some;
    } while (c < window.channels);
  }
}

function strip(
  y: usize,
  plane: usize,
  outs: i32,
  ys: usize,
  step: i32,
  block: Block,
  band: usize,
  quads: usize,
  weights: usize,
  taps: usize,
  depth: i32,
  fresh: bool,
): void {
  const count = block.quads;
  const fast = step === 1 && outs === 4 ? block.whole : 0;
  const end = taps + ((<usize>depth) << 2);
  for (let q = 0; q < count; q += 2) {
    const second = min(q + 1, count - 1);
    const a = band + entry(quads, q);
    const b = band + entry(quads, second);
    let c00 = f32x4.splat(0);
    let c01 = f32x4.splat(0);
    let c10 = f32x4.splat(0);
    let c11 = f32x4.splat(0);
    let c20 = f32x4.splat(0);
    let c21 = f32x4.splat(0);
    let c30 = f32x4.splat(0);
    let c31 = f32x4.splat(0);
    let w = weights;
    for (let tap = taps; tap < end; tap += 4) {
      const offset = load<u32>(tap);
      const x0 = v128.load(a + offset);
      const x1 = v128.load(b + offset);
      let factor = v128.load_splat<f32>(w, 0);
      c00 = madd(factor, x0, c00);
      c01 = madd(factor, x1, c01);
      factor = v128.load_splat<f32>(w, 4);
      c10 = madd(factor, x0, c10);
      c11 = madd(factor, x1, c11);
      factor = v128.load_splat<f32>(w, 8);
      c20 = madd(factor, x0, c20);
      c21 = madd(factor, x1, c21);
      factor = v128.load_splat<f32>(w, 12);
      c30 = madd(factor, x0, c30);
      c31 = madd(factor, x1, c31);
      w += 16;
    }
    const ya = y + entry(ys, q);
    const yb = y + entry(ys, second);
    if (q + 2 <= fast) {
      if (!fresh) {
        c00 = f32x4.add(c00, v128.load(ya));
        c01 = f32x4.add(c01, v128.load(yb));
        c10 = f32x4.add(c10, v128.load(ya + plane));
        c11 = f32x4.add(c11, v128.load(yb + plane));
        c20 = f32x4.add(c20, v128.load(ya + 2 * plane));
        c21 = f32x4.add(c21, v128.load(yb + 2 * plane));
        c30 = f32x4.add(c30, v128.load(ya + 3 * plane));
        c31 = f32x4.add(c31, v128.load(yb + 3 * plane));
      }
      v128.store(ya, c00);
      v128.store(yb, c01);
      v128.store(ya + plane, c10);
      v128.store(yb + plane, c11);
      v128.store(ya + 2 * plane, c20);
      v128.store(yb + 2 * plane, c21);
      v128.store(ya + 3 * plane, c30);
      v128.store(yb + 3 * plane, c31);
    } else {
      const inA = q < block.whole ? 4 : block.rest;
      const inB = second === q ? 0 : second < block.whole ? 4 : block.rest;
      put(ya, yb, c00, c01, inA, inB, step, fresh);
      if (outs > 1) put(ya + plane, yb + plane, c10, c11, inA, inB, step, fresh);
      if (outs > 2) put(ya + 2 * plane, yb + 2 * plane, c20, c21, inA, inB, step, fresh);
      if (outs > 3) put(ya + 3 * plane, yb + 3 * plane, c30, c31, inA, inB, step, fresh);
    }
  }
}

function put(ya: usize, yb: usize, a: v128, b: v128, inA: i32, inB: i32, step: i32, fresh: bool): void {
  scatter(ya, a, inA, step, fresh);
  scatter(yb, b, inB, step, fresh);
}

/** Writes or adds the first `count` lanes to floats `step` apart. */
function scatter(y: usize, four: v128, count: i32, step: i32, fresh: bool): void {
  const next = (<usize>step) << 2;
  for (let l = 0; l < count; l++, y += next) {
    const first = f32x4.extract_lane(four, 0);
    store<f32>(y, fresh ? first : load<f32>(y) + first);
    four = v128.shuffle<f32>(four, four, 1, 2, 3, 0);
  }
}
