import { stridesOf } from "../../shape.ts";
import { type Dimension, merged } from "../dimensions.ts";
import type { Axis, View } from "../sizes.ts";
import { unravel } from "./integers.ts";
import type { Launch, Program } from "./program.ts";

/** Arguments n1, n2, ... and, for each array, aStride0, aStride1, ...: names and values. The first size is not needed. */
export function sizesAndStrides(
  dimensions: readonly Dimension[],
  arrays: readonly string[],
): { names: string[]; integers: number[] } {
  const names = dimensions.slice(1).map((_, d) => `n${d + 1}`);
  const integers = dimensions.slice(1).map(({ size }) => size);
  arrays.forEach((array, i) => {
    dimensions.forEach(({ strides }, d) => {
      names.push(`${array}Stride${d}`);
      integers.push(strides[i]);
    });
  });
  return { names, integers };
}

/** Text that finds where each array's element of this thread lies: atA, atB, ... Plus `offset`, where there is one. */
export function offsetAt(rank: number, arrays: readonly string[], offset?: string): string {
  const indices = Array.from({ length: rank }, (_, d) => `i${d}`);
  const sizes = indices.slice(1).map((_, d) => `n${d + 1}`);
  const places = arrays.map((array) => {
    const terms = indices.map((index, d) => `${index} * ${array}Stride${d}`);
    return `let at${array.toUpperCase()} = ${[...(offset ? [offset] : []), ...terms].join(" + ")};`;
  });
  return [unravel(indices, sizes), ...places].join("\n");
}

/** y[i] = x[view(i)] */
export function copy<Input>(x: Input, { shape, strides, offset }: View, size: number): Launch<Input> {
  const dimensions = merged(shape, [strides]);
  const { names, integers } = sizesAndStrides(dimensions, ["x"]);
  const program = {
    name: "copy",
    variant: dimensions.length,
    inputs: ["x"],
    integers: [...names, "offset"],
    body: `${offsetAt(dimensions.length, ["x"], "offset")} return x[atX];`,
  };
  return { program, inputs: [x], integers: [...integers, offset], size };
}

/** A view whose places can be decoded: positive strides, largest first, each beyond the reach of all smaller ones. */
interface Ladder {
  readonly offset: number;
  /** Size, stride among the places, stride in x (from `start`). */
  readonly rungs: readonly { readonly size: number; readonly place: number; readonly source: number }[];
  readonly start: number;
}

/**
 * Turns a view around, to ask of a place which element lies there. Undefined where strides interlock, as no slice,
 * step, flip or permutation of a contiguous tensor makes them.
 */
export function ladder({ shape, strides, offset }: View): Ladder | undefined {
  let first = offset;
  let start = 0;
  const rungs = merged(shape, [strides, stridesOf(shape)])
    .filter(({ size }) => size > 1)
    .map(({ size, strides: [place, source] }) => {
      if (place >= 0) return { size, place, source };
      first += (size - 1) * place;
      start += (size - 1) * source;
      return { size, place: -place, source: -source };
    })
    .sort((a, b) => b.place - a.place);
  let reach = 0;
  for (const { size, place } of rungs.toReversed()) {
    if (place <= reach) return undefined;
    reach += (size - 1) * place;
  }
  return { offset: first, rungs, start };
}

/** y = fill, then y[view(i)] = x[i]: every place of y asks whether an element of x lies there. `fill` has one element. */
export function place<Input>(x: Input, { offset, rungs, start }: Ladder, size: number, fill: Input): Launch<Input> {
  const steps = rungs.map(
    (_, d) => `
      index = quotient(rest, place${d});
      if (index < 0 || index >= size${d}) { inside = 0; }
      rest = rest - index * place${d};
      at = at + index * source${d};`,
  );
  const program = {
    name: "place",
    variant: rungs.length,
    inputs: ["x", "fill"],
    integers: ["offset", "start", ...rungs.flatMap((_, d) => [`size${d}`, `place${d}`, `source${d}`])],
    body: `
      let rest = this.thread.x - offset;
      let at = start;
      let index = 0;
      let inside = 1;
      ${steps.join("")}
      if (inside === 0 || rest !== 0) { return fill[0]; }
      return x[at];`,
  };
  const integers = [offset, start, ...rungs.flatMap((rung) => [rung.size, rung.place, rung.source])];
  return { program, inputs: [x, fill], integers, size };
}

const concatProgram: Program = {
  name: "concat",
  inputs: ["a", "b"],
  integers: ["aRun", "bRun"],
  body: `
    ${unravel(["o", "i"], ["(aRun + bRun)"])}
    if (i < aRun) { return a[o * aRun + i]; }
    return b[o * bRun + i - aRun];`,
};

/** [outer, aRun] and [outer, bRun] side by side. */
export function concat<Input>(a: Input, aRun: number, b: Input, bRun: number, outer: number): Launch<Input> {
  return { program: concatProgram, inputs: [a, b], integers: [aRun, bRun], size: outer * (aRun + bRun) };
}

const takeProgram: Program = {
  name: "take",
  inputs: ["x", "indices"],
  integers: ["n", "inner", "count"],
  body: `
    ${unravel(["o", "j", "i"], ["count", "inner"])}
    let row = indices[j];
    return x[(o * n + row) * inner + i];`,
};

/** y[o, j, i] = x[o, indices[j], i] */
export function take<Input>(x: Input, indices: Input, count: number, { outer, n, inner }: Axis): Launch<Input> {
  return { program: takeProgram, inputs: [x, indices], integers: [n, inner, count], size: outer * count * inner };
}

const scatterAddProgram: Program = {
  name: "scatterAdd",
  inputs: ["x", "order", "starts"],
  integers: ["n", "inner", "count"],
  body: `
    ${unravel(["o", "k", "i"], ["n", "inner"])}
    let first = starts[k];
    let many = starts[k + 1];
    many = many - first;
    let row = 0;
    let sum = 0;
    for (let p = 0; p < many; p++) {
      row = order[first + p];
      sum += x[(o * count + row) * inner + i];
    }
    return sum;`,
};

/** y[o, k, i] = the sum of x[o, j, i] over the j with indices[j] = k: order[starts[k]], ..., order[starts[k + 1] - 1]. */
export function scatterAdd<Input>(
  x: Input,
  order: Input,
  starts: Input,
  count: number,
  { outer, n, inner }: Axis,
): Launch<Input> {
  return {
    program: scatterAddProgram,
    inputs: [x, order, starts],
    integers: [n, inner, count],
    size: outer * n * inner,
    longestLoop: count,
  };
}

/** Which j have indices[j] = k, for every k in turn, and where each k's begin. */
export function groupByIndex(indices: Int32Array, n: number): { order: Float32Array; starts: Float32Array } {
  const starts = new Float32Array(n + 1);
  for (const k of indices) starts[k + 1]++;
  for (let k = 0; k < n; k++) starts[k + 1] += starts[k];
  const next = starts.slice();
  const order = new Float32Array(indices.length);
  indices.forEach((k, j) => {
    order[next[k]++] = j;
  });
  return { order, starts };
}
