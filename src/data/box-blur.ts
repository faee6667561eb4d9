import type { Picture, PixelData } from "./image.ts";
import { either, emptyLike } from "./picture-transform.ts";

/** A box that is not a whole number of pixels wide: 2 · reach + 1 pixels count fully, one more at each end in part. */
interface ExtendedBox {
  readonly reach: number;
  /** Shares of a full pixel and of one at an end: their sum over the box is 1. */
  readonly full: number;
  readonly part: number;
}

/** A line with `edge` more pixels at both ends, of bytes or of floats. */
type Line = Uint8Array | Float64Array;

/** Blurs `length` pixels of `from` to `to`. Lines begin and end with reach + 1 more pixels, which the pass fills. */
type Pass = (from: Line, to: Line, length: number, box: ExtendedBox) => void;

/**
 * Nearly a Gaussian blur of standard deviation `sigma`, as Pillow has it (its BoxBlur.c): an extended box blur three
 * times along the rows, then three times along the columns (Gwosdek et al. 2011, "Theoretical foundations of Gaussian
 * convolution by extended box filtering"). Beyond the border lies the border's pixel. Bytes are rounded after each blur.
 */
export const blurred: <Data extends PixelData>(picture: Picture<Data>, sigma: number) => Picture<Data> = either(
  (image, sigma) => blurLines(image, boxOf(sigma, 1), Float64Array, passFloats),
  (image, sigma) => blurLines(image, fixed(boxOf(sigma, 2 ** 24)), Uint8Array, passBytes),
);

const passes = 3;

/** Pillow computes in float32, and so must what its bytes are to equal. */
const f = Math.fround;

/** The box whose blur, done `passes` times, has the variance sigma². Shares add up to `unit`. */
function boxOf(sigma: number, unit: number): ExtendedBox {
  const variance = f(f(f(sigma) * f(sigma)) / passes);
  const whole = Math.floor((f(Math.sqrt(12 * variance + 1)) - 1) / 2);
  const below = f((2 * whole + 1) * f(whole * (whole + 1) - f(3 * variance)));
  const radius = f(whole + f(below / f(6 * f(variance - (whole + 1) ** 2))));
  const reach = Math.trunc(radius);
  const full = f(unit / f(2 * radius + 1));
  return { reach, full, part: (unit - (2 * reach + 1) * full) / 2 };
}

/** In whole numbers of 2^-24. */
function fixed({ reach, full }: ExtendedBox): ExtendedBox {
  const whole = Math.trunc(full);
  return { reach, full: whole, part: (2 ** 24 - (2 * reach + 1) * whole) >>> 1 };
}

function blurLines<Data extends PixelData>(
  { data, shape }: Picture<Data>,
  box: ExtendedBox,
  kind: new (length: number) => Line,
  pass: Pass,
): Picture<Data> {
  const [channels, height, width] = shape;
  const edge = box.reach + 1;
  const [one, other] = [0, 0].map(() => new kind(Math.max(height, width) + 2 * edge));
  const out = emptyLike(data, data.length);
  const blur = (from: Data, start: number, step: number, length: number): void => {
    for (let j = 0; j < length; j++) one[edge + j] = from[start + j * step];
    pass(one, other, length, box);
    pass(other, one, length, box);
    pass(one, other, length, box);
    for (let j = 0; j < length; j++) out[start + j * step] = other[edge + j];
  };
  for (let row = 0; row < channels * height; row++) blur(data, row * width, 1, width);
  for (let c = 0; c < channels; c++) {
    for (let column = 0; column < width; column++) blur(out, c * height * width + column, width, height);
  }
  return { data: out, shape };
}

/** Repeats the outermost pixels, and returns the sum of the box around the first pixel. */
function prepare(line: Line, length: number, reach: number): number {
  const edge = reach + 1;
  line.fill(line[edge], 0, edge);
  line.fill(line[edge + length - 1], edge + length, length + 2 * edge);
  let sum = 0;
  for (let j = 1; j <= 2 * reach + 1; j++) sum += line[j];
  return sum;
}

function passFloats(from: Line, to: Line, length: number, { reach, full, part }: ExtendedBox): void {
  const last = 2 * (reach + 1);
  let sum = prepare(from, length, reach);
  for (let j = 0; j < length; j++) {
    to[reach + 1 + j] = sum * full + (from[j] + from[j + last]) * part;
    sum += from[j + last] - from[j + 1];
  }
}

/** The same in whole numbers below 2^32. */
function passBytes(from: Line, to: Line, length: number, { reach, full, part }: ExtendedBox): void {
  const last = 2 * (reach + 1);
  let sum = prepare(from, length, reach);
  for (let j = 0; j < length; j++) {
    const total = Math.imul(sum, full) + Math.imul(from[j] + from[j + last], part) + 2 ** 23;
    to[reach + 1 + j] = total >>> 24;
    sum += from[j + last] - from[j + 1];
  }
}
