import { Window } from "./window";

/**
 * A window sliding over images x: [batch, channels, height, width], from weights w, `taps` a channel, to results y:
 * [batch, out, outHeight, outWidth]. y and w may be spread in memory in any even way: `yRow` is the number of floats from
 * one row of results to the next, and so on. Passed by address, as integers in this order.
 *
 * Results are computed block by block (`Block`), each from a band: a copy of what its windows see, with the zeros around the
 * images. A window in steps of s has the pixels of each remainder modulo s, a phase, apart in the band, so that whatever the
 * stride, neighbouring results see neighbouring floats through every tap:
 * band[channel][image][row phase][column phase][row][column].
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
  /**
   * A block: this many columns, a multiple of four, of this many rows of this many images; only whole images come in
   * numbers.
   */
  blockColumns: i32;
  blockRows: i32;
  blockImages: i32;
  /** Channels of a band. */
  bandChannels: i32;

  static at(address: usize): Sliding {
    return changetype<Sliding>(address);
  }

  /** Channels of results by fours, the last perhaps fewer. */
  get outQuads(): i32 {
    return parts(this.out, 4);
  }

  get columnBlocks(): i32 {
    return parts(this.outWidth, this.blockColumns);
  }

  get rowBlocks(): i32 {
    return parts(this.outHeight, this.blockRows);
  }

  get blocks(): i32 {
    return parts(this.batch, this.blockImages) * this.rowBlocks * this.columnBlocks;
  }

  /** Fours of results in a row, in a block. */
  get blockQuads(): i32 {
    return (this.blockImages * this.blockRows * this.blockColumns) >> 2;
  }

  /** Taps of a band. */
  get bandTaps(): i32 {
    return this.bandChannels * this.taps;
  }

  /** From the first to the last row, and column, of an image under one window. */
  get rowReach(): i32 {
    return (this.kernelRows - 1) * this.rowDilation;
  }

  get columnReach(): i32 {
    return (this.kernelColumns - 1) * this.columnDilation;
  }

  /** Remainders modulo the stride that a tap can have. */
  get rowPhases(): i32 {
    return min(this.rowStride, this.rowReach + 1);
  }

  get columnPhases(): i32 {
    return min(this.columnStride, this.columnReach + 1);
  }

  /** Rows and columns of one phase of a band. */
  get bandRows(): i32 {
    return this.blockRows + this.rowReach / this.rowStride;
  }

  get bandColumns(): i32 {
    return this.blockColumns + this.columnReach / this.columnStride;
  }

  /** Floats of one image in a channel of a band. */
  get bandImage(): i32 {
    return this.rowPhases * this.columnPhases * this.bandRows * this.bandColumns;
  }

  /**
   * Floats of one channel of a band. An odd number of cache lines: channels a power of two apart would drive each other
   * out.
   */
  get bandPlane(): i32 {
    return ((this.blockImages * this.bandImage + 15) & ~31) + 16;
  }
}

/** Parts of at most `size` of a whole. */
function parts(whole: i32, size: i32): i32 {
  return (whole + size - 1) / size;
}
