import { type Generator, generator } from "../../src/ops/index.ts";

/** A generator that gives the listed numbers, and fails when asked for more. */
export function script(
  floats: readonly number[],
  whole: readonly number[] = [],
  order: readonly number[] = [],
): Generator {
  const [f, w] = [[...floats], [...whole]];
  const next = (from: number[]): number => {
    const value = from.shift();
    if (value === undefined) throw new Error("one draw too many");
    return value;
  };
  return { ...generator(0), float: () => next(f), below: () => next(w), permutation: () => Int32Array.from(order) };
}
