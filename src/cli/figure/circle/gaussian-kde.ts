/** A square grid of cells over −reach..reach each way; its densities are taken at the middles of the cells. */
export interface Grid {
  readonly reach: number;
  /** Cells along a side. */
  readonly cells: number;
}

/**
 * Gaussian kernel density estimate in the plane: f(p) = 1/(n 2πh²) Σ_i exp(−‖p − p_i‖² / 2h²), of n >= 1 points [n, 2] with
 * bandwidth h > 0, on a grid, [cells, cells] from the lowest row of cells up. It integrates to 1 over the plane.
 */
export function gaussianKde(points: Float64Array, bandwidth: number, { reach, cells }: Grid): Float64Array {
  const n = points.length / 2;
  const density = new Float64Array(cells * cells);
  const middles = Float64Array.from({ length: cells }, (_, k) => ((2 * k + 1) / cells - 1) * reach);
  const factor = 1 / (n * 2 * Math.PI * bandwidth ** 2);
  const [across, up] = [new Float64Array(cells), new Float64Array(cells)];
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < cells; k++) {
      // The kernel is a product of one factor along each axis: cells, not cells², exponentials a point.
      across[k] = Math.exp(-0.5 * ((middles[k] - points[2 * i]) / bandwidth) ** 2);
      up[k] = factor * Math.exp(-0.5 * ((middles[k] - points[2 * i + 1]) / bandwidth) ** 2);
    }
    for (let row = 0; row < cells; row++) {
      if (up[row] < 1e-12 * factor) continue; // far from the point
      for (let k = 0; k < cells; k++) density[row * cells + k] += up[row] * across[k];
    }
  }
  return density;
}
