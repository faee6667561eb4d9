import type { Chooser } from "../../src/autograd/op.ts";
import type { Random } from "../../src/random.ts";

/** Random choices from anything that draws whole numbers: a seeded generator here, fast-check in `properties`. */
export function chooserFrom(int: (low: number, high: number) => number): Chooser {
  const shape = (rank: readonly [number, number] = [0, 4], smallest = 0): number[] =>
    Array.from({ length: int(rank[0], rank[1]) }, () => int(smallest, rank[1] > 3 ? 4 : 5));
  return {
    int,
    pick: (...values) => values[int(0, values.length - 1)],
    shape,
    broadcastPair() {
      const whole = shape();
      const part = whole.slice(int(0, whole.length)).map((n) => (int(0, 2) === 0 ? 1 : n));
      const other = whole.map((n) => (int(0, 4) === 0 ? 1 : n));
      return int(0, 1) === 0 ? [part, other] : [other, part];
    },
  };
}

export function randomChooser(random: Random): Chooser {
  return chooserFrom((low, high) => low + random.below(high - low + 1));
}
