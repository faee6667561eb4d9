import { cpu } from "../devices/cpu/cpu.ts";
import type { Points } from "./points.ts";
import { squaredDistance, squaredDistances } from "./squared-distances.ts";
import { Turns } from "./turns.ts";

/** Rows of a tile: two tiles of 128-dimensional points fit a second-level cache. */
const tile = 128;

/** Points up to which the plain way takes less than 0.1 s, in float64 throughout. */
const few = 1024;

/** The exponent at which sums are scaled anew: squares of what was added then stay far below the largest double. */
const largestExponent = 200;

/**
 * Sums of the Gaussian potential h_ij = exp(−t |x_i − x_j|²) over pairs of points: each point's sum, and the sum of squares.
 * All are kept relative to exp(`logScale`), so that nothing underflows for large t.
 */
export class Potentials {
  readonly #points: Points;
  readonly #t: number;
  readonly #rows: Float64Array;
  #squares = 0;
  #shift: number;

  constructor(points: Points, t: number) {
    this.#points = points;
    this.#t = t;
    this.#rows = new Float64Array(points.n);
    this.#shift = squaredDistance(points, 0, 1);
  }

  /** log of what every sum is relative to. */
  get logScale(): number {
    return -this.#t * this.#shift;
  }

  /** Σ h over the pairs counted so far. */
  get sum(): number {
    return this.#rows.reduce((sum, row) => sum + row, 0) / 2;
  }

  /**
   * Every pair once: from differences, all in float64, where there are few points, or they lie too far apart for their t, or
   * too near, for float32; else by that device, from products in float32 with sums in float64, right to 3e-7.
   */
  async countAll(): Promise<void> {
    const { n, d, data } = this.#points;
    const sums = n > few ? cpu.measuring?.potentialSums(data, n, d, this.#t) : undefined;
    if (sums === undefined) return this.#countTiles();
    try {
      const turns = new Turns();
      for (let step = 0; step < sums.steps; step++) {
        sums.step(step);
        await turns.give();
      }
      const { rows, squares } = sums.result();
      this.#rows.set(rows);
      this.#squares = squares;
      this.#shift = 0;
    } finally {
      sums.free();
    }
  }

  /** From differences, tile by tile: a tile of rows stays in the cache while all columns pass. */
  async #countTiles(): Promise<void> {
    const { n } = this.#points;
    const squared = new Float64Array(tile);
    const turns = new Turns();
    for (let top = 0; top < n; top += tile) {
      for (let left = top; left < n; left += tile) {
        const end = Math.min(left + tile, n);
        for (let i = top; i < Math.min(top + tile, n); i++) {
          const start = Math.max(left, i + 1);
          squaredDistances(this.#points, i, start, end, squared);
          for (let j = start; j < end; j++) this.#count(i, j, squared[j - start]);
        }
        await turns.give();
      }
    }
  }

  /** Each point of the ring `order` with its next `k`: n·k pairs, every point in 2k of them. Needs k <= (n − 1)/2. */
  async countRing(order: Int32Array, k: number): Promise<void> {
    const { n } = this.#points;
    const turns = new Turns();
    for (let i = 0; i < n; i++) {
      for (let step = 1; step <= k; step++) {
        const [a, b] = [order[i], order[(i + step) % n]];
        this.#count(a, b, squaredDistance(this.#points, a, b));
      }
      await turns.give();
    }
  }

  /** Sample variance of the points' means over `partners` pairs each: how much it matters which points were drawn. */
  varianceOfMeans(partners: number): number {
    const { n } = this.#points;
    const mean = (2 * this.sum) / (n * partners);
    return this.#rows.reduce((sum, row) => sum + (row / partners - mean) ** 2, 0) / (n - 1);
  }

  /** Sample variance of the `count` pairs. */
  varianceOfPairs(count: number): number {
    return Math.max(0, this.#squares - this.sum ** 2 / count) / (count - 1);
  }

  #count(i: number, j: number, squared: number): void {
    if (this.#t * (this.#shift - squared) > largestExponent) this.#rescale(squared);
    const h = Math.exp(this.#t * (this.#shift - squared));
    this.#rows[i] += h;
    this.#rows[j] += h;
    this.#squares += h * h;
  }

  #rescale(shift: number): void {
    const factor = Math.exp(this.#t * (shift - this.#shift));
    for (let i = 0; i < this.#rows.length; i++) this.#rows[i] *= factor;
    this.#squares *= factor * factor;
    this.#shift = shift;
  }
}
