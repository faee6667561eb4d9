import type { ByteImage } from "./image.ts";
import { type Taps, triangleTaps } from "./taps.ts";

/** A place in a picture, in pixels. */
export interface Box {
  readonly corner: readonly [top: number, left: number];
  readonly size: readonly [height: number, width: number];
}

/** Shares are whole numbers of 2^-22: with them sums of shares times bytes are just below 2^30. */
const bits = 22;

/**
 * The part `box` of a picture, which must lie inside, brought to [height, width]: Pillow's `crop` and `resize` with
 * `BILINEAR` (its Resample.c, 8 bits per channel). First across, then down, with bytes in between; shares in fixed point.
 */
export function resizeBytes(
  { data, shape }: ByteImage,
  { corner: [top, left], size: [h, w] }: Box,
  [height, width]: readonly [height: number, width: number],
): ByteImage {
  const [channels, rows, columns] = shape;
  const [across, down] = [fixed(triangleTaps(w, width)), fixed(triangleTaps(h, height))];
  const narrow = new Uint8Array(channels * h * width);
  const out = new Uint8Array(channels * height * width);
  for (let c = 0; c < channels; c++) {
    const corner = (c * rows + top) * columns + left;
    for (let t = 0; t < width; t++) {
      mix(across, t, data, corner + across.first[t], 1, columns, narrow, c * h * width + t, width, h);
    }
    for (let t = 0; t < height; t++) {
      const from = (c * h + down.first[t]) * width;
      mix(down, t, narrow, from, width, 1, out, (c * height + t) * width, 1, width);
    }
  }
  return { data: out, shape: [channels, height, width] };
}

interface FixedTaps extends Omit<Taps, "weights"> {
  readonly weights: Int32Array;
}

function fixed({ count, first, weights }: Taps): FixedTaps {
  const whole = new Int32Array(weights.length);
  for (let m = 0; m < whole.length; m++) whole[m] = 0.5 + weights[m] * 2 ** bits; // cut off to a whole number
  return { count, first, weights: whole };
}

/**
 * Output t of `length` lines side by side: the mean of the pixels of `data` at from, from + tap, from + 2 tap, ..., and
 * `stride` further on of the next line. Two and three taps, which is what crops need, are written out: twice as fast.
 */
function mix(
  { count, weights }: FixedTaps,
  t: number,
  data: Uint8Array,
  from: number,
  tap: number,
  stride: number,
  out: Uint8Array,
  to: number,
  step: number,
  length: number,
): void {
  const half = 1 << (bits - 1);
  const m = t * count;
  let at = from;
  let target = to;
  if (count === 2) {
    const [a, b] = [weights[m], weights[m + 1]];
    for (let j = 0; j < length; j++, at += stride, target += step) {
      out[target] = (half + Math.imul(a, data[at]) + Math.imul(b, data[at + tap])) >> bits;
    }
  } else if (count === 3) {
    const [a, b, c] = [weights[m], weights[m + 1], weights[m + 2]];
    for (let j = 0; j < length; j++, at += stride, target += step) {
      const two = Math.imul(a, data[at]) + Math.imul(b, data[at + tap]);
      out[target] = (half + two + Math.imul(c, data[at + 2 * tap])) >> bits;
    }
  } else {
    for (let j = 0; j < length; j++, at += stride, target += step) {
      let sum = half;
      for (let k = 0, place = at; k < count; k++, place += tap) sum += Math.imul(weights[m + k], data[place]);
      out[target] = sum >> bits;
    }
  }
}
