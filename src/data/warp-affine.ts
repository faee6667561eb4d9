import { checkOptions } from "../options.ts";
import { show, sizeOf } from "../shape.ts";
import type { Images } from "./image.ts";

/** Which picture each matrix is for. */
export interface WarpAffineOptions {
  /** Matrix k looks at picture `indices[k]`: at picture k unless given. */
  indices?: ArrayLike<number>;
}

/**
 * Pictures seen through 2x3 matrices, [k, channels, height, width] for k matrices: PyTorch's `grid_sample(images,
 * affine_grid(matrices))` with `align_corners=False`, bilinear, zeros outside. `matrices` holds six numbers each, row by
 * row: with (x, y) a place of the output, (a x + b y + c, d x + e y + f) is the place in the picture that is looked at,
 * both in normalised coordinates, where −1 and 1 are the outer edges of the picture.
 * Throws for a shape that does not fit, an index that is none of the pictures, or a number that is not finite.
 */
export function warpAffine(
  images: Images,
  matrices: ArrayLike<number>,
  options: WarpAffineOptions = {},
): Images<Float32Array> {
  const [, channels, height, width] = images.shape;
  const count = matrices.length / 6;
  const { indices = Array.from({ length: count }, (_, k) => k) } = checkOptions("warpAffine", options, ["indices"]);
  check(images, matrices, indices);

  const out = new Float32Array(count * channels * height * width);
  const border = bordered(images);
  const step = width + 2; // from a pixel of the bordered picture to the one below
  for (let k = 0, to = 0; k < count; k++) {
    border.load(indices[k]);
    const pixels = border.data;
    const m = 6 * k;
    // Pixel (i, j) has its middle at ((2j + 1) / width − 1, (2i + 1) / height − 1): the same matrix, in pixels.
    const [a, b, c] = [matrices[m], (matrices[m + 1] * width) / height, (matrices[m + 2] * width) / 2];
    const [d, e, f] = [(matrices[m + 3] * height) / width, matrices[m + 4], (matrices[m + 5] * height) / 2];
    for (let row = 0; row < channels * height; row++, to += width) {
      const i = row % height;
      const plane = ((row - i) / height) * (height + 2) * step;
      const [u, v] = [0.5 - width / 2, i + 0.5 - height / 2]; // the row's first pixel, from the middle of the picture
      let x = a * u + b * v + c + width / 2 + 0.5; // where to look, as a column and a line of the bordered picture
      let y = d * u + e * v + f + height / 2 + 0.5;
      for (let j = 0; j < width; j++, x += a, y += d) {
        if (!(x > 0 && x < width + 1 && y > 0 && y < height + 1)) continue; // stays 0
        const column = x | 0; // one constant a line: taken apart from arrays they cost half as much time again
        const line = y | 0;
        const from = plane + line * step + column;
        const p = pixels[from];
        const q = pixels[from + step];
        const above = p + (x - column) * (pixels[from + 1] - p);
        const below = q + (x - column) * (pixels[from + step + 1] - q);
        out[to + j] = above + (y - line) * (below - above);
      }
    }
  }
  return { data: out, shape: [count, channels, height, width] };
}

/** Room for one picture as floats with a border of zeros one pixel wide: no neighbour of a place inside is missing. */
function bordered({ data, shape }: Images): { readonly data: Float32Array; load(index: number): void } {
  const [, channels, height, width] = shape;
  const room = new Float32Array(channels * (height + 2) * (width + 2));
  const unit = data instanceof Uint8Array ? 255 : 1;
  return {
    data: room,
    load(index) {
      let from = index * channels * height * width;
      for (let row = 0; row < channels * height; row++) {
        const [ch, i] = [Math.floor(row / height), row % height];
        let to = (ch * (height + 2) + i + 1) * (width + 2) + 1;
        for (let j = 0; j < width; j++) room[to++] = data[from++] / unit;
      }
    },
  };
}

function check({ data, shape }: Images, matrices: ArrayLike<number>, indices: ArrayLike<number>): void {
  if (shape.length !== 4 || sizeOf(shape) !== data.length) {
    throw new RangeError(
      `warpAffine: images must be [n, channels, height, width], got ${show(shape)} and ${data.length} numbers`,
    );
  }
  if (matrices.length !== 6 * indices.length) {
    throw new RangeError(
      `warpAffine: ${indices.length} matrices hold 6 numbers each, ${6 * indices.length} in all, got ${matrices.length}`,
    );
  }
  for (let k = 0; k < indices.length; k++) {
    const index = indices[k];
    if (Number.isInteger(index) && index >= 0 && index < shape[0]) continue;
    throw new RangeError(`warpAffine: matrix ${k} is for picture ${index}, there are 0..${shape[0] - 1}`);
  }
  for (let m = 0; m < matrices.length; m++) {
    if (!Number.isFinite(matrices[m])) {
      throw new RangeError(`warpAffine: matrix ${Math.floor(m / 6)} holds ${matrices[m]}, needs finite numbers`);
    }
  }
}
