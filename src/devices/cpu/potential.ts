import type { FusedKernels, Potential, Storage } from "../device.ts";
import type { Machine } from "./machine.ts";
import { tournament } from "./tournament.ts";

/**
 * Largest t |x_i − mean|² at which distances come from products: exponents are then at least −64, so that no potential
 * underflows, and right to a few millionths.
 */
const widest = 16;
/** Points of a tile. */
const tile = 128;
/** Points from which a block is of two tiles by two: fewer are too few blocks for many threads. */
const many = 4096;

/** A set of points x: [n, d], whether its gradient is wanted, and the other points they meet: themselves if `alone`. */
interface Call {
  readonly sets: readonly { readonly x: Storage; readonly n: number; readonly wanted: boolean }[];
  readonly d: number;
  readonly t: number;
}

/**
 * Potentials of pairs: by tiles of products where the points lie close together for their t, which takes 2d operations for each
 * pair and 4d more for the gradients, else from differences, pair by pair.
 */
export function potentialKernels(machine: Machine): Pick<FusedKernels, "logPotential"> {
  return {
    logPotential(x, y, n, m, d, t, [inX, inY]) {
      const sets = [{ x, n, wanted: inX }, ...(y ? [{ x: y, n: m, wanted: inY }] : [])];
      return byTiles(machine, { sets, d, t }) ?? byPairs(machine, { sets, d, t });
    },
  };
}

/** Undefined where the points lie too far apart, or one is not finite. The memory is O(n d). */
function byTiles(machine: Machine, { sets, d, t }: Call): Potential | undefined {
  const scale = Math.sqrt(2 * t * Math.LOG2E); // of points: 2 to half a squared distance is then one over the potential
  const block = Math.max(...sets.map(({ n }) => n)) < many ? 1 : 2;
  const width = 4 * Math.ceil(d / 8); // half the coordinates, to whole vectors
  const tiles = sets.map(({ n }) => Math.ceil(n / tile));
  const blocks = tiles.map((count) => Math.ceil(count / block));
  const arrays = sets.map(({ n, wanted }) => {
    const half = 16 * Math.ceil(n / 32);
    const [factors, pulls] = [7 * half * width, 7 * half * 16 * Math.ceil(width / 16)];
    return [factors, factors, pulls, 2 * half, ...(wanted ? [pulls, 2 * half] : [])];
  });
  const sizes = [4 * width, 2 * Math.max(...blocks), ...arrays.flat()].map((size) => 16 * Math.ceil(size / 16));
  const room = sizes.reduce((a, b) => a + b, 0);
  return machine.scratch(room, (memory) => {
    let end = memory;
    const next = (): number => {
      const start = end;
      end += 4 * (sizes.shift() ?? 0);
      return start;
    };
    const [mean, sums] = [next(), next()];
    const lists = sets.map(({ x, n, wanted }) => {
      const places = [next(), next(), next(), next()];
      return [machine.at(x), n, d, ...places, ...(wanted ? [next(), next()] : [0, 0]), 0];
    });
    const at = machine.integers(...lists);
    const points = lists.map((list, i) => at + 4 * i * list.length);
    const [[x, n], [y, m] = [0, 0]] = lists;
    machine.share("meanPoint", { units: width / 2, grain: Math.ceil(4096 / (n + m)) }, mean, x, n, y, m, d);
    for (const [i, list] of lists.entries()) {
      const over = { units: tiles[i], grain: 1, room: machine.run.placeRoom() };
      machine.share("placePoints", over, points[i], mean, scale);
      if (!machine.floats(list[6], sets[i].n).every((half) => half <= widest * Math.LOG2E)) return undefined;
    }
    const gradients = sets.map(({ n, wanted }) => (wanted ? machine.make("potentialGradient", n * d) : undefined));
    const results = gradients.map((gradient) => {
      if (gradient === undefined) return 0;
      machine.floats(gradient.address, gradient.size).fill(0);
      return gradient.address;
    });
    machine.integers(...lists.map((list, i) => [...list.slice(0, -1), results[i]]));
    const total = machine.make("logPotential", 1);
    const met = new Float64Array(machine.floats(sums, 0).buffer, sums, Math.max(...blocks)).fill(0);
    const [first, second = first] = points;
    const ofTwo = (): number[] => Array(Math.max(...blocks)).fill(Math.min(...blocks));
    for (const [round, units] of (sets.length === 1 ? tournament(blocks[0]) : ofTwo()).entries()) {
      const over = { units, grain: 1, room: machine.run.potentialRoom() };
      machine.share("potentialRound", over, sums, first, second, block, round, t, scale);
    }
    const sum = met.reduce((a, b) => a + b, 0);
    machine.floats(total.address, 1)[0] = Math.log(sum);
    for (const [i, gradient] of gradients.entries()) {
      if (gradient === undefined) continue;
      const factor = (2 * t) / (sum * scale);
      machine.share("potentialPull", { units: tiles[i], grain: 1 }, points[i], mean, scale, factor);
    }
    return { total, gradients };
  });
}

/** The second set, or the first where it is alone, is what the first one's points meet. */
function byPairs(machine: Machine, { sets, d, t }: Call): Potential {
  const [{ x, n }, { x: y, n: m } = { x, n }] = sets;
  const alone = sets.length === 1;
  const grain = Math.ceil(20_000 / ((m + 1) * (d + 1)));
  const total = machine.make("logPotential", 1);
  machine.scratch(4 * n, (memory) => {
    const at = [memory, memory + 8 * n] as const;
    const over = { units: n, grain, room: m + 4 };
    machine.share("potentialOfPoints", over, ...at, machine.at(x), machine.at(y), m, d, t, alone);
    const [sums, nearest] = at.map((address) => new Float64Array(machine.floats(address, 0).buffer, address, n));
    // Of points without any potential the distance says nothing: it stands for an infinite one.
    const least = nearest.reduce((a, b, i) => (sums[i] > 0 ? Math.min(a, b) : a), Number.POSITIVE_INFINITY);
    const shift = Number.isFinite(least) ? least : 0;
    const sum = sums.reduce((a, b, i) => a + b * Math.exp(t * (shift - nearest[i])), 0);
    machine.floats(total.address, 1)[0] = Math.log(alone ? sum / 2 : sum) - t * shift;
  });
  const sum = machine.floats(total.address, 1)[0];
  const gradients = sets.map(({ x: a, n, wanted }, i) => {
    if (!wanted) return undefined;
    const { x: b, n: m } = sets[alone ? i : 1 - i];
    const gradient = machine.make("potentialGradient", n * d);
    const over = { units: n, grain, room: m + 4 };
    machine.share("pullOnPoints", over, gradient.address, machine.at(a), machine.at(b), m, d, t, sum, alone);
    return gradient;
  });
  return { total, gradients };
}
