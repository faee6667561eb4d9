import type { Features } from "../train/encode.ts";
import { dot, leading } from "./leading.ts";

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
  for (let i = 0; i < n; i++) for (let c = 0; c < d; c++) mean[c] += data[i * d + c] / n;
  const centred = new Float64Array(n * d);
  for (let i = 0; i < n; i++) for (let c = 0; c < d; c++) centred[i * d + c] = data[i * d + c] - mean[c];
  const total = dot(centred, centred) / n;
  const axes = leading(centred, n, d);

  const points = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    axes.forEach(({ vector }, k) => {
      points[2 * i + k] = dot(vector, centred.subarray(i * d, (i + 1) * d));
    });
  }
  const held = axes.reduce((sum, { value }) => sum + value, 0);
  const meanLength = Math.sqrt(dot(mean, mean));
  const coincide = total <= 1e-14 * meanLength ** 2; // what rounding of the mean alone leaves
  return { points, share: coincide ? 0 : Math.min(1, held / total), meanLength };
}

/** How far the farthest point of these planes lies from the middle; 1 if none lies beside it. */
export function reachOf(planes: readonly Plane[]): number {
  const radii = planes.flatMap(({ points }) =>
    Array.from({ length: points.length / 2 }, (_, i) => Math.hypot(points[2 * i], points[2 * i + 1])),
  );
  return radii.reduce((most, radius) => Math.max(most, radius), 0) || 1;
}
