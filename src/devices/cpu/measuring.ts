import type { MeasuringKernels, PairSizes, PairSums, Spread } from "../measuring.ts";
import type { Machine } from "./machine.ts";
import { secondMoments } from "./second-moments.ts";
import type { CpuStorage } from "./storage.ts";
import { between, doubles, tile, widest } from "./tiles.ts";
import { tournament } from "./tournament.ts";

/**
 * Smallest mean of t |x_i − mean|² at which potentials in float32 differ enough for their variance to be told from their
 * rounding.
 */
const narrowest = 0.005;

/** The most that the value may be off, as a root mean square over the chances of rounding, for points in whole numbers. */
const allowed = 7e-7;
/** Largest t |x_i − mean|² of such: beyond it a few rows may have most of the potential, and errors average over them alone. */
const even = 2.5;

/**
 * How many units of whole numbers make up 1, where points in whole numbers will do, else 0. An entry is then off by half a
 * unit at most, as a root mean square; a point's sum of potentials by that times 4t |mean of the others, weighted by
 * potentials|, of which nothing but the largest length is known; and over n points that averages out (docs/design.md).
 */
function unitsFor(d: number, ts: readonly number[], { n, largestSquare, largestEntry }: Spread): number {
  const t = Math.max(...ts);
  const most = Math.min((46_340 - Math.sqrt(d)) / Math.sqrt(largestSquare), 32_766 / largestEntry);
  const off = (2 * t * Math.sqrt(largestSquare)) / most / Math.sqrt(n);
  if (!(off <= allowed && t * largestSquare <= even)) return 0;
  // Of the float32 below, the one for which what a product is worth loses least as a float32: it has one sign for all pairs.
  const candidates = Array.from({ length: 64 }, (_, k) => Math.fround(most * (1 - (k + 1) * 2 ** -23)));
  const lost = (units: number): number => Math.abs(Math.fround(worth(t, units)) / worth(t, units) - 1);
  return candidates.reduce((best, units) => (lost(units) < lost(best) ? units : best));
}

/** What a product of whole numbers is worth in exponents at that t. */
function worth(t: number, units: number): number {
  return (2 * t * Math.LOG2E) / units ** 2;
}

/** Of whole data sets: potentials from products in float32, with sums in float64; second moments in float64. */
export function measuringKernels(machine: Machine): MeasuringKernels {
  return {
    reach: { least: narrowest, most: widest },
    sizes(n, d) {
      const block = tile * clamp(2 ** 18 / (tile * d), 4, 16);
      // What a block costs to place is little beside what it costs to meet a panel of several.
      const panel = block * clamp((6 * 2 ** 20) / (block * d), 4, 8);
      const all = tile * Math.ceil(n / tile);
      return { block: Math.min(block, all), panel: Math.min(panel, all) };
    },
    pairSums: (d, ts, sizes, { spread } = {}) => new TiledPairSums(machine, d, ts, sizes, spread),
    secondMoments: (d) => secondMoments(machine, d),
  };
}

function clamp(x: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, Math.floor(x)));
}

/** A set of points: how many there are now, and addresses of its arrays. */
interface Place {
  n: number;
  readonly x: number;
  /** In whole numbers, or factors of products of floats. */
  readonly points: number;
  readonly halves: number;
  readonly sums: number;
}

class TiledPairSums implements PairSums {
  readonly #machine: Machine;
  readonly #d: number;
  readonly #ts: readonly number[];
  readonly #memory: CpuStorage[] = [];
  readonly #places: Readonly<Record<keyof PairSizes, Place>>;
  /** Points between the parts of sums. */
  readonly #stride: number;
  readonly #sharpnesses: number;
  readonly #origin: number;
  /** How many units of whole numbers make up 1; 0 where points are floats. */
  readonly #units: number;
  readonly #totals: number;

  constructor(machine: Machine, d: number, ts: readonly number[], { panel, block }: PairSizes, spread?: Spread) {
    this.#machine = machine;
    this.#d = d;
    this.#ts = ts;
    this.#stride = panel;
    this.#units = spread ? unitsFor(d, ts, spread) : 0;
    const width = 4 * Math.ceil(d / 8);
    const place = (n: number): Place => ({
      n: 0,
      x: this.#room(n * d),
      points: this.#room(this.#units > 0 ? n * Math.ceil(d / 2) : (n / tile) * 10 * ((tile / 2) * width + between)),
      halves: this.#room(n),
      sums: this.#room(4 * ts.length * panel),
    });
    this.#places = { panel: place(panel), block: place(block) };
    this.#sharpnesses = this.#room(3 * ts.length);
    this.#origin = this.#room(4 * width);
    this.#totals = this.#room((4 * ts.length * panel) / tile);
    const ratios = ts.map((t) => t / this.#sharpest);
    const rests = ratios.map((ratio) => ratio - Math.fround(ratio));
    machine.floats(this.#sharpnesses, 3 * ts.length).set([...ratios, ...ts, ...rests]);
    machine.floats(this.#origin, 4 * width).fill(0);
  }

  place(which: keyof PairSizes, x: Float64Array, mean: Float64Array, start: number): void {
    const place = this.#places[which];
    place.n = x.length / this.#d;
    placeAbout(this.#machine.floats(place.x, x.length), x, mean); // taken in float64: no point is far off for its float32
    const at = this.#machine.integers(this.#list({ ...place, sums: 0 }));
    const over = { units: Math.ceil(place.n / tile), grain: 1 };
    if (this.#units > 0) this.#machine.share("placeWhole", over, at, start, this.#units, this.#scale);
    else {
      const room = this.#machine.run.placeRoom();
      this.#machine.share("placePoints", { ...over, room }, at, this.#origin, this.#scale);
    }
    this.#machine.floats(place.sums, 4 * this.#ts.length * this.#stride).fill(0);
  }

  meet(n: number): Float64Array {
    const { panel, block } = this.#places;
    const [first, second] = [this.#list({ ...panel, n }), this.#list(block)];
    const at = this.#machine.integers(first, second);
    const tiles = Math.ceil(block.n / tile);
    return this.#count(n, Array<number>(tiles).fill(tiles), at, at + 4 * first.length);
  }

  meetItself(): Float64Array {
    const { block } = this.#places;
    const at = this.#machine.integers(this.#list(block));
    return this.#count(block.n, tournament(Math.ceil(block.n / tile)), at, at);
  }

  sums(which: keyof PairSizes): Float64Array {
    const { n, sums } = this.#places[which];
    const found = new Float64Array(2 * this.#ts.length * n);
    for (let part = 0; part < 2 * this.#ts.length; part++) {
      found.set(doubles(this.#machine, sums + 8 * part * this.#stride, n), part * n);
    }
    return found;
  }

  free(): void {
    for (const storage of this.#memory) storage.free();
  }

  /** Rounds of so many meetings each, of sets at these addresses, the first of n points. */
  #count(n: number, rounds: readonly number[], first: number, second: number): Float64Array {
    const { length: count } = this.#ts;
    this.#machine.journal.ran(this.#units > 0 ? "potentialSums:whole" : "potentialSums");
    const totals = (): Float64Array => doubles(this.#machine, this.#totals, 2 * count * Math.ceil(n / tile));
    totals().fill(0);
    const room = this.#machine.run.potentialSumsRoom(count);
    const unit = this.#units > 0 ? worth(this.#sharpest, this.#units) : 0;
    for (const [round, units] of rounds.entries()) {
      const given = [first, second, round, this.#sharpnesses, count, this.#stride, unit] as const;
      this.#machine.share("potentialSums", { units, grain: 1, room }, this.#totals, ...given);
    }
    const sums = new Float64Array(2 * count);
    for (const [i, total] of totals().entries()) sums[i % (2 * count)] += total;
    return sums;
  }

  /** Of z = scale x: 2 to half a squared distance is then one over the potential at the largest t. */
  get #scale(): number {
    return Math.sqrt(2 * this.#sharpest * Math.LOG2E);
  }

  get #sharpest(): number {
    return Math.max(...this.#ts);
  }

  /** As assembly/point-set.ts has it. */
  #list({ x, n, points, halves, sums }: Place): number[] {
    return [x, n, this.#d, points, halves, 0, sums, 0, 0];
  }

  /** Where that many floats may lie until all is freed. */
  #room(floats: number): number {
    const storage = this.#machine.allocate(floats);
    this.#memory.push(storage);
    return storage.address;
  }
}

function placeAbout(to: Float32Array, x: Float64Array, mean: Float64Array): void {
  for (let at = 0; at < x.length; at += mean.length) {
    for (let c = 0; c < mean.length; c++) to[at + c] = x[at + c] - mean[c];
  }
}
