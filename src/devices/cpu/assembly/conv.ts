import { fillBand } from "./band";
import { Block, blockRoom } from "./block";
import { madd } from "./lanes";
import { Sliding } from "./sliding";

/** Floats of the tile that waits to be written result by result. */
const tileRoom: i32 = 32;

/** packed[quad][c, u, v][l] = w[4 quad + l, c, u, v], 0 past the last out, for quads of outs from .. to. */
export function packWeights(packed: usize, w: usize, window: usize, from: i32, to: i32): void {
  const sizes = Sliding.at(window);
  packed += (<usize>(from * sizes.channels * sizes.taps)) << 4;
  for (let quad = from; quad < to; quad++) {
    const first = sizes.wStart + 4 * quad * sizes.wOut;
    const outs = min(4, sizes.out - 4 * quad);
    for (let c = 0; c < sizes.channels; c++) {
      for (let u = 0; u < sizes.kernelRows; u++) {
        for (let v = 0; v < sizes.kernelColumns; v++, packed += 16) {
          let at = w + ((<usize>(first + c * sizes.wChannel + u * sizes.wRow + v * sizes.wColumn)) << 2);
          v128.store(packed, f32x4.splat(0));
          for (let l = 0; l < outs; l++, at += (<usize>sizes.wOut) << 2) {
            store<f32>(packed + ((<usize>l) << 2), load<f32>(at));
          }
        }
      }
    }
  }
}

/** Floats of scratch that `convolve` needs. */
export function convolveRoom(window: usize): i32 {
  return blockRoom(window) + tileRoom;
}

/**
 * y[b, o, i, j] = sum over c, u, v of x[b, c, (i, j) stride - padding + (u, v) dilation] w[o, c, u, v], for blocks of
 * results from .. to; w as packed. No matrix of windows is made: a tile of four outs and two quads reads, for each tap,
 * what its results see straight from the band. Taps add up band by band.
 */
export function convolve(y: usize, x: usize, w: usize, window: usize, scratch: usize, from: i32, to: i32): void {
  const sizes = Sliding.at(window);
  const block = Block.of(window, scratch);
  const plane = (<usize>sizes.yChannel) << 2;
  for (let b = from; b < to; b++) {
    const corner = y + block.move(b);
    let c = 0;
    do {
      const channels = min(sizes.bandChannels, sizes.channels - c); // 0 if there are none: the sums are then zeros
      fillBand(scratch, x, c, channels);
      for (let o = 0; o < sizes.out; o += 4) {
        const weights = w + ((<usize>((o >> 2) * sizes.channels + c) * sizes.taps) << 4);
        addTaps(corner + plane * o, min(4, sizes.out - o), weights, channels * sizes.taps, c === 0, scratch);
      }
      c += sizes.bandChannels;
    } while (c < sizes.channels);
  }
}

/**
 * y[l, quad] (+)= sum over `depth` taps of w[tap][l] band[quad + tap], for outs l and all quads of a block; `fresh`
 * overwrites.
 */
function addTaps(y: usize, outs: i32, weights: usize, depth: i32, fresh: bool, scratch: usize): void {
  const block = Block.at(scratch);
  const sizes = Sliding.at(block.window);
  const plane = (<usize>sizes.yChannel) << 2;
  const tile = scratch + ((<usize>blockRoom(block.window)) << 2);
  const count = block.count;
  const straight = sizes.yColumn === 1 && outs === 4 ? block.whole : 0;
  const end = block.taps + ((<usize>depth) << 2);
  for (let q = 0; q < count; q += 2) {
    const left = (<usize>q) << 2;
    const right = (<usize>min(q + 1, count - 1)) << 2;
    const a = block.band + load<u32>(block.quads + left);
    const b = block.band + load<u32>(block.quads + right);
    let a0 = f32x4.splat(0);
    let b0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let b1 = f32x4.splat(0);
    let a2 = f32x4.splat(0);
    let b2 = f32x4.splat(0);
    let a3 = f32x4.splat(0);
    let b3 = f32x4.splat(0);
    let w = weights;
    for (let tap = block.taps; tap < end; tap += 4, w += 16) {
      const offset = load<u32>(tap);
      const xa = v128.load(a + offset);
      const xb = v128.load(b + offset);
      let weight = v128.load_splat<f32>(w, 0);
      a0 = madd(weight, xa, a0);
      b0 = madd(weight, xb, b0);
      weight = v128.load_splat<f32>(w, 4);
      a1 = madd(weight, xa, a1);
      b1 = madd(weight, xb, b1);
      weight = v128.load_splat<f32>(w, 8);
      a2 = madd(weight, xa, a2);
      b2 = madd(weight, xb, b2);
      weight = v128.load_splat<f32>(w, 12);
      a3 = madd(weight, xa, a3);
      b3 = madd(weight, xb, b3);
    }
    const ya = y + load<u32>(block.ys + left);
    const yb = y + load<u32>(block.ys + right);
    if (q + 2 <= straight) {
      put(ya, plane, a0, a1, a2, a3, fresh);
      put(yb, plane, b0, b1, b2, b3, fresh);
    } else {
      put(tile, 16, a0, a1, a2, a3, true);
      put(tile + 64, 16, b0, b1, b2, b3, true);
      scatter(ya, plane, sizes.yColumn, tile, outs, q < block.whole ? 4 : block.rest, fresh);
      if (q + 1 === count) break;
      scatter(yb, plane, sizes.yColumn, tile + 64, outs, q + 1 < block.whole ? 4 : block.rest, fresh);
    }
  }
}

/** y[l] (+)= four results of out l of four; from one out to the next are `plane` bytes. */
function put(y: usize, plane: usize, r0: v128, r1: v128, r2: v128, r3: v128, fresh: bool): void {
  v128.store(y, fresh ? r0 : f32x4.add(v128.load(y), r0));
  y += plane;
  v128.store(y, fresh ? r1 : f32x4.add(v128.load(y), r1));
  y += plane;
  v128.store(y, fresh ? r2 : f32x4.add(v128.load(y), r2));
  y += plane;
  v128.store(y, fresh ? r3 : f32x4.add(v128.load(y), r3));
}

/** y[l, j] (+)= tile[l][j] for outs l and `count` results j, which lie `step` floats apart. */
function scatter(y: usize, plane: usize, step: i32, tile: usize, outs: i32, count: i32, fresh: bool): void {
  for (let l = 0; l < outs; l++, y += plane, tile += 16) {
    for (let j = 0; j < count; j++) {
      const at = y + ((<usize>(j * step)) << 2);
      const sum = load<f32>(tile + ((<usize>j) << 2));
      store<f32>(at, fresh ? sum : load<f32>(at) + sum);
    }
  }
}
