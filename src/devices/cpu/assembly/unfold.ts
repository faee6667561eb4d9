import { Window } from "./window";

/**
 * columns[plane, u, v, i, j] = image[plane, window place (i, j) + (u, v)], 0 outside the image, for the planes from ..
 * to. Images are [planes, height, width], columns [planes, kernelRows, kernelColumns, outHeight, outWidth]; at `window`
 * lies a `Window`.
 */
export function unfold(columns: usize, image: usize, window: usize, from: i32, to: i32): void {
  slide<Unfold>(columns, image, Window.at(window), from, to);
}

/** image[plane, window place (i, j) + (u, v)] += columns[plane, u, v, i, j], from zeros: the adjoint of `unfold`. */
export function fold(image: usize, columns: usize, window: usize, from: i32, to: i32): void {
  const sizes = Window.at(window);
  const plane: usize = (sizes.height * sizes.width) << 2;
  memory.fill(image + from * plane, 0, (to - from) * plane);
  slide<Fold>(columns, image, sizes, from, to);
}

/** Takes each row of the columns to the stretch of the image that it meets. */
function slide<K>(columns: usize, image: usize, window: Window, from: i32, to: i32): void {
  const kind = changetype<K>(0); // has no fields: a name for its methods
  const height = window.height;
  const width = window.width;
  const strideX = window.columnStride;
  const outWidth = window.outWidth;
  columns += (<usize>from * window.taps * window.pixels) << 2;
  image += (<usize>from * height * width) << 2;
  for (let plane = from; plane < to; plane++, image += (height * width) << 2) {
    for (let u = 0; u < window.kernelRows; u++) {
      for (let v = 0; v < window.kernelColumns; v++) {
        const left = v * window.columnDilation - window.columnPadding; // the column of the image that j = 0 meets
        const first = below(-left, strideX, outWidth);
        const last = below(width - left, strideX, outWidth);
        for (let i = 0; i < window.outHeight; i++, columns += outWidth << 2) {
          const row = i * window.rowStride - window.rowPadding + u * window.rowDilation;
          if (row < 0 || row >= height) {
            kind.outside(columns, 0, outWidth);
            continue;
          }
          kind.outside(columns, 0, first);
          kind.inside(columns, image + ((row * width + left) << 2), first, last, strideX);
          kind.outside(columns, last, outWidth);
        }
      }
    }
  }
}

/** How many j of 0 .. outWidth − 1 have j stride < distance. */
function below(distance: i32, stride: i32, outWidth: i32): i32 {
  return distance <= 0 ? 0 : min((distance + stride - 1) / stride, outWidth);
}

class Unfold {
  /** column[j] = image[j stride] for first <= j < last. */
  inside(column: usize, image: usize, first: i32, last: i32, stride: i32): void {
    let j = first;
    if (stride === 1) {
      for (; j + 4 <= last; j += 4) v128.store(column + (j << 2), v128.load(image + (j << 2)));
    }
    for (; j < last; j++) store<f32>(column + (j << 2), load<f32>(image + ((j * stride) << 2)));
  }

  outside(column: usize, first: i32, last: i32): void {
    for (let j = first; j < last; j++) store<f32>(column + (j << 2), 0);
  }
}

class Fold {
  /** image[j stride] += column[j] for first <= j < last. */
  inside(column: usize, image: usize, first: i32, last: i32, stride: i32): void {
    let j = first;
    if (stride === 1) {
      for (; j + 4 <= last; j += 4) {
        v128.store(image + (j << 2), f32x4.add(v128.load(image + (j << 2)), v128.load(column + (j << 2))));
      }
    }
    for (; j < last; j++) {
      const at = image + ((j * stride) << 2);
      store<f32>(at, load<f32>(at) + load<f32>(column + (j << 2)));
    }
  }

  outside(_column: usize, _first: i32, _last: i32): void {}
}
