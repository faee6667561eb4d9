import { Window } from "./window";

/** Results that are computed from one band, as a rule: their band and what is made of them stay in the second cache. */
const blockPixels: i32 = 512;
/** Taps that add up in one go, as a rule: more are cut up by channels, which bounds the error of a sum and the size of a band. */
const depth: i32 = 256;

/**
 * A window sliding over images x: [batch, channels, height, width], from weights w, `taps` a channel, to results y:
 * [batch, out, outHeight, outWidth]. y and w may be spread in memory in any even way: `yRow` is the number of floats from one row of results to
 * the next, and so on. Passed by address, as integers in this order.
 *
 * Results are computed block by block: a block is some images, or rows of one image, or columns of one row. It reads a
 * band, a copy of what its windows see with the zeros around the images. In steps of s a band keeps apart the pixels of each
 * remainder modulo s (a phase), so that whatever the stride, neighbouring results see neighbouring floats through every tap:
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

  static at(address: usize): Sliding {
    return changetype<Sliding>(address);
  }

  /** Results are made four channels at a time. */
  get outQuads(): i32 {
    return parts(this.out, 4);
  }

  /** A block: this many columns of this many rows of this many images, of which only one is ever cut. */
  get blockColumns(): i32 {
    return (evenPart(this.outWidth, blockPixels) + 3) & ~3;
  }

  get blockRows(): i32 {
    return evenPart(this.outHeight, max(1, blockPixels / this.outWidth));
  }

  get blockImages(): i32 {
    return max(1, min(this.batch, blockPixels / this.pixels));
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

  /** Channels of a band. */
  get bandChannels(): i32 {
    return evenPart(this.channels, max(1, depth / this.taps));
  }

  /** Image rows, and columns, from the first to the last under one window. */
  get reachRows(): i32 {
    return (this.kernelRows - 1) * this.rowDilation + 1;
  }

  get reachColumns(): i32 {
    return (this.kernelColumns - 1) * this.columnDilation + 1;
  }

  /** Remainders modulo the stride that a tap can have. */
  get rowPhases(): i32 {
    return min(this.rowStride, this.reachRows);
  }

  get columnPhases(): i32 {
    return min(this.columnStride, this.reachColumns);
  }

  /** Rows and columns of one phase. */
  get bandRows(): i32 {
    return this.blockRows + (this.reachRows - 1) / this.rowStride;
  }

  get bandColumns(): i32 {
    return this.blockColumns + (this.reachColumns - 1) / this.columnStride;
  }

  /** Floats of one image in a channel of a band. */
  get bandImage(): i32 {
    return this.rowPhases * this.columnPhases * this.bandRows * this.bandColumns;
  }

  /** Floats of one channel of a band: an odd number of cache lines, as many channels a power of two apart would evict each other. */
  get bandPlane(): i32 {
    return ((this.blockImages * this.bandImage + 15) & ~31) + 16;
  }
}

/** Parts of at most `size` of a whole. */
function parts(whole: i32, size: i32): i32 {
  return (whole + size - 1) / size;
}

/** The least size that gives no more parts than `most` does. */
function evenPart(whole: i32, most: i32): i32 {
  return whole <= most ? whole : parts(whole, parts(whole, most));
}

/** Where one block of a sliding window begins, and how much of it there is. */
@unmanaged
export class Block {
  image: i32;
  images: i32;
  row: i32;
  rows: i32;
  column: i32;
  columns: i32;

  static at(address: usize): Block {
    return changetype<Block>(address);
  }

  /** Becomes block number `index`. */
  set(window: Sliding, index: i32): void {
    const rowBlocks = window.rowBlocks;
    const columnBlocks = window.columnBlocks;
    this.column = (index % columnBlocks) * window.blockColumns;
    index /= columnBlocks;
    this.row = (index % rowBlocks) * window.blockRows;
    this.image = (index / rowBlocks) * window.blockImages;
    this.columns = min(window.blockColumns, window.outWidth - this.column);
    this.rows = min(window.blockRows, window.outHeight - this.row);
    this.images = min(window.blockImages, window.batch - this.image);
  }

  /** Four results in a row, the last of a row perhaps fewer. */
  get quads(): i32 {
    return this.images * this.rows * ((this.columns + 3) >> 2);
  }

  /** Those that are whole. */
  get whole(): i32 {
    return this.images * this.rows * (this.columns >> 2);
  }

  /** Results in a quad that is not. */
  get rest(): i32 {
    return this.columns & 3;
  }

  /** Where it begins in y, in floats. */
  start(window: Sliding): i32 {
    return window.yStart + this.image * window.yImage + this.row * window.yRow + this.column * window.yColumn;
  }
}

/** Where the taps of a band's channels lie from a result's own place in it: a table of bandChannels * taps byte offsets. */
export function locateTaps(window: Sliding, table: usize): void {
  const plane = window.bandPlane;
  const width = window.bandColumns;
  const phase = window.bandRows * width;
  for (let c = 0; c < window.bandChannels; c++) {
    for (let u = 0; u < window.kernelRows; u++) {
      const down = (window.turned ? window.kernelRows - 1 - u : u) * window.rowDilation;
      const rows = (down % window.rowStride) * window.columnPhases * phase + (down / window.rowStride) * width;
      for (let v = 0; v < window.kernelColumns; v++) {
        const across = (window.turned ? window.kernelColumns - 1 - v : v) * window.columnDilation;
        const columns = (across % window.columnStride) * phase + across / window.columnStride;
        store<i32>(table, (c * plane + rows + columns) << 2);
        table += 4;
      }
    }
  }
}

/** Where a block's quads, whole ones first, begin in its band and in y: two tables of byte offsets. */
export function locateQuads(window: Sliding, block: Block, bands: usize, ys: usize): void {
  const whole = block.columns >> 2;
  let ragged = (<usize>block.whole) << 2;
  let at: usize = 0;
  for (let i = 0; i < block.images; i++) {
    for (let r = 0; r < block.rows; r++) {
      const band = i * window.bandImage + r * window.bandColumns;
      const y = i * window.yImage + r * window.yRow;
      for (let q = 0; q < whole; q++) {
        store<i32>(bands + at, (band + 4 * q) << 2);
        store<i32>(ys + at, (y + 4 * q * window.yColumn) << 2);
        at += 4;
      }
      if (block.rest) {
        store<i32>(bands + ragged, (band + 4 * whole) << 2);
        store<i32>(ys + ragged, (y + 4 * whole * window.yColumn) << 2);
        ragged += 4;
      }
    }
  }
}
