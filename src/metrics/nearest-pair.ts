import type { PairSizes, PairSums } from "../devices/measuring.ts";
import { plainKernels } from "./plain-sums.ts";
import type { RowSource } from "./row-source.ts";
import { type Rows, squaredDistances } from "./squared-distances.ts";
import { countStrips, stripsOf } from "./strips.ts";

/** Looks at pairs as a sum over them would, and remembers the nearest. */
class NearestPair implements PairSums {
  squared = Number.POSITIVE_INFINITY;
  readonly #places: Record<keyof PairSizes, Rows>;
  readonly #d: number;

  constructor(d: number) {
    this.#d = d;
    const nothing = { d, data: new Float64Array() };
    this.#places = { panel: nothing, block: nothing };
  }

  place(which: keyof PairSizes, x: Float64Array): void {
    this.#places[which] = { d: this.#d, data: x.slice() };
  }

  meet(n: number): Float64Array {
    return this.#look(this.#places.panel, n, () => 0);
  }

  meetItself(): Float64Array {
    return this.#look(this.#places.block, this.#places.block.data.length / this.#d, (i) => i + 1);
  }

  sums(): Float64Array {
    return new Float64Array();
  }

  free(): void {}

  #look(x: Rows, n: number, first: (i: number) => number): Float64Array {
    const { block } = this.#places;
    const count = block.data.length / this.#d;
    const squared = new Float64Array(count);
    for (let i = 0; i < n; i++) {
      squaredDistances(x, i, block, first(i), count, squared);
      for (let j = 0; j < count - first(i); j++) this.squared = Math.min(this.squared, squared[j]);
    }
    return new Float64Array();
  }
}

/** The least |x_i − x_j|² of all pairs i < j, in float64. mean: of all rows, [d]. */
export async function nearestSquared(
  rows: RowSource,
  mean: Float64Array,
  tell?: (pairs: number) => void,
): Promise<number> {
  const nearest = new NearestPair(rows.d);
  const sizes = plainKernels.sizes(rows.n, rows.d);
  const looking = { ...plainKernels, pairSums: () => nearest };
  await countStrips(rows, mean, stripsOf(rows.n, sizes), { kernels: looking, sizes, ts: [], tell });
  return nearest.squared;
}
