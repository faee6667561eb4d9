import type { MeasuringKernels, MomentSums, PairSizes, PairSums } from "../devices/measuring.ts";
import { type Rows, squaredDistances } from "./squared-distances.ts";

/** Points of a panel and of a block: two times as many of 128 coordinates stay in a second-level cache. */
const most = 256;

/** Measures whole data sets by plain loops, in float64 throughout: what a device's kernels for that mean. */
export const plainKernels: MeasuringKernels = {
  reach: { least: 0, most: Number.POSITIVE_INFINITY },
  sizes: (n) => {
    // Many points in larger pieces: there must not be too many of these.
    const size = n > 65_536 ? 4 * most : Math.min(most, 128 * Math.ceil(n / 128));
    return { panel: size, block: size };
  },
  pairSums: (d, ts, sizes, { shifts = ts.map(() => 0) } = {}) => new LoopedPairSums(d, ts, sizes, shifts),
  secondMoments(d): MomentSums {
    const sums = new Float64Array(d * d);
    return {
      add(x) {
        for (let start = 0; start < x.length; start += d) {
          const row = x.subarray(start, start + d);
          for (let a = 0; a < d; a++) for (let b = 0; b < d; b++) sums[a * d + b] += row[a] * row[b];
        }
      },
      result: () => sums.slice(),
      free() {},
    };
  },
};

/** Coarse and fine parts of sums are multiples of 2^-28 and 2^-64: added and taken away again, these leave such. */
const grids = [3 * 2 ** 23, 3 * 2 ** -13] as const;

interface Place extends Rows {
  /** [t, part, n] */
  readonly sums: Float64Array;
}

class LoopedPairSums implements PairSums {
  readonly #d: number;
  readonly #ts: readonly number[];
  readonly #shifts: readonly number[];
  readonly #squared: Float64Array;
  readonly #places: Record<keyof PairSizes, Place>;

  constructor(d: number, ts: readonly number[], { block }: PairSizes, shifts: readonly number[]) {
    this.#d = d;
    this.#ts = ts;
    this.#shifts = shifts;
    this.#squared = new Float64Array(block);
    const nothing = { d, data: new Float64Array(), sums: new Float64Array() };
    this.#places = { panel: nothing, block: nothing };
  }

  /** As they are: differences need no mean, which an outlier would fill with rounding. */
  place(which: keyof PairSizes, x: Float64Array): void {
    const sums = new Float64Array((2 * this.#ts.length * x.length) / this.#d);
    this.#places[which] = { d: this.#d, data: x.slice(), sums };
  }

  meet(n: number): Float64Array {
    const { panel, block } = this.#places;
    return this.#count(panel, n, block, () => 0);
  }

  meetItself(): Float64Array {
    const { block } = this.#places;
    return this.#count(block, block.data.length / this.#d, block, (i) => i + 1);
  }

  sums(which: keyof PairSizes): Float64Array {
    return this.#places[which].sums.slice();
  }

  free(): void {}

  /** Each of the first n points of x with those of y from `first(i)` on. */
  #count(x: Place, n: number, y: Place, first: (i: number) => number): Float64Array {
    const totals = new Float64Array(2 * this.#ts.length);
    const count = y.data.length / this.#d;
    for (let i = 0; i < n; i++) {
      const start = first(i);
      squaredDistances(x, i, y, start, count, this.#squared);
      for (const [k, t] of this.#ts.entries()) {
        const shift = this.#shifts[k];
        for (let j = start; j < count; j++) {
          const h = Math.exp(t * (shift - this.#squared[j - start]));
          totals[2 * k] += h;
          totals[2 * k + 1] += h * h;
          addOnGrid(x, k, i, h);
          addOnGrid(y, k, j, h);
        }
      }
    }
    return totals;
  }
}

/** Adds to point i's sum at the k-th t. */
function addOnGrid({ data, d, sums }: Place, k: number, i: number, h: number): void {
  const n = data.length / d;
  const [coarse, fine] = grids;
  const part = h + coarse - coarse;
  sums[2 * k * n + i] += part;
  sums[(2 * k + 1) * n + i] += h - part + fine - fine;
}
