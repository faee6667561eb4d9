import { Random } from "../../random.ts";
import { type Direction, eigenvectors } from "./eigenvectors.ts";

/** Directions that are looked among: in so many dimensions or fewer the plane is exact. */
const searched = 40;

/**
 * The two leading eigenvectors of the covariance of rows [n, d] with mean 0, of length 1; one where d is 1. They are sought
 * among 40 directions, by Lanczos' method with full orthogonalisation (Golub & Van Loan, Matrix Computations, 10.1-10.3):
 * those that stand out are found to rounding, and nothing of size d x d is formed.
 */
export function leading(rows: Float64Array, n: number, d: number): Direction[] {
  const random = new Random(0);
  const basis: Float64Array[] = [];
  const images: Float64Array[] = [];
  for (let k = 0; k < Math.min(d, searched); k++) {
    const next = (k > 0 && apart(images[k - 1], basis)) || apart(normal(random, d), basis);
    if (next === undefined) break;
    basis.push(next);
    images.push(covarianceTimes(next, rows, n));
  }
  // Each entry of one half, as rounding would leave the two halves unlike.
  const entry = (a: number, b: number): number => dot(basis[Math.min(a, b)], images[Math.max(a, b)]);
  const within = basis.map((_, a) => Float64Array.from(images, (_, b) => entry(a, b)));
  return eigenvectors(within)
    .slice(0, 2)
    .map(({ value, vector }) => {
      const sum = new Float64Array(d);
      basis.forEach((direction, k) => {
        add(sum, vector[k], direction);
      });
      return { value, vector: pointed(sum) };
    });
}

/** mean x (x · v) over rows, one reading of them. */
function covarianceTimes(v: Float64Array, rows: Float64Array, n: number): Float64Array {
  const sum = new Float64Array(v.length);
  for (let i = 0; i < n; i++) {
    const row = rows.subarray(i * v.length, (i + 1) * v.length);
    add(sum, dot(row, v) / n, row);
  }
  return sum;
}

/** `v` less its share along each of `basis`, at length 1; undefined where only rounding is left of it. */
function apart(v: Float64Array, basis: readonly Float64Array[]): Float64Array | undefined {
  const left = v.slice();
  for (let turn = 0; turn < 2; turn++) for (const direction of basis) add(left, -dot(left, direction), direction);
  const length = Math.sqrt(dot(left, left));
  return length > 1e-10 * Math.sqrt(dot(v, v)) ? left.map((x) => x / length) : undefined;
}

/** a · b. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c] * b[c];
  return sum;
}

/** sum += factor · v. */
function add(sum: Float64Array, factor: number, v: Float64Array): void {
  for (let c = 0; c < sum.length; c++) sum[c] += factor * v[c];
}

function normal(random: Random, d: number): Float64Array {
  const v = new Float64Array(d);
  random.fillNormal(v);
  return v;
}

function pointed(vector: Float64Array): Float64Array {
  const largest = vector.reduce((best, entry) => (Math.abs(entry) > Math.abs(best) ? entry : best), 0);
  return largest < 0 ? vector.map((entry) => -entry) : vector;
}
