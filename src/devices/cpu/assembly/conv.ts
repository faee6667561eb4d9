import { fillBand } from "./band";
import { block, product, productRoom } from "./gemm";
import { evenly } from "./pack";
import { locatePixels, locateTaps, Sliding } from "./sliding";
import { gatherRows, settleRows, turn } from "./totals";

/**
 * Floats of scratch that the convolutions need, whatever the batch: 90,144 for packed blocks, 2 for each weight of one
 * result and each channel of results, the band, as a rule 5,000 to 30,000, and 2 for each weight that is a sum of many.
 */
export function convolveRoom(window: usize, intoWeight: bool): i32 {
  const sizes = Sliding.at(window);
  const band = sizes.inside ? 0 : sizes.bandChannels * sizes.bandPlane;
  const taps = sizes.channels * sizes.taps;
  const totals = intoWeight && sizes.blocks > turn ? sizes.out * taps : 0;
  return productRoom + band + 2 * (sizes.out + taps + block + totals);
}

/** y[b, o, i, j] = sum over c, u, v of x[b, c, (i, j) stride - padding + (u, v) dilation] w[o, c, u, v]. */
export function convolve(y: usize, x: usize, w: usize, window: usize, scratch: usize): void {
  slide(y, x, w, window, false, scratch);
}

/** w[o, c, u, v] = sum over b, i, j of y[b, o, i, j] x[b, c, (i, j) stride - padding + (u, v) dilation]; w in a row. */
export function convolveWeight(w: usize, x: usize, y: usize, window: usize, scratch: usize): void {
  slide(y, x, w, window, true, scratch);
}

/**
 * With X[taps, pixels] the matrix of all windows' pixels: y = w X, or w = y X^T. X is never made: a block of pixels and
 * a block of taps at a time is packed straight from the image or, where windows leave it, from a band of it with zeros
 * around.
 */
function slide(y: usize, x: usize, w: usize, at: usize, intoWeight: bool, scratch: usize): void {
  const window = Sliding.at(at);
  const taps = window.channels * window.taps;
  const pixels = window.batch * window.pixels;
  const out = window.out;
  const inside = window.inside;
  const plane = (<usize>window.bandPlane) << 2;

  const yRows = scratch + 4 * productRoom;
  const wRows = yRows + ((<usize>out) << 2);
  const xTaps = wRows + ((<usize>out) << 2);
  const wTaps = xTaps + ((<usize>taps) << 2);
  const xPixels = wTaps + ((<usize>taps) << 2);
  const yPixels = xPixels + 4 * block;
  const totals = yPixels + 4 * block;
  const long = intoWeight && window.blocks > turn;
  const totalBytes = long ? (<usize>(out * taps)) << 3 : 0;
  const band = totals + totalBytes;
  evenly(yRows, 0, window.yChannel, out);
  evenly(wRows, 0, window.wOut, out);
  locateTaps(window, xTaps, wTaps);
  memory.fill(totals, 0, totalBytes);

  let j = 0;
  let blocks = 0;
  do {
    let n = min(block, pixels - j);
    if (window.wide) n = min(n, window.outWidth - (j % window.outWidth));
    locatePixels(window, j, n, xPixels, yPixels);
    const fresh = blocks++ % turn === 0;
    let p = 0;
    do {
      const depth = min(block, taps - p);
      let from = x;
      if (!inside && depth > 0) {
        const channel = p / window.taps;
        fillBand(band, at, x, j, n, channel, (p + depth - 1) / window.taps + 1 - channel);
        from = band - plane * channel;
      }
      const xTap = xTaps + ((<usize>p) << 2);
      const wTap = wTaps + ((<usize>p) << 2);
      if (intoWeight) product(w, wRows, wTap, y, yRows, yPixels, from, xPixels, xTap, out, n, depth, fresh, scratch);
      else product(y, yRows, yPixels, w, wRows, wTap, from, xTap, xPixels, out, depth, n, p === 0, scratch);
      p += block;
    } while (p < taps);
    j += n;
    if (long && (j >= pixels || blocks % turn === 0)) gatherRows(totals, w, wRows, out, taps);
  } while (j < pixels);
  if (long) settleRows(w, wRows, totals, out, taps);
}
