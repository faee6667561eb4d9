import { everyNth } from "./lanes";
import { Block, Sliding } from "./sliding";

/** Copies what a block sees of `channels` channels from `channel` on, with zeros around the images; the layout is in `Sliding`. */
export function fillBand(band: usize, at: usize, blockAt: usize, x: usize, channel: i32, channels: i32): void {
  const window = Sliding.at(at);
  const block = Block.at(blockAt);
  const width = window.bandColumns;
  const stride = window.columnStride;
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < block.images; i++) {
      let to = band + ((<usize>(c * window.bandPlane + i * window.bandImage)) << 2);
      const plane = ((block.image + i) * window.channels + channel + c) * window.height;
      for (let down = 0; down < window.rowPhases; down++) {
        const top = block.row * window.rowStride - window.rowPadding + down;
        for (let across = 0; across < window.columnPhases; across++) {
          const left = block.column * stride - window.columnPadding + across;
          // Columns start .. end of the phase lie in the image.
          const start = min(width, max(0, (stride - 1 - left) / stride));
          const end = max(start, min(width, (window.width + stride - 1 - left) / stride));
          for (let r = 0; r < window.bandRows; r++) {
            const row = top + r * window.rowStride;
            if (row < 0 || row >= window.height) zero(to, width);
            else {
              zero(to, start);
              const from = (plane + row) * window.width + left + start * stride;
              copy(to + ((<usize>start) << 2), x + ((<usize>from) << 2), end - start, stride);
              zero(to + ((<usize>end) << 2), width - end);
            }
            to += (<usize>width) << 2;
          }
        }
      }
    }
  }
}

function zero(to: usize, n: i32): void {
  for (; n >= 4; n -= 4, to += 16) v128.store(to, f32x4.splat(0));
  for (; n > 0; n--, to += 4) store<f32>(to, 0);
}

/** Every stride-th of floats in a row. */
function copy(to: usize, from: usize, n: i32, stride: i32): void {
  const step = (<usize>stride) << 2;
  // A fifth is there where four are taken at once: `everyNth` reads up to it.
  for (; n > 4; n -= 4, to += 16, from += 4 * step) v128.store(to, everyNth(from, stride));
  for (; n > 0; n--, to += 4, from += step) store<f32>(to, load<f32>(from));
}
