/** A symmetric matrix that is 0 but for its diagonal, [d], and the two beside it, `beside`: [d − 1]. */
export interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly beside: Float64Array;
}

/**
 * Turns a symmetric matrix [d, d] into a tridiagonal one with the same eigenvalues, by Householder's reflections (Golub &
 * Van Loan, Matrix Computations, 8.3), in a basis whose first direction is that of `first`: what is added to the matrix
 * along `first` is then added to the first entry alone. Only what is on and below the diagonal of `matrix` is read, and used
 * up; a `first` of 0 leaves the basis open.
 */
export function tridiagonal(matrix: Float64Array, first: Float64Array): Tridiagonal {
  const d = first.length;
  reflect(matrix, d, 0, first.slice());
  const beside = new Float64Array(Math.max(0, d - 1));
  for (let k = 0; k < d - 1; k++) {
    const column = new Float64Array(d);
    for (let i = k + 1; i < d; i++) column[i] = matrix[i * d + k];
    reflect(matrix, d, k + 1, column);
    beside[k] = matrix[(k + 1) * d + k];
  }
  return { diagonal: Float64Array.from({ length: d }, (_, i) => matrix[i * d + i]), beside };
}

/** H A H, where H turns the entries of x from `k` on into the k-th direction, and is the identity before. */
function reflect(a: Float64Array, d: number, k: number, x: Float64Array): void {
  let length = 0;
  for (let i = k; i < d; i++) length = Math.hypot(length, x[i]);
  if (length === 0) return;
  const v = x.map((entry) => entry / length); // H = 1 − 2 v vᵀ / |v|², of a v whose square neither over- nor underflows
  v[k] += v[k] < 0 ? -1 : 1;
  let squares = 0;
  for (let i = k; i < d; i++) squares += v[i] * v[i];
  // Rows before k are finished but for column k − 1, which is turned to its end.
  if (k > 0) {
    a[k * d + k - 1] = v[k] < 0 ? length : -length;
    for (let i = k + 1; i < d; i++) a[i * d + k - 1] = 0;
  }
  const p = new Float64Array(d); // A v, by the entries on and below the diagonal
  for (let i = k; i < d; i++) {
    const vi = v[i];
    let sum = 0;
    let at = i * d + k;
    for (let j = k; j < i; j++, at++) {
      sum += a[at] * v[j];
      p[j] += a[at] * vi;
    }
    p[i] += sum + a[at] * vi;
  }
  const factor = 2 / squares;
  let slope = 0;
  for (let i = k; i < d; i++) slope += factor * p[i] * v[i];
  for (let i = k; i < d; i++) p[i] = factor * p[i] - (slope / squares) * v[i];
  for (let i = k; i < d; i++) {
    const [vi, pi] = [v[i], p[i]];
    for (let j = k, at = i * d + k; j <= i; j++, at++) a[at] -= vi * p[j] + pi * v[j];
  }
}

/** Eigenvalues of a tridiagonal matrix, largest first, by implicit QL steps (Golub & Van Loan, 8.3). */
export function eigenvalues({ diagonal, beside }: Tridiagonal): Float64Array {
  const a = diagonal.slice();
  const d = a.length;
  const b = new Float64Array(d);
  b.set(beside);
  for (let start = 0; start < d; start++) {
    for (let tries = 0; tries < 100; tries++) {
      let end = start; // of the block from `start` on that hangs together
      while (end < d - 1 && Math.abs(b[end]) > Number.EPSILON * (Math.abs(a[end]) + Math.abs(a[end + 1]))) end++;
      if (end === start) break;
      step(a, b, start, end);
    }
  }
  return a.sort().reverse();
}

/** One step on the block start..end, shifted by an eigenvalue of its first two rows (Wilkinson). */
function step(a: Float64Array, b: Float64Array, start: number, end: number): void {
  const half = (a[start + 1] - a[start]) / (2 * b[start]);
  const root = Math.hypot(half, 1);
  let g = a[end] - a[start] + b[start] / (half + (half < 0 ? -root : root));
  let [sin, cos, p] = [1, 1, 0];
  for (let i = end - 1; i >= start; i--) {
    const f = sin * b[i];
    const h = cos * b[i];
    const r = Math.hypot(f, g);
    b[i + 1] = r;
    if (r === 0) {
      a[i + 1] -= p;
      b[end] = 0;
      return;
    }
    sin = f / r;
    cos = g / r;
    g = a[i + 1] - p;
    const s = (a[i] - g) * sin + 2 * cos * h;
    p = sin * s;
    a[i + 1] = g + p;
    g = cos * s - h;
  }
  a[start] -= p;
  b[start] = g;
  b[end] = 0;
}
