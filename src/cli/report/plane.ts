import type { Features } from "../train/encode.ts";

/** A plane through the mean of points, and the points as they are seen on it. */
export interface Plane {
  /** [n, 2], row-major; the mean is at (0, 0). */
  readonly points: Float64Array;
  /** Of the points' variance, the share that lies in the plane, in 0..1; 0 for points that coincide. */
  readonly share: number;
  /** How far from 0 their mean is: of points of length 1, 1 if all point one way. */
  readonly meanLength: number;
}

/**
 * The plane through the mean of `features` that holds most of their variance: the two leading eigenvectors of the
 * covariance, mean (x − m)(x − m)ᵀ (principal components). Through 0 the plane would be spent on the mean itself, which
 * tells no two points apart. Each direction points to where its largest entry is positive, so that equal features give an
 * equal picture. With d = 1 the second coordinate is 0.
 */
export function planeOf({ data, shape: [n, d] }: Features): Plane {
  const mean = new Float64Array(d);
  for (let i = 0; i < n * d; i++) mean[i % d] += data[i] / n;
  const centred = Float64Array.from(data, (x, i) => x - mean[i % d]);
  const moments = Array.from({ length: d }, () => new Float64Array(d));
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < d; a++) {
      for (let b = 0; b <= a; b++) moments[a][b] += (centred[i * d + a] * centred[i * d + b]) / n;
    }
  }
  for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) moments[b][a] = moments[a][b];
  const total = moments.reduce((sum, row, c) => sum + row[c], 0);
  const axes = eigenvectors(moments).slice(0, 2);

  const points = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    axes.forEach(({ vector }, k) => {
      for (let c = 0; c < d; c++) points[2 * i + k] += centred[i * d + c] * vector[c];
    });
  }
  const held = axes.reduce((sum, { value }) => sum + value, 0);
  const meanLength = Math.hypot(...mean);
  const coincide = total <= 1e-14 * meanLength ** 2; // what rounding of the mean alone leaves
  return { points, share: coincide ? 0 : held / total, meanLength };
}

/** How far the farthest point of these planes lies from the middle; 1 if none lies beside it. */
export function reachOf(planes: readonly Plane[]): number {
  const radii = planes.flatMap(({ points }) =>
    Array.from({ length: points.length / 2 }, (_, i) => Math.hypot(points[2 * i], points[2 * i + 1])),
  );
  return radii.reduce((most, radius) => Math.max(most, radius), 0) || 1;
}

interface Direction {
  readonly value: number;
  readonly vector: Float64Array;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, largest first, by Jacobi's rotations in cyclic order (Golub & Van
 * Loan, Matrix Computations, 8.5). `matrix` is used up.
 */
function eigenvectors(matrix: Float64Array[]): Direction[] {
  const d = matrix.length;
  const vectors = matrix.map((_, r) => Float64Array.from({ length: d }, (_, c) => (r === c ? 1 : 0)));
  const scale = matrix.reduce((sum, row) => sum + row.reduce((s, x) => s + x * x, 0), 0);
  const offDiagonal = (): number =>
    matrix.reduce((sum, row, r) => sum + row.reduce((s, x, c) => (r === c ? s : s + x * x), 0), 0);
  // Convergence is quadratic: sizes met here take some ten sweeps.
  for (let sweep = 0; sweep < 50 && offDiagonal() > 1e-30 * scale; sweep++) {
    for (let p = 0; p < d; p++) for (let q = p + 1; q < d; q++) rotate(matrix, vectors, p, q);
  }
  return vectors
    .map((vector, k) => ({ value: matrix[k][k], vector: pointed(vector) }))
    .sort((a, b) => b.value - a.value);
}

/** Turns axes p and q so that entry (p, q) becomes 0. Row k of `vectors` is the k-th direction. */
function rotate(matrix: Float64Array[], vectors: Float64Array[], p: number, q: number): void {
  if (matrix[p][q] === 0) return;
  const theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cos = 1 / Math.hypot(t, 1);
  const sin = t * cos;
  const turn = (x: Float64Array, y: Float64Array): void => {
    for (let c = 0; c < x.length; c++) [x[c], y[c]] = [cos * x[c] - sin * y[c], sin * x[c] + cos * y[c]];
  };
  for (const row of matrix) [row[p], row[q]] = [cos * row[p] - sin * row[q], sin * row[p] + cos * row[q]];
  turn(matrix[p], matrix[q]);
  turn(vectors[p], vectors[q]);
}

function pointed(vector: Float64Array): Float64Array {
  const largest = vector.reduce((best, entry) => (Math.abs(entry) > Math.abs(best) ? entry : best), 0);
  return largest < 0 ? vector.map((entry) => -entry) : vector;
}
