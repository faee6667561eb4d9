/** A window sliding over images: `WindowSizes` of devices/sizes.ts. Passed by address, as integers in this order. */
@unmanaged
export class Window {
  batch: i32;
  channels: i32;
  height: i32;
  width: i32;
  kernelRows: i32;
  kernelColumns: i32;
  rowStride: i32;
  columnStride: i32;
  /** Rows and columns of zeros before the image; negative where the window starts inside it. */
  rowPadding: i32;
  columnPadding: i32;
  rowDilation: i32;
  columnDilation: i32;
  outHeight: i32;
  outWidth: i32;

  static at(address: usize): Window {
    return changetype<Window>(address);
  }

  /** Images of one channel. */
  get planes(): i32 {
    return this.batch * this.channels;
  }

  /** Pixels under one window. */
  get taps(): i32 {
    return this.kernelRows * this.kernelColumns;
  }

  /** Windows in one plane. */
  get pixels(): i32 {
    return this.outHeight * this.outWidth;
  }

  /** The first row of the image under the windows of row i. */
  firstRow(i: i32): i32 {
    const start = i * this.rowStride - this.rowPadding;
    const step = this.rowDilation;
    return start < 0 ? start + ((step - 1 - start) / step) * step : start;
  }

  /** Where their rows of the image end. */
  endRow(i: i32): i32 {
    return min(this.height, i * this.rowStride - this.rowPadding + this.kernelRows * this.rowDilation);
  }

  /** Whether the windows are of two or three columns, two apart, without padding. */
  get byTwo(): bool {
    const columns = this.kernelColumns === 2 || this.kernelColumns === 3;
    return (
      columns && this.columnStride === 2 && this.columnDilation === 1 && this.rowPadding + this.columnPadding === 0
    );
  }

  /** Whether they are of 2 x 2, side by side. */
  get halves(): bool {
    return (
      this.byTwo && this.kernelColumns === 2 && this.kernelRows === 2 && this.rowStride === 2 && this.rowDilation === 1
    );
  }
}
