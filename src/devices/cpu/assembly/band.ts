import { Block } from "./block";
import { everyNth, madd } from "./lanes";
import { Sliding } from "./sliding";

/**
 * Copies what a block sees of `channels` channels of x from `channel` on, and zeros around the images; `Sliding` says
 * how it lies.
 */
export function fillBand(at: usize, x: usize, channel: i32, channels: i32): void {
  const block = Block.at(at);
  const window = Sliding.at(block.window);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < block.images; i++) {
      let to = block.band + ((<usize>(c * window.bandPlane + i * window.bandImage)) << 2);
      const plane = ((block.image + i) * window.channels + channel + c) * window.height * window.width;
      for (let down = 0; down < window.rowPhases; down++) {
        const top = block.row * window.rowStride - window.rowPadding + down;
        for (let across = 0; across < window.columnPhases; across++) {
          const left = block.column * window.columnStride - window.columnPadding + across;
          to = fillPhase(to, window, x + ((<usize>plane) << 2), top, left);
        }
      }
    }
  }
}

/** Whether all that was copied, of so many channels, is finite. */
export function bandIsFinite(at: usize, channels: i32): bool {
  const block = Block.at(at);
  const window = Sliding.at(block.window);
  let nothing = f32x4.splat(0);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < block.images; i++) {
      let from = block.band + ((<usize>(c * window.bandPlane + i * window.bandImage)) << 2);
      const end = from + ((<usize>window.bandImage) << 2);
      for (; from + 16 <= end; from += 16) nothing = madd(v128.load(from), f32x4.splat(0), nothing);
      for (; from < end; from += 4) nothing = madd(v128.load32_zero(from), f32x4.splat(0), nothing);
    }
  }
  return i32x4.all_true(f32x4.eq(nothing, nothing));
}

/** One phase of one channel of an image, whose first pixel is (top, left). Returns where it ends. */
function fillPhase(to: usize, window: Sliding, image: usize, top: i32, left: i32): usize {
  const stride = window.columnStride;
  const width = window.bandColumns;
  // Columns start .. end lie in the image.
  const start = min(width, max(0, (stride - 1 - left) / stride));
  const end = max(start, min(width, (window.width + stride - 1 - left) / stride));
  for (let r = 0; r < window.bandRows; r++) {
    const row = top + r * window.rowStride;
    if (row >= 0 && row < window.height) {
      const from = image + ((<usize>(row * window.width + left + start * stride)) << 2);
      zero(to, start);
      copy(to + ((<usize>start) << 2), from, end - start, stride);
      zero(to + ((<usize>end) << 2), width - end);
    } else zero(to, width);
    to += (<usize>width) << 2;
  }
  return to;
}

function zero(to: usize, n: i32): void {
  for (; n >= 4; n -= 4, to += 16) v128.store(to, f32x4.splat(0));
  for (; n > 0; n--, to += 4) store<f32>(to, 0);
}

/** n floats that lie `stride` apart. */
function copy(to: usize, from: usize, n: i32, stride: i32): void {
  const step = (<usize>stride) << 2;
  // Only where a fifth is left: `everyNth` may read on up to the next.
  for (; n > 4; n -= 4, to += 16, from += 4 * step) v128.store(to, everyNth(from, stride));
  for (; n > 0; n--, to += 4, from += step) store<f32>(to, load<f32>(from));
}
