import { readFileSync } from "node:fs";
import type { DType } from "../../src/devices/device.ts";

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
export type LayerDescription = [
  name: string,
  ...args: (number | number[] | Record<string, unknown> | LayerDescription)[],
];

/** A schedule by name, with its options. */
export type ScheduleDescription = [name: string, options: Record<string, unknown>];

export interface LayerCase {
  readonly name: string;
  readonly layer: LayerDescription;
  readonly training: boolean;
  readonly state: Record<string, WrittenTensor>;
  /** Batches that went through first, for the running statistics. */
  readonly before: WrittenTensor[];
  readonly input: WrittenTensor;
  readonly value: WrittenTensor;
  readonly cotangent: Written[];
  readonly inputGrad: Written[];
  readonly grads: Record<string, Written[]>;
  /** Running statistics afterwards. */
  readonly buffers: Record<string, Written[]>;
}

/** What a layer that reads sequences has of PyTorch's. */
interface SequenceCase {
  readonly name: string;
  readonly state: Record<string, WrittenTensor>;
  readonly grads: Record<string, Written[]>;
}

export interface EmbeddingCase extends SequenceCase {
  readonly layer: readonly [name: "Embedding", count: number, width: number];
  readonly indices: number[];
  readonly value: WrittenTensor;
  readonly cotangent: Written[];
}

export interface GruCase extends SequenceCase {
  readonly layer: readonly [
    name: "GRU",
    inputs: number,
    hidden: number,
    options: { readonly batchFirst?: boolean; readonly [option: string]: unknown },
  ];
  readonly input: WrittenTensor;
  readonly lengths?: number[];
  readonly initial?: WrittenTensor;
  readonly output: WrittenTensor;
  readonly last: WrittenTensor;
  /** Of the output and of the last state. */
  readonly cotangents: [Written[], Written[]];
  readonly inputGrad: Written[];
  readonly initialGrad?: Written[];
}

export interface TrainingCase {
  readonly name: string;
  readonly model: LayerDescription;
  readonly optimizer: string;
  readonly options: Record<string, unknown>;
  readonly clipNorm?: number;
  /** Learning rates by the step from which they hold. */
  readonly lrAt?: Record<string, number>;
  /** Moves on after every step. */
  readonly schedule?: ScheduleDescription;
  /** The moving average of the model, and the checksums of its weights and buffers at the end. */
  readonly ema?: { readonly momentum: number; readonly parameters: number; readonly buffers: number };
  /** Rows of a batch. */
  readonly rows: number;
  readonly losses: number[];
  /** Sum over all final weights, each times a number of its own. */
  readonly checksum: number;
}

export interface ScheduleCase {
  readonly name: string;
  readonly schedule: ScheduleDescription;
  readonly base: number;
  /** The learning rate at first and after each step. */
  readonly rates: number[];
}

export interface EncoderCase {
  readonly name: string;
  /** The encoder's options that are not its defaults. */
  readonly config: Readonly<Record<string, number | number[]>>;
  /** The shape of each view of a batch. */
  readonly view: readonly number[];
  /** The learning rate as a multiple of the recipe's: 1 unless given. */
  readonly rate?: number;
  /** Whether the run takes minutes. */
  readonly byHand?: boolean;
  /** The types in which the run is compared. */
  readonly dtypes: readonly DType[];
  /** PyTorch's state dict: names and shapes. */
  readonly state: Readonly<Record<string, number[]>>;
  readonly losses: number[];
  /** Checksums of the final weights and buffers, and of what the last images become in evaluation. */
  readonly parameters: number;
  readonly buffers: number;
  readonly features: number;
  readonly fc7: number;
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
