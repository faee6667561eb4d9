import type { FusedKernels, Potential, Storage } from "../device.ts";
import type { Machine } from "./machine.ts";
import { type Call, doubles, type PointSet, Tiles } from "./tiles.ts";

/**
 * Potentials of pairs: by tiles of products where the points lie close together for their t, which takes 2d operations
 * for each pair and 4d more for the gradients, and an eighth less by Strassen's way; else from differences, pair by
 * pair.
 */
export function potentialKernels(machine: Machine): Pick<FusedKernels, "logPotential"> {
  return {
    logPotential(x, y, n, m, d, t, [inX, inY]) {
      const set = (x: Storage, n: number, pulled: boolean): PointSet => ({ x: machine.at(x), n, pulled });
      const call = { sets: y ? [set(x, n, inX), set(y, m, inY)] : [set(x, n, inX)], d, t };
      return byTiles(machine, call) ?? byPairs(machine, call);
    },
  };
}

/** Undefined where the points lie too far apart, or one is not finite. */
function byTiles(machine: Machine, call: Call): Potential | undefined {
  if (call.d === 0) return undefined; // no product writes anything
  const tiles = new Tiles(machine, call);
  return machine.scratch(tiles.room, (memory) => {
    if (!tiles.fill(memory)) return undefined;
    const total = machine.make("logPotential", 1);
    const gradients = gradientsOf(machine, call);
    for (const gradient of gradients) {
      if (gradient) machine.floats(gradient.address, gradient.size).fill(0);
    }
    tiles.aim(gradients.map((gradient) => gradient?.address ?? 0));
    for (const round of tiles.rounds.keys()) tiles.meet(round);
    const sum = tiles.total;
    machine.floats(total.address, 1)[0] = Math.log(sum);
    tiles.pull((2 * call.t) / (sum * tiles.scale));
    return { total, gradients };
  });
}

function gradientsOf(machine: Machine, { sets, d }: Call) {
  return sets.map(({ n, pulled }) => (pulled ? machine.make("potentialGradient", n * d) : undefined));
}

/** The second set, or the first where it is alone, is what the first one's points meet. */
function byPairs(machine: Machine, call: Call): Potential {
  const { sets, d, t } = call;
  const [{ x, n }, { x: y, n: m } = { x, n }] = sets;
  const alone = sets.length === 1;
  const grain = Math.ceil(20_000 / ((m + 1) * (d + 1)));
  const total = machine.make("logPotential", 1);
  machine.scratch(4 * n, (memory) => {
    const at = [memory, memory + 8 * n] as const;
    const over = { units: n, grain, room: m + 4 };
    machine.share("potentialOfPoints", over, ...at, x, y, m, d, t, alone);
    const [sums, nearest] = at.map((address) => doubles(machine, address, n));
    // Of points without any potential the distance says nothing: it stands for an infinite one.
    const least = nearest.reduce((a, b, i) => (sums[i] > 0 ? Math.min(a, b) : a), Number.POSITIVE_INFINITY);
    const shift = Number.isFinite(least) ? least : 0;
    const sum = sums.reduce((a, b, i) => a + b * Math.exp(t * (shift - nearest[i])), 0);
    machine.floats(total.address, 1)[0] = Math.log(alone ? sum / 2 : sum) - t * shift;
  });
  const sum = machine.floats(total.address, 1)[0];
  const gradients = gradientsOf(machine, call);
  for (const [i, gradient] of gradients.entries()) {
    if (gradient === undefined) continue;
    const { x: a, n } = sets[i];
    const { x: b, n: m } = sets[alone ? i : 1 - i];
    const over = { units: n, grain, room: m + 4 };
    machine.share("pullOnPoints", over, gradient.address, a, b, m, d, t, sum, alone);
  }
  return { total, gradients };
}
