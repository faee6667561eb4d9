import type { Machine } from "./machine.ts";
import { tournament } from "./tournament.ts";

/**
 * Largest t |x_i − mean|² at which distances come from products: exponents are then at least −64, so that no potential
 * underflows, and right to a few millionths.
 */
export const widest = 16;
/** Points of a tile, as in assembly/point-set.ts. */
export const tile = 128;
/** Floats between its arrays. */
export const between = 80;
/** Points from which a block is of two tiles by two: fewer are too few blocks for many threads. */
const many = 4096;

/** A set of points x: [n, d], where they lie in memory, and whether their gradient is wanted. */
export interface PointSet {
  readonly x: number;
  readonly n: number;
  readonly pulled: boolean;
}

/** Sets of points, the other one being themselves if they are alone. */
export interface Call {
  readonly sets: readonly PointSet[];
  readonly d: number;
  readonly t: number;
}

/** The tiles of a call: where their arrays lie in one piece of memory of O(n d), and how they meet. */
export class Tiles {
  /** Floats of all arrays. */
  readonly room: number;
  /** How many blocks meet in each round. */
  readonly rounds: readonly number[];
  /** Of z = scale (x − mean): 2 to half a squared distance is then one over the potential. */
  readonly scale: number;
  readonly #machine: Machine;
  readonly #call: Call;
  /** Of each set: tiles, and floats of its arrays in the order of assembly/point-set.ts. */
  readonly #tiles: readonly number[];
  readonly #sizes: readonly (readonly number[])[];
  /** Half the coordinates, to whole vectors. */
  readonly #width: number;
  readonly #block: number;
  #mean = 0;
  #totals = 0;
  #lists: readonly (readonly number[])[] = [];

  constructor(machine: Machine, call: Call) {
    this.#machine = machine;
    const { sets, d, t } = call;
    this.#call = call;
    this.scale = Math.sqrt(2 * t * Math.LOG2E);
    this.#width = 4 * Math.ceil(d / 8);
    this.#block = Math.max(...sets.map(({ n }) => n)) < many ? 1 : 2;
    this.#tiles = sets.map(({ n }) => Math.ceil(n / tile));
    const blocks = this.#tiles.map((count) => Math.ceil(count / this.#block));
    const [most, least] = [Math.max(...blocks), Math.min(...blocks)];
    this.rounds = sets.length === 1 ? tournament(most) : Array<number>(most).fill(least);
    const pulls = sets.some(({ pulled }) => pulled);
    this.#sizes = sets.map(({ n, pulled }) => {
      const half = 16 * Math.ceil(n / 32);
      const gaps = between * Math.ceil(n / tile);
      const products = 7 * (half * 16 * Math.ceil(this.#width / 16) + gaps);
      const sizes = [
        10 * (half * this.#width + gaps),
        2 * half,
        pulls && products,
        pulled && 4 * half,
        pulled && products,
      ];
      return sizes.map((size) => rounded(size || 0));
    });
    const shared = rounded(4 * this.#width) + rounded(2 * most);
    this.room = shared + this.#sizes.flat().reduce((a, b) => a + b, 0);
  }

  /** Places the points in a piece of memory. False where they lie too far apart, or one is not finite. */
  fill(memory: number): boolean {
    const { sets, d } = this.#call;
    let end = memory;
    const next = (size: number): number => {
      if (size === 0) return 0;
      end += 4 * size;
      return end - 4 * size;
    };
    this.#mean = next(rounded(4 * this.#width));
    this.#totals = next(rounded(2 * this.#mostMeetings));
    this.#lists = sets.map(({ x, n }, i) => [x, n, d, ...this.#sizes[i].map(next), 0]);
    const [[x, n], [y, m] = [0, 0]] = this.#lists;
    const grain = Math.ceil(4096 / (n + m));
    this.#machine.share("meanPoint", { units: Math.ceil(d / 4), grain }, this.#mean, x, n, y, m, d);
    for (const [i, points] of this.#at().entries()) {
      const over = { units: this.#tiles[i], grain: 1, room: this.#machine.run.placeRoom() };
      this.#machine.share("placePoints", over, points, this.#mean, this.scale);
      const halves = this.#machine.floats(this.#lists[i][4], sets[i].n);
      if (!halves.every((half) => half <= widest * Math.LOG2E)) return false;
    }
    this.#met().fill(0);
    return true;
  }

  /** Where each set's gradient is to come to lie, all zeros now; 0 for none. */
  aim(gradients: readonly number[]): void {
    this.#lists = this.#lists.map((list, i) => [...list.slice(0, -1), gradients[i]]);
  }

  meet(round: number): void {
    const [first, second = first] = this.#at();
    const over = { units: this.rounds[round], grain: 1, room: this.#machine.run.potentialRoom() };
    const { t } = this.#call;
    this.#machine.share("potentialRound", over, this.#totals, first, second, this.#block, round, t, this.scale);
  }

  /** The sum of all potentials. */
  get total(): number {
    return this.#met().reduce((sum, met) => sum + met, 0);
  }

  /** Gives the gradients their last form. */
  pull(factor: number): void {
    for (const [i, points] of this.#at().entries()) {
      if (this.#lists[i].at(-1) === 0) continue;
      this.#machine.share("potentialPull", { units: this.#tiles[i], grain: 1 }, points, this.#mean, this.scale, factor);
    }
  }

  get #mostMeetings(): number {
    return Math.max(...this.rounds);
  }

  #met(): Float64Array {
    return doubles(this.#machine, this.#totals, this.#mostMeetings);
  }

  /** Where kernels find the sets, until the next call. */
  #at(): readonly number[] {
    const at = this.#machine.integers(...this.#lists);
    return this.#lists.map((list, i) => at + 4 * i * list.length);
  }
}

/** To whole cache lines. */
function rounded(size: number): number {
  return 16 * Math.ceil(size / 16);
}

export function doubles(machine: Machine, address: number, size: number): Float64Array {
  return new Float64Array(machine.floats(address, 0).buffer, address, size);
}
