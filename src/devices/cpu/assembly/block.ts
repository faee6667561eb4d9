import { Sliding } from "./sliding";

/** Floats of a block's own fields. */
const fields: i32 = 16;

/**
 * The block of results that a thread is at, in its scratch memory, with tables of byte offsets and the band behind it.
 * Results go by quads: four in a row, the last of a row perhaps fewer. Whole quads come first in the tables.
 */
@unmanaged
export class Block {
  window: usize;
  /** Where a quad's results begin, from the block's first. */
  ys: usize;
  /** Where what its results see through tap 0 begins in the band. */
  quads: usize;
  /** Where they see channel c through tap (u, v), from there. */
  taps: usize;
  band: usize;
  image: i32;
  images: i32;
  row: i32;
  rows: i32;
  column: i32;
  columns: i32;

  static at(scratch: usize): Block {
    return changetype<Block>(scratch);
  }

  /** Lays out scratch memory for blocks of a window. */
  static of(window: usize, scratch: usize): Block {
    const block = Block.at(scratch);
    const sizes = Sliding.at(window);
    const table = (<usize>sizes.blockQuads) << 2;
    block.window = window;
    block.ys = scratch + 4 * fields;
    block.quads = block.ys + table;
    block.taps = block.quads + table;
    block.band = scratch + ((<usize>bandStart(sizes)) << 2);
    locateTaps(sizes, block.taps);
    return block;
  }

  /** Goes to block number `index`. Returns where it begins in y, in bytes. */
  move(index: i32): usize {
    const window = Sliding.at(this.window);
    this.column = (index % window.columnBlocks) * window.blockColumns;
    index /= window.columnBlocks;
    this.row = (index % window.rowBlocks) * window.blockRows;
    this.image = (index / window.rowBlocks) * window.blockImages;
    this.columns = min(window.blockColumns, window.outWidth - this.column);
    this.rows = min(window.blockRows, window.outHeight - this.row);
    this.images = min(window.blockImages, window.batch - this.image);
    this.locateQuads();
    const inImage = this.row * window.yRow + this.column * window.yColumn;
    return (<usize>(window.yStart + this.image * window.yImage + inImage)) << 2;
  }

  /** Quads, and how many of them are whole. */
  get count(): i32 {
    return this.images * this.rows * ((this.columns + 3) >> 2);
  }

  get whole(): i32 {
    return this.images * this.rows * (this.columns >> 2);
  }

  /** Results in a quad that is not whole. */
  get rest(): i32 {
    return this.columns & 3;
  }

  private locateQuads(): void {
    const window = Sliding.at(this.window);
    const inRow = this.columns >> 2;
    let at: usize = 0;
    let ragged = (<usize>this.whole) << 2;
    for (let i = 0; i < this.images; i++) {
      for (let r = 0; r < this.rows; r++) {
        let x = (i * window.bandImage + r * window.bandColumns) << 2;
        let y = (i * window.yImage + r * window.yRow) << 2;
        for (let q = 0; q < inRow; q++, at += 4, x += 16, y += window.yColumn << 4) {
          store<i32>(this.quads + at, x);
          store<i32>(this.ys + at, y);
        }
        if (this.rest === 0) continue;
        store<i32>(this.quads + ragged, x);
        store<i32>(this.ys + ragged, y);
        ragged += 4;
      }
    }
  }
}

/** Floats of scratch that a block needs, whole cache lines. */
export function blockRoom(window: usize): i32 {
  const sizes = Sliding.at(window);
  return bandStart(sizes) + sizes.bandChannels * sizes.bandPlane;
}

function bandStart(window: Sliding): i32 {
  return (fields + 2 * window.blockQuads + window.bandTaps + 15) & ~15;
}

function locateTaps(window: Sliding, table: usize): void {
  const width = window.bandColumns;
  const phase = window.bandRows * width;
  for (let c = 0; c < window.bandChannels; c++) {
    for (let u = 0; u < window.kernelRows; u++) {
      const down = (window.turned ? window.kernelRows - 1 - u : u) * window.rowDilation;
      const row = (down % window.rowStride) * window.columnPhases * phase + (down / window.rowStride) * width;
      for (let v = 0; v < window.kernelColumns; v++) {
        const across = (window.turned ? window.kernelColumns - 1 - v : v) * window.columnDilation;
        const column = (across % window.columnStride) * phase + across / window.columnStride;
        store<i32>(table, (c * window.bandPlane + row + column) << 2);
        table += 4;
      }
    }
  }
}
