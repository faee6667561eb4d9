import type { FusedKernels, Recurrence } from "../device.ts";
import type { Machine } from "./machine.ts";
import { multiplied } from "./matmul.ts";
import { grainOf, summed } from "./reduce.ts";

/** The items at one place of all sequences that have one. */
interface Step {
  /** The first one's row; the others follow. */
  readonly row: number;
  readonly count: number;
  /** The step that is read before, if any. */
  readonly earlier: Step | undefined;
}

/** How many numbers of a sum take as long as one of these, which has three exponentials. */
const costly = 16;

/** At each step the states of the sequences that have an item there are the first rows of all states. */
export function gruKernels(machine: Machine): Pick<FusedKernels, "gru" | "gruGradients"> {
  /** The product of two matrices by their addresses. */
  const product = (
    c: number,
    a: number,
    b: number,
    [m, k, n]: readonly [m: number, k: number, n: number],
    { transposeA = false, transposeB = false } = {},
  ): void =>
    multiplied(machine, c, a, b, {
      batch: 1,
      m,
      k,
      n,
      transposeA,
      transposeB,
      batchedA: false,
      batchedB: false,
    });
  const copied = (to: number, from: number, size: number): void =>
    machine.floats(to, size).set(machine.floats(from, size));

  return {
    gru(gates, start, weight, bias, width, along) {
      const items = gates.size / (3 * width);
      const y = machine.make("gru", items * width);
      const trace = machine.allocate(4 * items * width);
      const [n, row] = [start.size / width, 4 * width];
      machine.scratch(4 * start.size, (states) => {
        const products = states + n * row;
        const [from, w, b] = [gates, weight, bias].map((x) => machine.at(x));
        copied(states, machine.at(start), start.size);
        for (const { row: first, count } of stepsOf(along)) {
          product(products, states, w, [count, width, 3 * width], { transposeB: true });
          const [to, kept] = [y.address + first * row, trace.address + 4 * first * row];
          const units = { units: count, grain: grainOf(costly * width) };
          machine.share("gruCell", units, to, kept, states, from + 3 * first * row, products, b, width);
        }
      });
      return { y, trace };
    },

    gruGradients(g, start, weight, y, trace, width, along) {
      const items = y.size / width;
      const [n, row] = [start.size / width, 4 * width];
      const all = machine.make("gruGradients", 3 * y.size + start.size + weight.size + 3 * width);
      const inStart = all.address + 3 * items * row;
      const inWeight = inStart + n * row;
      machine.scratch(4 * y.size + start.size, (products) => {
        const states = products + 3 * items * row; // before each item
        const through = states + items * row; // the gradient in the states that comes through products
        const [dy, w, outputs, kept, begins] = [g, weight, y, trace, start].map((x) => machine.at(x));
        for (const address of [inStart, through]) machine.floats(address, start.size).fill(0);
        for (const { row: first, count, earlier } of [...stepsOf(along)].reverse()) {
          const before = states + first * row;
          const old = Math.min(count, earlier?.count ?? 0); // the others begin here
          if (earlier) copied(before, outputs + earlier.row * row, old * width);
          copied(before + old * row, begins + old * row, (count - old) * width);
          const [x, p] = [all.address + 3 * first * row, products + 3 * first * row];
          const [own, traced] = [dy + first * row, kept + 4 * first * row];
          const units = { units: count, grain: grainOf(costly * width) };
          machine.share("gruCellGradient", units, x, p, inStart, through, own, before, traced, width);
          product(through, p, w, [count, 3 * width, width]);
        }
        const [from, rest] = [machine.floats(inStart, start.size), machine.floats(through, start.size)];
        for (let i = 0; i < start.size; i++) from[i] += rest[i];
        product(inWeight, products, states, [3 * width, items, width], { transposeA: true });
        summed(machine, inWeight + 3 * width * row, products, { outer: 1, n: items, inner: 3 * width });
      });
      return all;
    },
  };
}

/** The steps in the order in which they are read. */
function* stepsOf({ batchSizes, reverse }: Recurrence): Iterable<Step> {
  let row = 0;
  const places = Array.from(batchSizes, (count) => {
    row += count;
    return { row: row - count, count };
  });
  let earlier: Step | undefined;
  for (const place of reverse ? places.reverse() : places) {
    earlier = { ...place, earlier };
    yield earlier;
  }
}
