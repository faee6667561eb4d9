import type { Kernels } from "../device.ts";
import type { Machine } from "./machine.ts";
import { grainOf } from "./reduce.ts";

/** The adjoint of taking rows sums, for each row of the result, those that came from it: no two write to one place. */
export function rowKernels(machine: Machine): Pick<Kernels, "take" | "scatterAdd"> {
  return {
    take(x, indices, { outer, n, inner }) {
      const y = machine.make("take", outer * indices.length * inner);
      const over = { units: outer * indices.length, grain: grainOf(2 * inner) };
      listed(machine, indices, (at) =>
        machine.share("take", over, y.address, machine.at(x), at, indices.length, n, inner),
      );
      return y;
    },

    scatterAdd(x, indices, { outer, n, inner }) {
      const y = machine.make("scatterAdd", outer * n * inner);
      const { order, starts } = grouped(indices, n);
      const over = { units: outer * n, grain: grainOf(2 * inner * (1 + indices.length / n)), room: 2 * inner };
      listed(machine, order, (orderAt) =>
        listed(machine, starts, (startsAt) =>
          machine.share("sumGroups", over, y.address, machine.at(x), orderAt, startsAt, indices.length, n, inner),
        ),
      );
      return y;
    },
  };
}

/** Runs `f` with the address of the integers. */
export function listed(machine: Machine, integers: Int32Array, f: (address: number) => void): void {
  machine.scratch(integers.length, (address) => {
    const { buffer, byteOffset, length } = machine.floats(address, integers.length);
    new Int32Array(buffer, byteOffset, length).set(integers);
    f(address);
  });
}

/** Which j have indices[j] = k, in order, for every k in turn: order[starts[k]], ..., order[starts[k + 1] - 1]. */
function grouped(indices: Int32Array, n: number): { order: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(n + 1);
  for (const k of indices) starts[k + 1]++;
  for (let k = 0; k < n; k++) starts[k + 1] += starts[k];
  const next = starts.slice();
  const order = new Int32Array(indices.length);
  for (let j = 0; j < indices.length; j++) order[next[indices[j]]++] = j;
  return { order, starts };
}
