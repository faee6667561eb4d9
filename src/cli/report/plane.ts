/**
 * The two directions along which points vary most (principal components), as a map from points to the plane. The points
 * themselves are projected, not their distance from the mean: the sphere's shadow is the unit disc. Each direction's sign
 * is set so that its largest entry is positive: the same points give the same picture. rows: n of d >= 1 numbers, d
 * small; with d = 1 the second coordinate is 0.
 */
export function planeOf(rows: readonly (readonly number[])[]): (point: readonly number[]) => [x: number, y: number] {
  const d = rows[0].length;
  const mean = Array.from({ length: d }, (_, c) => rows.reduce((sum, row) => sum + row[c], 0) / rows.length);
  const covariance = Array.from({ length: d }, (_, a) =>
    Array.from({ length: d }, (_, b) =>
      rows.reduce((sum, row) => sum + ((row[a] - mean[a]) * (row[b] - mean[b])) / rows.length, 0),
    ),
  );
  const first = leading(covariance);
  const rest = covariance.map((row, a) =>
    row.map((value, b) => value - first.value * first.vector[a] * first.vector[b]),
  );
  const second = leading(rest);
  const along = (point: readonly number[], axis: readonly number[]): number =>
    point.reduce((sum, value, c) => sum + value * axis[c], 0);
  return (point) => [along(point, first.vector), d > 1 ? along(point, second.vector) : 0];
}

/** The largest eigenvalue of a symmetric, positive semidefinite matrix and its direction, by repeated multiplication. */
function leading(matrix: readonly (readonly number[])[]): { value: number; vector: number[] } {
  let vector = matrix.map((_, c) => 1 + c / matrix.length); // no axis is favoured, none is left out
  let value = 0;
  for (let round = 0; round < 500; round++) {
    const next = matrix.map((row) => row.reduce((sum, entry, c) => sum + entry * vector[c], 0));
    value = Math.hypot(...next);
    if (value === 0) break;
    vector = next.map((entry) => entry / value);
  }
  const largest = vector.reduce((best, entry) => (Math.abs(entry) > Math.abs(best) ? entry : best), 0);
  return { value, vector: largest < 0 ? vector.map((entry) => -entry) : vector };
}
