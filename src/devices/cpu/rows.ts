import type { Kernels } from "../device.ts";
import type { Machine } from "./machine.ts";

/** The adjoint of taking rows sums, for each row of the result, those that came from it: no two write to one place. */
export function rowKernels(machine: Machine): Pick<Kernels, "take" | "scatterAdd"> {
  return {
    take(x, indices, { outer, n, inner }) {
      const y = machine.make("take", outer * indices.length * inner);
      listed(machine, indices, (at) => machine.run.take(y.address, machine.at(x), at, outer, indices.length, n, inner));
      return y;
    },

    scatterAdd(x, indices, { outer, n, inner }) {
      const y = machine.make("scatterAdd", outer * n * inner);
      const { order, starts } = grouped(indices, n);
      listed(machine, order, (orderAt) =>
        listed(machine, starts, (startsAt) =>
          machine.run.sumGroups(y.address, machine.at(x), orderAt, startsAt, outer, indices.length, n, inner),
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
  indices.forEach((k, j) => {
    order[next[k]++] = j;
  });
  return { order, starts };
}
