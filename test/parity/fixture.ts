import { readFileSync } from "node:fs";

/** JSON has no NaN or infinities: fixtures write them as strings. */
export type Written = number | "NaN" | "Infinity" | "-Infinity";

export interface WrittenTensor {
  readonly shape: number[];
  readonly data: Written[];
}

/** A program in our calling convention and what PyTorch makes of it; `make_fixtures.py` says how it is written. */
export interface Case {
  readonly name: string;
  readonly inputs: (WrittenTensor & { readonly fixed?: true })[];
  readonly buffers?: (WrittenTensor & { readonly after: Written[] })[];
  readonly steps: [op: string, args: unknown[]][];
  /** Which value is the result. */
  readonly output: number;
  readonly value: WrittenTensor;
  readonly cotangent: Written[];
  /** One for each input; null where none reaches it. */
  readonly grads: (Written[] | null)[];
  /** Sum of the squares of all gradients, and its own gradients: the second order. */
  readonly penalty?: Written;
  readonly penaltyGrads?: (Written[] | null)[];
  /** PyTorch's own result, where ours differs on purpose and `value` and `grads` are ours. */
  readonly pytorch?: { readonly value: Written[]; readonly grads: (Written[] | null)[] };
}

/** A layer, or a list of them, by name: `["Linear", 3, 4, { bias: false }]`. */
export type LayerDescription = [name: string, ...args: (number | Record<string, unknown> | LayerDescription)[]];

export interface LayerCase {
  readonly name: string;
  readonly layer: LayerDescription;
  readonly state: Record<string, WrittenTensor>;
  readonly input: WrittenTensor;
  readonly value: WrittenTensor;
  readonly cotangent: Written[];
  readonly inputGrad: Written[];
  readonly grads: Record<string, Written[]>;
}

export interface TrainingCase {
  readonly name: string;
  readonly model: LayerDescription;
  readonly optimizer: string;
  readonly options: Record<string, unknown>;
  readonly clipNorm?: number;
  /** Learning rates by the step from which they hold. */
  readonly lrAt?: Record<string, number>;
  /** Rows of a batch. */
  readonly rows: number;
  readonly losses: number[];
  /** Sum over all final weights, each times a number of its own. */
  readonly checksum: number;
}

interface Fixture<C> {
  readonly pytorch: string;
  readonly madeBy: string;
  readonly cases: C[];
}

export function fixture<C>(name: string): Fixture<C> {
  return JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), "utf8")) as Fixture<C>;
}

/** The numbers behind what JSON holds. */
export function read(written: readonly Written[]): Float64Array {
  return Float64Array.from(written, Number);
}
