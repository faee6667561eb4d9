import type { Floats, Recurrence } from "../device.ts";

/** The meaning of the fused kernels along sequences, as plain loops. States are kept in float64 until they are stored. */

/** One item: which sequence it is of, and the rows of it and of the item that was read before it, -1 for none. */
interface Item {
  readonly sequence: number;
  readonly row: number;
  readonly before: number;
}

/** Items in the order in which they are read, which is that of their places or the opposite one. */
function* itemsOf({ batchSizes, reverse }: Recurrence): Iterable<Item> {
  const rows = new Int32Array(batchSizes[0] ?? 0).fill(-1);
  let end = 0;
  const places = Array.from(batchSizes, (count) => {
    end += count;
    return { count, begin: end - count };
  });
  for (const { count, begin } of reverse ? places.reverse() : places) {
    for (let sequence = 0; sequence < count; sequence++) {
      const row = begin + sequence;
      yield { sequence, row, before: rows[sequence] };
      rows[sequence] = row;
    }
  }
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

export function gru(
  y: Floats,
  trace: Floats,
  gates: Floats,
  start: Floats,
  weight: Floats,
  bias: Floats,
  width: number,
  along: Recurrence,
): void {
  const states = Float64Array.from(start);
  for (const { sequence, row } of itemsOf(along)) {
    const h = states.slice(sequence * width, (sequence + 1) * width);
    /** h W^T + b at one of 3 width places. */
    const inner = (k: number): number => h.reduce((sum, value, c) => sum + value * weight[k * width + c], bias[k]);
    for (let j = 0; j < width; j++) {
      const x = 3 * width * row + j;
      const r = sigmoid(gates[x] + inner(j));
      const z = sigmoid(gates[x + width] + inner(width + j));
      const hidden = inner(2 * width + j);
      const n = Math.tanh(gates[x + 2 * width] + r * hidden);
      const next = n + z * (h[j] - n);
      states[sequence * width + j] = next;
      y[row * width + j] = next;
      for (const [k, value] of [r, z, n, hidden].entries()) trace[(4 * row + k) * width + j] = value;
    }
  }
}

export function gruGradients(
  out: Floats,
  g: Floats,
  start: Floats,
  weight: Floats,
  y: Floats,
  trace: Floats,
  width: number,
  along: Recurrence,
): void {
  const inGates = new Float64Array(3 * y.length);
  const inStates = new Float64Array(start.length); // of each sequence, in the h behind the item at hand
  const inWeight = new Float64Array(weight.length);
  const inBias = new Float64Array(3 * width);
  for (const { sequence, row, before } of [...itemsOf(along)].reverse()) {
    const [own, end] = [sequence * width, (sequence + 1) * width];
    const h = before < 0 ? start.subarray(own, end) : y.subarray(before * width, (before + 1) * width);
    const inner = new Float64Array(3 * width); // in h W^T + b
    const inH = new Float64Array(width);
    for (let j = 0; j < width; j++) {
      const [r, z, n, hidden] = [0, 1, 2, 3].map((k) => trace[(4 * row + k) * width + j]);
      const dh = g[row * width + j] + inStates[own + j];
      const dn = dh * (1 - z) * (1 - n * n);
      const dz = dh * (h[j] - n) * z * (1 - z);
      const dr = dn * hidden * r * (1 - r);
      inH[j] = dh * z;
      for (const [k, value] of [dr, dz, dn].entries()) inGates[(3 * row + k) * width + j] = value;
      for (const [k, value] of [dr, dz, dn * r].entries()) inner[k * width + j] = value;
    }
    for (let k = 0; k < 3 * width; k++) {
      inBias[k] += inner[k];
      for (let c = 0; c < width; c++) {
        inWeight[k * width + c] += inner[k] * h[c];
        inH[c] += inner[k] * weight[k * width + c];
      }
    }
    inStates.set(inH, own);
  }
  let at = 0;
  for (const gradient of [inGates, inStates, inWeight, inBias]) {
    out.set(gradient, at);
    at += gradient.length;
  }
}
