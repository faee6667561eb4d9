import { bandIsFinite, fillBand } from "./band";
import { Block, blockRoom } from "./block";
import { laneSums, loadFirst, madd } from "./lanes";
import { Sliding } from "./sliding";

/** Taps, each with four outs, whose sums are under way at the same time: 256 KiB in float64. */
const mostSums: i32 = 8192;

/** Quads of outs whose sums are under way at the same time. */
function quadsAtOnce(window: Sliding): i32 {
  return min(window.outQuads, max(1, mostSums / window.bandTaps));
}

/** Floats of scratch that `convolveWeight` needs. */
export function convolveWeightRoom(window: usize): i32 {
  const sizes = Sliding.at(window);
  return blockRoom(window) + 16 * sizes.blockQuads + 8 * quadsAtOnce(sizes) * evenTaps(sizes.bandTaps);
}

/**
 * w[o, c, u, v] = sum over b, i, j of y[b, o, i, j] x[b, c, (i, j) stride - padding + (u, v) dilation], for units from
 * .. to: for each part of the channels, of `bandChannels`, quads of outs. w in a row, y too. Sums in float32 within a
 * block, in float64 from block to block.
 */
export function convolveWeight(w: usize, x: usize, y: usize, window: usize, scratch: usize, from: i32, to: i32): void {
  const sizes = Sliding.at(window);
  const block = Block.of(window, scratch);
  const packed = scratch + ((<usize>blockRoom(window)) << 2);
  const totals = packed + ((<usize>sizes.blockQuads) << 6);
  const blocks = sizes.blocks;
  for (let unit = from; unit < to; ) {
    const c = (unit / sizes.outQuads) * sizes.bandChannels;
    const first = unit % sizes.outQuads;
    const last = first + min(min(to - unit, sizes.outQuads - first), quadsAtOnce(sizes));
    const channels = min(sizes.bandChannels, sizes.channels - c);
    const depth = channels * sizes.taps;
    const ofQuad = (<usize>evenTaps(depth)) << 5;
    memory.fill(totals, 0, ofQuad * (last - first));
    for (let b = 0; b < blocks; b++) {
      const corner = y + block.move(b);
      fillBand(scratch, x, c, channels);
      const finite = block.rest === 0 || bandIsFinite(scratch, channels);
      for (let quad = first; quad < last; quad++) {
        packResults(packed, corner, quad, scratch);
        const sums = totals + ofQuad * (quad - first);
        // Past a row y has zeros: what is seen there must be left out only if it is not finite.
        if (finite) addProducts<Everything>(sums, packed, depth, scratch);
        else addProducts<InRow>(sums, packed, depth, scratch);
      }
    }
    for (let quad = first; quad < last; quad++) {
      for (let o = 4 * quad; o < min(4 * quad + 4, sizes.out); o++) {
        const row = w + ((<usize>((o * sizes.channels + c) * sizes.taps)) << 2);
        settle(row, totals + ofQuad * (quad - first) + ((<usize>(o & 3)) << 3), depth);
      }
    }
    unit += last - first;
  }
}

/** Taps go by pairs. */
function evenTaps(taps: i32): i32 {
  return (taps + 1) & ~1;
}

/**
 * packed[quad of results][l] = four results of out 4 outs + l, zeros past the end of a row. Outs that are not there are the
 * last one again. The four are read side by side: one after the other memory is half as fast.
 */
function packResults(packed: usize, y: usize, outs: i32, scratch: usize): void {
  const block = Block.at(scratch);
  const sizes = Sliding.at(block.window);
  const whole = block.ys + ((<usize>block.whole) << 2);
  const end = block.ys + ((<usize>block.count) << 2);
  const rest = block.rest;
  const last = sizes.out - 1;
  const y0 = y + ((<usize>(4 * outs * sizes.yChannel)) << 2);
  const y1 = y + ((<usize>(min(4 * outs + 1, last) * sizes.yChannel)) << 2);
  const y2 = y + ((<usize>(min(4 * outs + 2, last) * sizes.yChannel)) << 2);
  const y3 = y + ((<usize>(min(4 * outs + 3, last) * sizes.yChannel)) << 2);
  let at = block.ys;
  for (; at < whole; at += 4, packed += 64) {
    const offset = load<u32>(at);
    v128.store(packed, v128.load(y0 + offset), 0);
    v128.store(packed, v128.load(y1 + offset), 16);
    v128.store(packed, v128.load(y2 + offset), 32);
    v128.store(packed, v128.load(y3 + offset), 48);
  }
  for (; at < end; at += 4, packed += 64) {
    const offset = load<u32>(at);
    v128.store(packed, loadFirst(y0 + offset, rest), 0);
    v128.store(packed, loadFirst(y1 + offset, rest), 16);
    v128.store(packed, loadFirst(y2 + offset, rest), 32);
    v128.store(packed, loadFirst(y3 + offset, rest), 48);
  }
}

/** What a quad's results see, past their row too. */
class Everything {
  seen(x: v128, _count: i32): v128 {
    return x;
  }
}

/** Zeros past the row. */
class InRow {
  seen(x: v128, count: i32): v128 {
    return v128.and(x, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count)));
  }
}

/**
 * totals[tap][l] += sum over a block's results of y[l] band[result + tap], for four outs l as packed and `depth` taps,
 * two at a time.
 */
function addProducts<Kind>(totals: usize, packed: usize, depth: i32, scratch: usize): void {
  const block = Block.at(scratch);
  const rest = block.rest;
  const kind = changetype<Kind>(0); // has no fields: a name for its method
  const whole = block.quads + ((<usize>block.whole) << 2);
  const end = block.quads + ((<usize>block.count) << 2);
  for (let t = 0; t < depth; t += 2, totals += 64) {
    const a = block.band + load<u32>(block.taps + ((<usize>t) << 2));
    const b = block.band + load<u32>(block.taps + ((<usize>min(t + 1, depth - 1)) << 2));
    let a0 = f32x4.splat(0);
    let b0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let b1 = f32x4.splat(0);
    let a2 = f32x4.splat(0);
    let b2 = f32x4.splat(0);
    let a3 = f32x4.splat(0);
    let b3 = f32x4.splat(0);
    let y = packed;
    let quad = block.quads;
    for (; quad < end; quad += 4, y += 64) {
      const offset = load<u32>(quad);
      const count = quad < whole ? 4 : rest;
      const xa = kind.seen(v128.load(a + offset), count);
      const xb = kind.seen(v128.load(b + offset), count);
      let results = v128.load(y, 0);
      a0 = madd(results, xa, a0);
      b0 = madd(results, xb, b0);
      results = v128.load(y, 16);
      a1 = madd(results, xa, a1);
      b1 = madd(results, xb, b1);
      results = v128.load(y, 32);
      a2 = madd(results, xa, a2);
      b2 = madd(results, xb, b2);
      results = v128.load(y, 48);
      a3 = madd(results, xa, a3);
      b3 = madd(results, xb, b3);
    }
    gather(totals, laneSums(a0, a1, a2, a3));
    gather(totals + 32, laneSums(b0, b1, b2, b3));
  }
}

/** totals[l] += sums[l] in float64, four of them. */
function gather(totals: usize, sums: v128): void {
  const upper = v128.shuffle<i64>(sums, sums, 1, 1);
  v128.store(totals, f64x2.add(v128.load(totals), f64x2.promote_low_f32x4(sums)));
  v128.store(totals, f64x2.add(v128.load(totals, 16), f64x2.promote_low_f32x4(upper)), 16);
}

/** w[t] = totals[t][0], n taps. */
function settle(w: usize, totals: usize, n: i32): void {
  for (let t = 0; t < n; t++, w += 4, totals += 32) store<f32>(w, <f32>load<f64>(totals));
}
