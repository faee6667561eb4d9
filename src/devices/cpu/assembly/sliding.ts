import { block } from "./gemm";
import { Window } from "./window";

/**
 * A window sliding over images x: [batch, channels, height, width], from weights w, `taps` a channel, to results y:
 * [batch, out, outHeight, outWidth]. y and w may be spread in memory in any even way: `yRow` is the number of floats from one row of results to
 * the next, and so on. Passed by address, as integers in this order.
 */
@unmanaged
export class Sliding extends Window {
  out: i32;
  /** Whether the weights come in turned order: weight (0, 0) meets the last pixel of its window. */
  turned: i32;
  yStart: i32;
  yImage: i32;
  yChannel: i32;
  yRow: i32;
  yColumn: i32;
  wStart: i32;
  wOut: i32;
  wChannel: i32;
  wRow: i32;
  wColumn: i32;

  static at(address: usize): Sliding {
    return changetype<Sliding>(address);
  }

  /** Rows of the image under one window. */
  get reach(): i32 {
    return (this.kernelRows - 1) * this.rowDilation + 1;
  }

  /** Whether no window leaves its image, so that pixels can be read where they are. */
  get inside(): bool {
    const right = (this.outWidth - 1) * this.columnStride - this.columnPadding;
    const bottom = (this.outHeight - 1) * this.rowStride - this.rowPadding;
    return (
      this.rowPadding <= 0 &&
      this.columnPadding <= 0 &&
      bottom + this.reach <= this.height &&
      right + (this.kernelColumns - 1) * this.columnDilation < this.width
    );
  }

  /** Whether a row of results is longer than a block, so that blocks end with their rows. */
  get wide(): bool {
    return this.outWidth > block;
  }

  /** Blocks of results that are packed one after the other. */
  get blocks(): i32 {
    const whole = this.batch * this.outHeight;
    return this.wide ? whole * ((this.outWidth - 1) / block + 1) : (whole * this.outWidth + block - 1) / block;
  }

  /** Columns of a band: what one row of a block's results sees of the image and the zeros around it. */
  get bandWidth(): i32 {
    return (min(this.outWidth, block) - 1) * this.columnStride + (this.kernelColumns - 1) * this.columnDilation + 1;
  }

  /**
   * Floats of one channel of a band, for as many rows and images as a block of results can touch: from one row to the next
   * the window steps on, and from one image to the next it lies below.
   */
  get bandPlane(): i32 {
    const rows = this.wide ? 1 : (block - 2) / this.outWidth + 2;
    const images = this.wide ? 1 : (block - 2) / this.pixels + 2;
    const below = (images - 1) * max(0, this.reach - this.rowStride);
    return ((rows - 1) * this.rowStride + this.reach + below) * this.bandWidth;
  }

  /** Rows of a band under `count` results of one image, from its result `first` on. */
  bandRows(first: i32, count: i32): i32 {
    const rows = (first + count - 1) / this.outWidth - first / this.outWidth;
    return rows * this.rowStride + this.reach;
  }

  /** Channels that a block of taps can touch. */
  get bandChannels(): i32 {
    return min(this.channels, (block - 2) / this.taps + 2);
  }

  /** Floats from one channel, and from one row, of what is read to the next. */
  get plane(): i32 {
    return this.inside ? this.height * this.width : this.bandPlane;
  }

  get row(): i32 {
    return this.inside ? this.width : this.bandWidth;
  }
}

/** Where tap (c, u, v) lies in x, from the pixel's own place, and in w. Tables of channels * taps entries. */
export function locateTaps(window: Sliding, x: usize, w: usize): void {
  const plane = window.plane;
  const row = window.row * window.rowDilation;
  for (let c = 0; c < window.channels; c++) {
    for (let u = 0; u < window.kernelRows; u++) {
      for (let v = 0; v < window.kernelColumns; v++) {
        const down = window.turned ? window.kernelRows - 1 - u : u;
        const across = window.turned ? window.kernelColumns - 1 - v : v;
        store<i32>(x, (c * plane + down * row + across * window.columnDilation) << 2);
        store<i32>(w, (window.wStart + c * window.wChannel + u * window.wRow + v * window.wColumn) << 2);
        x += 4;
        w += 4;
      }
    }
  }
}

/**
 * Where pixels from .. from + n of all images' results lie in y, and where their windows begin in x or in the band.
 * Tables of n entries.
 */
export function locatePixels(window: Sliding, from: i32, n: i32, x: usize, y: usize): void {
  const inside = window.inside;
  const width = window.row;
  const rowStep = window.rowStride * width;
  const left = window.wide ? from % window.outWidth : 0;
  let bandRow = 0;
  for (let j = 0; j < n; ) {
    const image = (from + j) / window.pixels;
    const first = (from + j) % window.pixels;
    const count = min(n - j, window.pixels - first);
    let row = first / window.outWidth;
    let column = first % window.outWidth;
    const xStart = inside
      ? image * window.channels * window.height * window.width - window.rowPadding * width - window.columnPadding
      : (bandRow - row * window.rowStride) * width - left * window.columnStride;
    const yStart = window.yStart + image * window.yImage;
    bandRow += window.bandRows(first, count);
    for (let i = 0; i < count; i++) {
      store<i32>(x, (xStart + row * rowStep + column * window.columnStride) << 2);
      store<i32>(y, (yStart + row * window.yRow + column * window.yColumn) << 2);
      x += 4;
      y += 4;
      if (++column >= window.outWidth) {
        column = 0;
        row++;
      }
    }
    j += count;
  }
}
