import { reference, type Tensor, tensor } from "../../src/index.ts";
import exact from "./exact.json" with { type: "json" };

/** Rows of equal length as a tensor of unit rows, float64. */
export function onSphere(rows: readonly (readonly number[])[]): Tensor {
  const unit = rows.map((row) => {
    const length = Math.hypot(...row);
    return row.map((a) => a / length);
  });
  return tensor(unit, { device: reference("float64") });
}

/** n points evenly spaced on the circle. */
export function polygon(n: number): Tensor {
  return onSphere(
    Array.from({ length: n }, (_, k) => [Math.cos((2 * Math.PI * k) / n), Math.sin((2 * Math.PI * k) / n)]),
  );
}

/** n points with all distances equal, in R^n (they span n − 1 dimensions). */
export function simplex(n: number): Tensor {
  return onSphere(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0) - 1 / n)));
}

/** ±e_i in R^d. */
export function crossPolytope(d: number): Tensor {
  return onSphere(
    Array.from({ length: 2 * d }, (_, i) => Array.from({ length: d }, (_, j) => (j === i >> 1 ? 1 - 2 * (i & 1) : 0))),
  );
}

/** The 12 vertices: cyclic permutations of (0, ±1, ±φ). */
export function icosahedron(): Tensor {
  const golden = (1 + Math.sqrt(5)) / 2;
  const signs = [-1, 1].flatMap((a) => [-1, 1].map((b) => [a, b * golden]));
  return onSphere(
    signs.flatMap(([a, b]) => [
      [0, a, b],
      [a, b, 0],
      [b, 0, a],
    ]),
  );
}

/** The 240 roots: ±e_i ± e_j, and (±½)^8 with an even number of minus signs. */
export function e8Roots(): Tensor {
  const roots: number[][] = [];
  for (let i = 0; i < 8; i++) {
    for (let j = i + 1; j < 8; j++) {
      for (const [a, b] of [
        [1, 1],
        [1, -1],
        [-1, 1],
        [-1, -1],
      ]) {
        roots.push(Array.from({ length: 8 }, (_, k) => (k === i ? a : k === j ? b : 0)));
      }
    }
  }
  for (let bits = 0; bits < 256; bits++) {
    const halves = Array.from({ length: 8 }, (_, k) => ((bits >> k) & 1 ? -0.5 : 0.5));
    if (halves.filter((a) => a < 0).length % 2 === 0) roots.push(halves);
  }
  return onSphere(roots);
}

/** n copies of a point and n of its opposite. */
export function antipodalClusters(n: number): Tensor {
  return onSphere(Array.from({ length: 2 * n }, (_, i) => (i < n ? [0.6, 0.8, 0] : [-0.6, -0.8, 0])));
}

/** A point set whose uniform loss at t is known to 17 digits. */
export interface KnownSet {
  readonly name: string;
  readonly t: number;
  readonly value: number;
  points(): Tensor;
}

/** All of them: polygons, simplices, cross-polytopes, the icosahedron, the E8 roots, antipodal clusters. */
export const knownSets: readonly KnownSet[] = [
  ...exact.regularPolygon.values.map((v) => known(`polygon of ${v.N}`, v, () => polygon(v.N))),
  ...exact.regularSimplex.values.map((v) => known(`simplex of ${v.N}`, v, () => simplex(v.N))),
  ...exact.crossPolytope.values.map((v) => known(`cross-polytope in R^${v.dim}`, v, () => crossPolytope(v.dim))),
  ...exact.icosahedron.values.map((v) => known("icosahedron", v, icosahedron)),
  ...exact.e8Roots.values.map((v) => known("E8 roots", v, e8Roots)),
  ...exact.twoAntipodalClusters.values.map((v) => known(`clusters of ${v.n}`, v, () => antipodalClusters(v.n))),
];

function known(name: string, { t, value }: { t: number; value: string }, points: () => Tensor): KnownSet {
  return { name, t, value: Number(value), points };
}
