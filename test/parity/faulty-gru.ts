import { zeros } from "../../src/autograd/create.ts";
import type { Tensor } from "../../src/autograd/tensor.ts";
import type { GRU, SequenceOptions, SequenceOutputs } from "../../src/nn/index.ts";
import {
  add,
  chunk,
  concat,
  matmul,
  mul,
  pad,
  reshape,
  sigmoid,
  slice,
  stack,
  sub,
  tanh,
  transpose,
} from "../../src/ops/index.ts";

/** Mistakes that people make with gated recurrent units. */
export const gruFaults = [
  "the reset gate is applied before the product",
  "the reset gate leaves out the bias",
  "reset and update gates are exchanged",
  "the update gate weighs the new state",
  "the state's bias is left out",
  "what reads from the end reads from the beginning",
  "what reads from the end gives its outputs in that order",
  "what reads from the end has its last state at the last item",
  "directions are exchanged in the output",
  "padding is read too",
  "the last state is the longest sequences' first",
  "initial states are the longest sequences' first",
  "initial states are in the order of directions",
] as const;

/** What `GRU` gives of x, [n, places, inputs] or [places, n, inputs], one sequence and one item after another, with a fault at will. */
export function faultyGru(
  layer: GRU,
  x: Tensor,
  { lengths, initial, batchFirst }: SequenceOptions & { readonly batchFirst?: boolean },
  fault?: string,
): SequenceOutputs {
  const parameters = new Map(layer.namedParameters());
  const weightOf = (name: string): Tensor => {
    const found = parameters.get(name);
    if (found === undefined) throw new Error(`the layer has no ${name}`);
    return found;
  };
  const ends = [...parameters.keys()]
    .filter((name) => name.startsWith("weight_hh"))
    .map((name) => name.slice("weight_hh".length));
  const directions = ends.some((end) => end.endsWith("reverse")) ? 2 : 1;
  const hidden = weightOf("weight_hh_l0").shape[1];
  const rows = batchFirst ? x : transpose(x, 0, 1);
  const [n, places, inputs] = rows.shape;
  const order = Array.from({ length: n }, (_, i) => i);
  const longestFirst = lengths ? [...order].sort((a, b) => lengths[b] - lengths[a] || a - b) : order;

  const cell = (end: string, item: Tensor, h: Tensor): Tensor => {
    const affine = (of: Tensor, which: "ih" | "hh"): Tensor[] => {
      const y = matmul(of, transpose(weightOf(`weight_${which}${end}`), 0, 1));
      const left = fault === "the state's bias is left out" && which === "hh";
      const bias = left ? undefined : parameters.get(`bias_${which}${end}`);
      return chunk(bias ? add(y, bias) : y, 3, { dim: 1 });
    };
    const [[xr, xz, xn], [hr, hz, hn]] = [affine(item, "ih"), affine(h, "hh")];
    let [r, z] = [sigmoid(add(xr, hr)), sigmoid(add(xz, hz))];
    if (fault === "reset and update gates are exchanged") [r, z] = [z, r];
    let inner = mul(r, hn);
    if (fault === "the reset gate is applied before the product") inner = affine(mul(r, h), "hh")[2];
    const bias = parameters.get(`bias_hh${end}`);
    if (fault === "the reset gate leaves out the bias" && bias) {
      const own = slice(bias, { start: 2 * hidden });
      inner = add(mul(r, sub(hn, own)), own);
    }
    const fresh = tanh(add(xn, inner));
    if (fault === "the update gate weighs the new state") z = sub(1, z);
    return add(mul(sub(1, z), fresh), mul(z, h));
  };

  const read = order.map((sequence) => {
    const length = fault === "padding is read too" ? places : (lengths?.[sequence] ?? places);
    let items = Array.from({ length }, (_, t) =>
      reshape(slice(slice(rows, { start: sequence, end: sequence + 1 }), { dim: 1, start: t, end: t + 1 }), [
        1,
        inputs,
      ]),
    );
    const last: Tensor[] = [];
    for (let k = 0; k < ends.length; k += directions) {
      const outputs = ends.slice(k, k + directions).map((end, d) => {
        const reverse = d === 1 && fault !== "what reads from the end reads from the beginning";
        const from = fault === "initial states are the longest sequences' first" ? longestFirst[sequence] : sequence;
        const state = fault === "initial states are in the order of directions" ? d * (ends.length / 2) + k / 2 : k + d;
        let h = initial
          ? reshape(slice(slice(initial, { start: state, end: state + 1 }), { dim: 1, start: from, end: from + 1 }), [
              1,
              hidden,
            ])
          : zeros([1, hidden], { device: x.device });
        const states = (reverse ? [...items].reverse() : items).map((item) => {
          h = cell(end, item, h);
          return h;
        });
        const early = reverse && fault === "what reads from the end has its last state at the last item";
        last.push(early ? states[0] : h);
        return reverse && fault !== "what reads from the end gives its outputs in that order"
          ? states.reverse()
          : states;
      });
      if (fault === "directions are exchanged in the output") outputs.reverse();
      items = items.map((_, t) =>
        concat(
          outputs.map((states) => states[t]),
          { dim: 1 },
        ),
      );
    }
    const kept = items.slice(0, lengths?.[sequence] ?? places);
    return {
      output: pad(concat(kept), [
        [0, places - kept.length],
        [0, 0],
      ]),
      last: concat(last),
    };
  });
  const output = stack(read.map((one) => one.output));
  const lasts = fault === "the last state is the longest sequences' first" ? longestFirst.map((i) => read[i]) : read;
  return {
    output: batchFirst ? output : transpose(output, 0, 1),
    last: stack(
      lasts.map((one) => one.last),
      { dim: 1 },
    ),
  };
}
