import { Sliding } from "./sliding";

/**
 * What pixels from .. from + n see of `channels` channels from `channel` on, with the zeros around the images:
 * band[channel][row][column], the rows of each image below those of the one before.
 */
export function fillBand(band: usize, at: usize, x: usize, from: i32, n: i32, channel: i32, channels: i32): void {
  const window = Sliding.at(at);
  const width = window.bandWidth;
  const plane = (<usize>window.bandPlane) << 2;
  const left = (window.wide ? from % window.outWidth : 0) * window.columnStride - window.columnPadding;
  // Columns start .. end of the band lie in the image.
  const start = max(0, min(width, -left));
  const end = max(start, min(width, window.width - left));
  for (let j = 0; j < n; ) {
    const image = (from + j) / window.pixels;
    const first = (from + j) % window.pixels;
    const count = min(n - j, window.pixels - first);
    const top = (first / window.outWidth) * window.rowStride - window.rowPadding;
    const rows = window.bandRows(first, count);
    for (let c = 0; c < channels; c++) {
      let to = band + plane * c;
      for (let r = top; r < top + rows; r++) {
        const seen = r >= 0 && r < window.height;
        const begin = seen ? start : width;
        const stop = seen ? end : width;
        const row = ((image * window.channels + channel + c) * window.height + r) * window.width + left;
        zero(to, begin);
        copy(to + ((<usize>begin) << 2), x + ((<usize>(row + begin)) << 2), stop - begin);
        zero(to + ((<usize>stop) << 2), width - stop);
        to += (<usize>width) << 2;
      }
    }
    band += (<usize>(rows * width)) << 2;
    j += count;
  }
}

function zero(to: usize, n: i32): void {
  for (let i = 0; i < n; i++) store<f32>(to + ((<usize>i) << 2), 0);
}

function copy(to: usize, from: usize, n: i32): void {
  let i = 0;
  for (; i <= n - 4; i += 4) v128.store(to + ((<usize>i) << 2), v128.load(from + ((<usize>i) << 2)));
  for (; i < n; i++) store<f32>(to + ((<usize>i) << 2), load<f32>(from + ((<usize>i) << 2)));
}
