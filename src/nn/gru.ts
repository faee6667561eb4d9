import { zeros } from "../autograd/create.ts";
import { Parameter, type Tensor } from "../autograd/tensor.ts";
import type { Device } from "../devices/device.ts";
import { addBias } from "../ops/add-bias.ts";
import { gru } from "../ops/gru.ts";
import { concat, type Generator, gemm, type Integers, reshape, scatterAdd, slice, take } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { type Shape, sameShape, show } from "../shape.ts";
import { Module } from "./module.ts";
import { joined, reordering } from "./onnx-gates.ts";
import type { OnnxGraph, OnnxValue } from "./onnx-graph.ts";
import { Packing } from "./packing.ts";

/** How many layers there are and how they read, beside where the weights come from. */
export interface GruOptions {
  /** Draws the initial weights. */
  generator: Generator;
  /** Layers, each of which reads what the one before gives: 1 unless given. */
  numLayers?: number;
  /** Whether to add biases: yes unless turned off. */
  bias?: boolean;
  /** Whether sequences are [n, places, ...] instead of [places, n, ...]. */
  batchFirst?: boolean;
  /** Whether each layer reads from the end as well, with weights of its own, and gives both states side by side. */
  bidirectional?: boolean;
  device?: Device;
}

/** Sequences that are padded to one length, and where they begin. */
export interface SequenceOptions {
  /** The length of each sequence: what lies behind it is not read, and the output is 0 there. All are full unless given. */
  lengths?: Integers;
  /** Each layer's state before anything was read, [layers · directions, n, hidden]: 0 unless given. */
  initial?: Tensor;
}

/** What a GRU gives. */
export interface SequenceOutputs {
  /** The state of the last layer after each item, [..., directions · hidden]. */
  readonly output: Tensor;
  /** Every layer's state after all it has read, [layers · directions, n, hidden]; in the order forward, backward. */
  readonly last: Tensor;
}

/** What one layer learns for one direction. */
interface Cell {
  readonly weightIh: Parameter;
  readonly weightHh: Parameter;
  readonly biasIh: Parameter | undefined;
  readonly biasHh: Parameter | undefined;
  readonly reverse: boolean;
}

/**
 * Layers of gated recurrent units along sequences, in PyTorch's form: see op `gru` for the formula. [places, n, inputs] ->
 * [places, n, directions · hidden], or with `batchFirst` n first. All weights and biases start from U(−1/√hidden, 1/√hidden) and have
 * PyTorch's names, `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, from the end `weight_ih_l0_reverse`. There is no
 * dropout between layers.
 */
export class GRU extends Module {
  readonly #cells: readonly (readonly Cell[])[];
  readonly #inputs: number;
  readonly #hidden: number;
  readonly #batchFirst: boolean;

  constructor(inputs: number, hidden: number, options: GruOptions) {
    super();
    const known = ["generator", "numLayers", "bias", "batchFirst", "bidirectional", "device"] as const;
    const given = checkOptions("GRU", options, known);
    const { generator, numLayers = 1, bias = true, batchFirst = false, bidirectional = false, device } = given;
    for (const [name, size] of Object.entries({ inputs, hidden, numLayers })) {
      if (!(Number.isInteger(size) && size >= 1)) {
        throw new RangeError(`GRU: ${name} must be a whole number >= 1, got ${size}`);
      }
    }
    this.#inputs = inputs;
    this.#hidden = hidden;
    this.#batchFirst = batchFirst;
    const bound = 1 / Math.sqrt(hidden);
    const uniform = (shape: Shape): Parameter =>
      new Parameter(generator.uniform(shape, { low: -bound, high: bound, device }));
    const directions = bidirectional ? [false, true] : [false];
    this.#cells = Array.from({ length: numLayers }, (_, layer) =>
      directions.map((reverse): Cell => {
        const width = layer === 0 ? inputs : directions.length * hidden;
        const cell: Cell = {
          weightIh: uniform([3 * hidden, width]),
          weightHh: uniform([3 * hidden, hidden]),
          biasIh: bias ? uniform([3 * hidden]) : undefined,
          biasHh: bias ? uniform([3 * hidden]) : undefined,
          reverse,
        };
        const { weightIh, weightHh, biasIh, biasHh } = cell;
        const end = `l${layer}${reverse ? "_reverse" : ""}`;
        const state = { weight_ih: weightIh, weight_hh: weightHh, bias_ih: biasIh, bias_hh: biasHh };
        // Fields make the state, and their names depend on the number of layers.
        for (const [name, parameter] of Object.entries(state)) Object.assign(this, { [`${name}_${end}`]: parameter });
        return cell;
      }),
    );
  }

  /** Width of a state. */
  get hidden(): number {
    return this.#hidden;
  }

  /** The output alone. */
  forward(x: Tensor, options: SequenceOptions = {}): Tensor {
    return this.outputs(x, options).output;
  }

  /** Throws for an x of another shape than the layer takes, and for lengths that are not in 1..places. */
  outputs(x: Tensor, options: SequenceOptions = {}): SequenceOutputs {
    const { lengths, initial } = checkOptions("GRU", options, ["lengths", "initial"]);
    const [first, second, width] = x.shape;
    if (x.shape.length !== 3 || width !== this.#inputs) {
      const needed = this.#batchFirst ? "n, places" : "places, n";
      throw new RangeError(`GRU: needs [${needed}, ${this.#inputs}], got ${show(x.shape)}`);
    }
    const [n, places] = this.#batchFirst ? [first, second] : [second, first];
    if (n === 0 || places === 0) throw new RangeError(`GRU: needs an item to read, got ${show(x.shape)}`);
    if (lengths && lengths.length !== n) throw new RangeError(`GRU: needs ${n} lengths, got ${lengths.length}`);
    const long = lengths?.findIndex((length) => length > places) ?? -1;
    if (long >= 0)
      throw new RangeError(
        `GRU: length ${long} is ${lengths?.[long]}, x has ${places} places: lengths count what is there, and at most that`,
      );
    const packing = new Packing(lengths ?? new Int32Array(n).fill(places));
    const padded = packing.rows((sequence, place) =>
      this.#batchFirst ? sequence * places + place : place * n + sequence,
    );
    const { output, last } = this.packed(take(reshape(x, [n * places, width]), padded), packing, { initial });
    const rows = scatterAdd(output, padded, n * places);
    return { output: reshape(rows, [first, second, rows.shape[1]]), last };
  }

  /** The same of items without padding, x: [items, inputs] -> output: [items, directions · hidden], both as `packing` says. */
  packed(x: Tensor, packing: Packing, options: Pick<SequenceOptions, "initial"> = {}): SequenceOutputs {
    const { initial } = checkOptions("GRU", options, ["initial"]);
    const [n, hidden] = [packing.sequences, this.#hidden];
    if (!sameShape(x.shape, [packing.items, this.#inputs])) {
      throw new RangeError(`GRU: needs ${show([packing.items, this.#inputs])} for this packing, got ${show(x.shape)}`);
    }
    const needed = [this.#cells.flat().length, n, hidden];
    if (initial && !sameShape(initial.shape, needed)) {
      throw new RangeError(`GRU: initial is ${show(initial.shape)}, needs ${show(needed)}`);
    }
    const begins = initial && take(initial, packing.sortedIndices, { dim: 1 });
    const ends: Tensor[] = [];
    let output = x;
    for (const directions of this.#cells) {
      const read = directions.map(({ weightIh, weightHh, biasIh, biasHh, reverse }) => {
        const { device } = x;
        const gates = addBias("GRU", gemm(output, weightIh, { transposeB: true }), biasIh, undefined);
        const k = ends.length;
        const start = begins
          ? reshape(slice(begins, { start: k, end: k + 1 }), [n, hidden])
          : zeros([n, hidden], { device });
        const along = { batchSizes: packing.batchSizes, reverse };
        const states = gru(gates, start, weightHh, biasHh ?? zeros([3 * hidden], { device }), along);
        ends.push(take(states, reverse ? packing.firstRows() : packing.lastRows()));
        return states;
      });
      output = read.length === 1 ? read[0] : concat(read, { dim: 1 });
    }
    return { output, last: reshape(concat(ends), needed) };
  }

  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    return this.#toOnnx(graph, x).output();
  }

  /** What `outputs` gives, of an x as it takes it and, where sequences are padded, their lengths, int32 [n]. */
  toOnnxOutputs(
    graph: OnnxGraph,
    x: OnnxValue,
    lengths?: OnnxValue,
  ): { readonly output: OnnxValue; readonly last: OnnxValue } {
    const { output, last } = this.#toOnnx(graph, x, lengths);
    return { output: output(), last: last() };
  }

  /** The same, `last` alone. */
  toOnnxLast(graph: OnnxGraph, x: OnnxValue, lengths?: OnnxValue): OnnxValue {
    return this.#toOnnx(graph, x, lengths).last();
  }

  /** All layers, and what adds the nodes for what they give. */
  #toOnnx(
    graph: OnnxGraph,
    x: OnnxValue,
    lengths?: OnnxValue,
  ): { readonly output: () => OnnxValue; readonly last: () => OnnxValue } {
    const hidden = this.#hidden;
    const turned = (value: OnnxValue): OnnxValue => {
      const [a, b, c] = value.shape;
      return this.#batchFirst ? graph.node("Transpose", [value], [b, a, c], { perm: { ints: [1, 0, 2] } }) : value;
    };
    const reordered = reordering(graph, hidden);
    let output = (): OnnxValue => turned(x);
    const [first, second] = x.shape;
    const [n, places] = this.#batchFirst ? [first, second] : [second, first];
    const ends: OnnxValue[] = [];
    for (const [layer, directions] of this.#cells.entries()) {
      const count = directions.length;
      const stacked = (of: (cell: Cell) => OnnxValue): OnnxValue => joined(graph, directions.map(of), count);
      const before = output();
      const [inWeights, ownWeights] = [
        stacked(({ weightIh }) => reordered(weightIh)),
        stacked(({ weightHh }) => reordered(weightHh)),
      ];
      const [{ biasIh }] = directions;
      const both = ({ biasIh, biasHh }: Cell) => [biasIh, biasHh].flatMap((bias) => (bias ? [reordered(bias)] : []));
      const beside = (cell: Cell) => graph.node("Concat", both(cell), [1, 6 * hidden], { axis: { int: 1 } });
      const [states, last] = graph.nodeOf(
        "GRU",
        [before, inWeights, ownWeights, biasIh && stacked(beside), lengths],
        [
          [places, count, n, hidden],
          [count, n, hidden],
        ],
        {
          hidden_size: { int: hidden },
          direction: { string: count === 2 ? "bidirectional" : "forward" },
          linear_before_reset: { int: 1 }, // r times (h W_nᵀ + b_n), as here, not (r h) W_nᵀ
        },
      );
      output = () => {
        const perm = { ints: [0, 2, 1, 3] };
        const flat = graph.node("Transpose", [states], [places, n, count, hidden], { perm });
        const sizes = graph.constant(`sizes_l${layer}`, BigInt64Array.of(0n, 0n, BigInt(count * hidden)), [3]);
        return graph.node("Reshape", [flat, sizes], [places, n, count * hidden]);
      };
      ends.push(last);
    }
    const all = [this.#cells.flat().length, n, hidden];
    return {
      output: () => turned(output()),
      last: () => (ends.length === 1 ? ends[0] : graph.node("Concat", ends, all, { axis: { int: 0 } })),
    };
  }
}
