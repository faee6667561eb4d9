/** Of which inputs each output pixel of a resized line is the mean, and how much each of them counts. */
export interface Taps {
  /** Inputs for each output; all lie inside the line. */
  readonly count: number;
  /** The first of them, [target]. */
  readonly first: Int32Array;
  /** Shares, which add up to 1 for each output, [target, count]. */
  readonly weights: Float64Array;
}

/**
 * The taps of a line of `length` pixels brought to `target`, bilinear with antialiasing, as Pillow has them: a triangle
 * around the middle of the output pixel, which reaches one pixel to each side, or one output pixel where the line shrinks.
 */
export function triangleTaps(length: number, target: number): Taps {
  const scale = length / target;
  const reach = Math.max(scale, 1);
  const count = Math.min(length, Math.ceil(2 * reach));
  const [first, weights] = [new Int32Array(target), new Float64Array(target * count)];
  for (let t = 0; t < target; t++) {
    const middle = (t + 0.5) * scale;
    const start = Math.max(0, Math.floor(middle - reach + 0.5));
    // What rounding may put past `count` lies on the triangle's foot and counts nothing.
    const end = Math.min(length, Math.floor(middle + reach + 0.5), start + count);
    first[t] = Math.min(start, length - count);
    const at = t * count - first[t];
    let total = 0;
    for (let i = start; i < end; i++) {
      weights[at + i] = Math.max(0, 1 - Math.abs((i - middle + 0.5) * (1 / reach)));
      total += weights[at + i];
    }
    for (let i = start; i < end; i++) weights[at + i] /= total;
  }
  return { count, first, weights };
}
