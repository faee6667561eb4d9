/** Rows of d numbers, row-major. */
export interface Rows {
  readonly d: number;
  readonly data: Float64Array;
}

/** |x_i − y_j|² from differences: exact where points nearly coincide. */
export function squaredDistance(x: Rows, i: number, y: Rows, j: number): number {
  const { d } = x;
  let sum = 0;
  for (let c = 0, a = i * d, b = j * d; c < d; c++) {
    const difference = x.data[a + c] - y.data[b + c];
    sum += difference * difference;
  }
  return sum;
}

/**
 * out[j − from] = |x_i − y_j|² for j in from..to-1, bit for bit what `squaredDistance` gives. Four sums grow side by side:
 * a processor adds them at once, where one sum would wait for each addition.
 */
export function squaredDistances(x: Rows, i: number, y: Rows, from: number, to: number, out: Float64Array): void {
  const { d, data } = x;
  const other = y.data;
  let j = from;
  for (; j + 4 <= to; j += 4) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let a = i * d, b = j * d; a < (i + 1) * d; a++, b++) {
      const z = data[a];
      const d0 = z - other[b];
      const d1 = z - other[b + d];
      const d2 = z - other[b + 2 * d];
      const d3 = z - other[b + 3 * d];
      s0 += d0 * d0;
      s1 += d1 * d1;
      s2 += d2 * d2;
      s3 += d3 * d3;
    }
    out[j - from] = s0;
    out[j - from + 1] = s1;
    out[j - from + 2] = s2;
    out[j - from + 3] = s3;
  }
  for (; j < to; j++) out[j - from] = squaredDistance(x, i, y, j);
}
