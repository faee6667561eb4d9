/**
 * columns[plane, u, v, i, j] = image[plane, window place (i, j) + (u, v)], 0 outside the image. Images are [planes, height,
 * width], columns [planes, kernelHeight, kernelWidth, outHeight, outWidth]; at `window` lie these seven sizes, then
 * stride, padding and dilation, each vertical and horizontal.
 */
export function unfold(columns: usize, image: usize, window: usize): void {
  slide<Unfold>(columns, image, window);
}

/** image[plane, window place (i, j) + (u, v)] += columns[plane, u, v, i, j], from zeros: the adjoint of `unfold`. */
export function fold(image: usize, columns: usize, window: usize): void {
  memory.fill(image, 0, (load<i32>(window) * load<i32>(window, 4) * load<i32>(window, 8)) << 2);
  slide<Fold>(columns, image, window);
}

/** Takes each row of the columns to the stretch of the image that it meets. */
function slide<K>(columns: usize, image: usize, window: usize): void {
  const kind = changetype<K>(0); // has no fields: a name for its methods
  const planes = load<i32>(window);
  const height = load<i32>(window, 4);
  const width = load<i32>(window, 8);
  const kernelHeight = load<i32>(window, 12);
  const kernelWidth = load<i32>(window, 16);
  const outHeight = load<i32>(window, 20);
  const outWidth = load<i32>(window, 24);
  const strideY = load<i32>(window, 28);
  const strideX = load<i32>(window, 32);
  const paddingY = load<i32>(window, 36);
  const paddingX = load<i32>(window, 40);
  const dilationY = load<i32>(window, 44);
  const dilationX = load<i32>(window, 48);
  for (let plane = 0; plane < planes; plane++, image += (height * width) << 2) {
    for (let u = 0; u < kernelHeight; u++) {
      for (let v = 0; v < kernelWidth; v++) {
        const left = v * dilationX - paddingX; // the column of the image that j = 0 meets
        const first = below(-left, strideX, outWidth);
        const last = below(width - left, strideX, outWidth);
        for (let i = 0; i < outHeight; i++, columns += outWidth << 2) {
          const row = i * strideY - paddingY + u * dilationY;
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
