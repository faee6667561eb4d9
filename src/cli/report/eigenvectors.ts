/** An eigenvalue and its eigenvector. */
export interface Direction {
  readonly value: number;
  readonly vector: Float64Array;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, largest first, by Jacobi's rotations in cyclic order (Golub & Van
 * Loan, Matrix Computations, 8.5). `matrix` is used up.
 */
export function eigenvectors(matrix: Float64Array[]): Direction[] {
  const d = matrix.length;
  const vectors = matrix.map((_, r) => Float64Array.from({ length: d }, (_, c) => (r === c ? 1 : 0)));
  const scale = matrix.reduce((sum, row) => sum + row.reduce((s, x) => s + x * x, 0), 0);
  const offDiagonal = (): number =>
    matrix.reduce((sum, row, r) => sum + row.reduce((s, x, c) => (r === c ? s : s + x * x), 0), 0);
  // Convergence is quadratic: sizes met here take some ten sweeps.
  for (let sweep = 0; sweep < 50 && offDiagonal() > 1e-30 * scale; sweep++) {
    for (let p = 0; p < d; p++) for (let q = p + 1; q < d; q++) rotate(matrix, vectors, p, q);
  }
  return vectors.map((vector, k) => ({ value: matrix[k][k], vector })).sort((a, b) => b.value - a.value);
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
