import { sizeOf } from "../../shape.ts";
import type { Floats, MapFunction, Reduction, ZipFunction } from "../device.ts";
import type { Axis, MatmulSizes, View, WindowSizes } from "../sizes.ts";

/**
 * The meaning of every kernel, as plain loops over typed arrays. Nothing here is clever: arithmetic is in float64 and
 * rounds once, when it is stored.
 */

export function map(out: Floats, { f }: MapFunction, x: Floats): void {
  for (let i = 0; i < x.length; i++) out[i] = f(x[i]);
}

export function zip(out: Floats, { f }: ZipFunction, a: Floats, aView: View, b: Floats, bView: View): void {
  const at = offsets(aView);
  const bt = offsets(bView);
  for (let i = 0; i < out.length; i++) out[i] = f(a[at[i]], b[bt[i]]);
}

/** Where a view's elements lie, in row-major order. */
export function offsets({ shape, strides, offset }: View): Int32Array {
  const places = new Int32Array(sizeOf(shape));
  if (places.length === 0) return places;
  places[0] = offset;
  // One dimension at a time, innermost first: the block of places known so far repeats, shifted by the stride.
  for (let d = shape.length - 1, block = 1; d >= 0; block *= shape[d], d--) {
    for (let i = 1; i < shape[d]; i++) {
      for (let j = 0; j < block; j++) places[i * block + j] = places[j] + i * strides[d];
    }
  }
  return places;
}

export function reduce(out: Floats, kind: Reduction, x: Floats, { outer, n, inner }: Axis): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const start = o * n * inner + i;
      out[o * inner + i] = kind === "sum" ? pairwiseSum(x, start, inner, n) : extreme(kind, x, start, inner, n);
    }
  }
}

/** Halves until 32 terms are left: the rounding error grows with log n, not n. */
function pairwiseSum(x: Floats, start: number, stride: number, n: number): number {
  if (n > 32) {
    const half = n >> 1;
    return pairwiseSum(x, start, stride, half) + pairwiseSum(x, start + half * stride, stride, n - half);
  }
  let sum = 0;
  for (let j = 0; j < n; j++) sum += x[start + j * stride];
  return sum;
}

/** The extreme value, or its first index; the first NaN ends the search and wins. */
function extreme(kind: Exclude<Reduction, "sum">, x: Floats, start: number, stride: number, n: number): number {
  const sign = kind === "max" || kind === "argMax" ? 1 : -1;
  let best = 0;
  for (let j = 0; j < n && !Number.isNaN(x[start + best * stride]); j++) {
    const candidate = x[start + j * stride];
    if (Number.isNaN(candidate) || sign * candidate > sign * x[start + best * stride]) best = j;
  }
  return kind === "max" || kind === "min" ? x[start + best * stride] : best;
}

export function matmul(out: Floats, a: Floats, b: Floats, sizes: MatmulSizes): void {
  const { batch, m, k, n, transposeA, transposeB, batchedA, batchedB } = sizes;
  const [aRow, aColumn] = transposeA ? [1, m] : [k, 1];
  const [bRow, bColumn] = transposeB ? [1, k] : [n, 1];
  const row = new Float64Array(n); // sums stay in float64 until they are stored
  for (let s = 0; s < batch; s++) {
    const aStart = batchedA ? s * m * k : 0;
    const bStart = batchedB ? s * k * n : 0;
    for (let i = 0; i < m; i++) {
      row.fill(0);
      for (let p = 0; p < k; p++) {
        const factor = a[aStart + i * aRow + p * aColumn];
        const bAt = bStart + p * bRow;
        for (let j = 0; j < n; j++) row[j] += factor * b[bAt + j * bColumn];
      }
      out.set(row, (s * m + i) * n);
    }
  }
}

export function copy(out: Floats, x: Floats, view: View): void {
  const places = offsets(view);
  for (let i = 0; i < out.length; i++) out[i] = x[places[i]];
}

export function place(out: Floats, x: Floats, view: View, fill: number): void {
  out.fill(fill);
  const places = offsets(view);
  for (let i = 0; i < x.length; i++) out[places[i]] = x[i];
}

export function concat(
  out: Floats,
  parts: readonly Floats[],
  outer: number,
  widths: readonly number[],
  inner: number,
): void {
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (let p = 0; p < parts.length; p++) {
      const run = widths[p] * inner;
      out.set(parts[p].subarray(o * run, (o + 1) * run), at);
      at += run;
    }
  }
}

export function take(out: Floats, x: Floats, indices: Int32Array, { outer, n, inner }: Axis): void {
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < indices.length; j++) {
      const from = (o * n + indices[j]) * inner;
      const to = (o * indices.length + j) * inner;
      for (let i = 0; i < inner; i++) out[to + i] = x[from + i];
    }
  }
}

export function scatterAdd(out: Floats, x: Floats, indices: Int32Array, { outer, n, inner }: Axis): void {
  const sums = new Float64Array(out.length);
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < indices.length; j++) {
      const to = (o * n + indices[j]) * inner;
      const from = (o * indices.length + j) * inner;
      for (let i = 0; i < inner; i++) sums[to + i] += x[from + i];
    }
  }
  out.set(sums);
}

/** Calls `visit(place in the image, place in the columns)` for every window entry that lies inside its image. */
function eachWindowEntry(window: WindowSizes, visit: (image: number, column: number) => void): void {
  const { batch, channels, height, width, kernel, stride, padding, dilation, outHeight, outWidth } = window;
  let column = 0;
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let u = 0; u < kernel[0]; u++) {
      for (let v = 0; v < kernel[1]; v++) {
        for (let i = 0; i < outHeight; i++) {
          for (let j = 0; j < outWidth; j++, column++) {
            const y = i * stride[0] - padding[0] + u * dilation[0];
            const x = j * stride[1] - padding[1] + v * dilation[1];
            if (y >= 0 && y < height && x >= 0 && x < width) visit((plane * height + y) * width + x, column);
          }
        }
      }
    }
  }
}

export function unfold(out: Floats, x: Floats, window: WindowSizes): void {
  eachWindowEntry(window, (image, column) => {
    out[column] = x[image];
  });
}

export function fold(out: Floats, x: Floats, window: WindowSizes): void {
  const sums = new Float64Array(out.length);
  eachWindowEntry(window, (image, column) => {
    sums[image] += x[column];
  });
  out.set(sums);
}
