import type { RowSource } from "./row-source.ts";
import { gather } from "./scaled-rows.ts";
import { type Rows, squaredDistance } from "./squared-distances.ts";
import { Turns } from "./turns.ts";

/** Numbers of the rows that are held at once, unless the ring's steps are longer. */
const held = 2 ** 23;

/** The exponent at which sums are scaled anew: squares of what was added then stay far below the largest double. */
const largestExponent = 200;

/** Sums of potentials h at one t over pairs drawn at random, relative to exp(−t shift), so that nothing underflows. */
export class DrawnSums {
  readonly t: number;
  shift = 0;
  squares = 0;
  /** Of each point, over the pairs it is in. */
  readonly points: Float64Array;
  #empty = true;

  constructor(n: number, t: number) {
    this.t = t;
    this.points = new Float64Array(n);
  }

  get sum(): number {
    return this.points.reduce((sum, point) => sum + point, 0) / 2;
  }

  count(i: number, j: number, squared: number): void {
    if (this.#empty || this.t * (this.shift - squared) > largestExponent) this.#rescale(squared);
    const h = Math.exp(this.t * (this.shift - squared));
    this.points[i] += h;
    this.points[j] += h;
    this.squares += h * h;
  }

  #rescale(shift: number): void {
    const factor = this.#empty ? 0 : Math.exp(this.t * (shift - this.shift));
    for (let i = 0; i < this.points.length; i++) this.points[i] *= factor;
    this.squares *= factor * factor;
    this.shift = shift;
    this.#empty = false;
  }
}

/**
 * The rows as a ring in the order `order`, each with its next `k`: n·k pairs, every point in 2k of them. Needs
 * 1 <= k <= (n − 1)/2. All in float64. `tell` is told how many more pairs were counted.
 */
export async function countRing(
  rows: RowSource,
  ts: readonly number[],
  order: Int32Array,
  k: number,
  tell?: (pairs: number) => void,
): Promise<DrawnSums[]> {
  const { n, d } = rows;
  const sums = ts.map((t) => new DrawnSums(n, t));
  const most = Math.max(1, k, Math.floor(held / d) - k);
  const turns = new Turns();
  for (let start = 0; start < n; start += most) {
    const count = Math.min(most, n - start);
    const places = Int32Array.from({ length: count + k }, (_, i) => order[(start + i) % n]);
    const points: Rows = { d, data: new Float64Array(places.length * d) };
    await gather(rows, places, points.data);
    for (let i = 0; i < count; i++) {
      for (let step = 1; step <= k; step++) {
        const squared = squaredDistance(points, i, points, i + step);
        for (const sum of sums) sum.count(places[i], places[i + step], squared);
      }
      tell?.(k);
      await turns.give();
    }
  }
  return sums;
}
