import type { Tensor } from "../autograd/tensor.ts";
import type { Device } from "../devices/device.ts";
import {
  Embedding,
  GRU,
  L2Norm,
  Module,
  type OnnxChoice,
  type OnnxGraph,
  type OnnxValue,
  Packing,
} from "../nn/index.ts";
import { noChoice } from "../nn/onnx-choice.ts";
import { chunk, concat, type Generator, type Integers, reshape } from "../ops/index.ts";
import { checkOptions } from "../options.ts";

/** The sizes of a `quickThought`. */
export interface QuickThoughtOptions {
  /** Draws the initial weights. */
  generator: Generator;
  /** How many words there are. */
  vocabulary: number;
  /** Numbers for each word: 620 unless given. */
  embeddingDim?: number;
  /** Of each GRU's state: 1200 unless given. */
  hidden?: number;
  /** Standard deviation of the words' initial numbers: 1 unless given. */
  std?: number;
  /** Where the weights are made: the default device unless given. */
  device?: Device;
}

/** Sentences as lists of word numbers, each with a word at least. */
export type Sentences = readonly Integers[];

const known = ["generator", "vocabulary", "embeddingDim", "hidden", "std", "device"] as const;

/** Throws for options that there are not, and for sizes that are no whole numbers >= 1, naming them. */
function settled(
  what: string,
  options: QuickThoughtOptions,
): QuickThoughtOptions & Required<Pick<QuickThoughtOptions, "embeddingDim" | "hidden">> {
  const { embeddingDim = 620, hidden = 1200, ...given } = checkOptions(what, options, known);
  const sizes = { vocabulary: given.vocabulary, embeddingDim, hidden };
  for (const [name, size] of Object.entries(sizes)) {
    if (Number.isInteger(size) && size >= 1) continue;
    throw new RangeError(`${what}: ${name} must be a whole number >= 1, got ${size}`);
  }
  return { ...given, embeddingDim, hidden };
}

/** A sentence as a point: the last states of a GRU that reads it both ways, side by side, scaled to length 1. */
export class SentenceEncoder extends Module<Sentences> {
  readonly embedding: Embedding;
  readonly gru: GRU;
  readonly #unit = new L2Norm();

  constructor(options: QuickThoughtOptions) {
    super();
    const { generator, vocabulary, embeddingDim, hidden, std, device } = settled("SentenceEncoder", options);
    this.embedding = new Embedding(vocabulary, embeddingDim, { generator, std, device });
    this.gru = new GRU(embeddingDim, hidden, { generator, bidirectional: true, device });
  }

  /** n sentences -> [n, 2 hidden], rows of length 1. Throws naming the sentence that has no word. */
  forward(sentences: Sentences): Tensor {
    const packing = new Packing(sentences.map(({ length }) => length));
    const words = this.embedding.forward(packing.rows((sentence, place) => sentences[sentence][place]));
    const [forward, backward] = chunk(this.gru.packed(words, packing).last, 2); // [1, n, hidden] each
    const points = reshape(concat([forward, backward], { dim: 2 }), [sentences.length, 2 * forward.shape[2]]);
    return this.#unit.forward(points);
  }

  /** words: int64 [n, places]; of each sentence `lengths`, int32 [n], count, or all. */
  override toOnnx(graph: OnnxGraph, words: OnnxValue, lengths?: OnnxValue): OnnxValue {
    const [n, places] = words.shape;
    const turned = graph.node("Transpose", [words], [places, n], { perm: { ints: [1, 0] } });
    const read = graph.through(this.embedding, turned);
    const meant = ["packed", "outputs", "forward", "toOnnxOutputs", "toOnnx"];
    const last = graph.within(this.gru, (gru) => gru.toOnnxLast(graph, read, lengths), "toOnnxLast", meant);
    const [, , hidden] = last.shape;
    const beside = graph.node("Transpose", [last], [n, 2, hidden], { perm: { ints: [1, 0, 2] } });
    return graph.through(this.#unit, graph.node("Flatten", [beside], [n, 2 * hidden], { axis: { int: 1 } }));
  }

  /** words: int64 [n, places], lengths: int64 [n] -> features: [n, 2 hidden] */
  override toOnnxGraph(graph: OnnxGraph, choice: OnnxChoice): void {
    noChoice(this, "sentences", choice);
    const [words, lengths] = sentencesIn(graph);
    graph.output(
      "features",
      graph.within(this, () => this.toOnnx(graph, words, lengths)),
      "n",
    );
  }
}

/** What a graph of sentences takes, words and lengths, these as a GRU of ONNX takes them: int32. */
function sentencesIn(graph: OnnxGraph): readonly [words: OnnxValue, lengths: OnnxValue] {
  const words = graph.input("words", ["n", "places"], "int64");
  const lengths = graph.input("lengths", ["n"], "int64");
  return [words, graph.node("Cast", [lengths], lengths.shape, { to: { int: int32 } })];
}

/** ONNX's number for the type. */
const int32 = 6;

/**
 * Quick-Thought vectors (Logeswaran & Lee 2018), as Wang & Isola 2020 train them: two encoders of sentences, f and g, of one kind
 * with weights of their own. f of a sentence learns to be near g of the sentence before and of the one after. State dicts
 * have PyTorch's names: `f.embedding.weight`, `f.gru.weight_ih_l0`, `f.gru.weight_hh_l0_reverse`.
 */
export class QuickThought extends Module<Sentences> {
  readonly f: SentenceEncoder;
  readonly g: SentenceEncoder;
  readonly #unit = new L2Norm();

  constructor(options: QuickThoughtOptions) {
    super();
    settled("QuickThought", options);
    [this.f, this.g] = [new SentenceEncoder(options), new SentenceEncoder(options)];
  }

  /** What a sentence is used as afterwards: both encoders' points side by side. n sentences -> [n, 4 hidden], rows of length 1. */
  forward(sentences: Sentences): Tensor {
    return this.#unit.forward(concat([this.f.forward(sentences), this.g.forward(sentences)], { dim: 1 }));
  }

  /** As a `SentenceEncoder` takes them. */
  override toOnnx(graph: OnnxGraph, words: OnnxValue, lengths?: OnnxValue): OnnxValue {
    return this.toOnnxPoints(graph, words, lengths).features;
  }

  /** The same, and both points by themselves. */
  toOnnxPoints(
    graph: OnnxGraph,
    words: OnnxValue,
    lengths?: OnnxValue,
  ): Readonly<Record<"features" | "f" | "g", OnnxValue>> {
    const [f, g] = [this.f, this.g].map((encoder) =>
      graph.within(encoder, (speaking) => speaking.toOnnx(graph, words, lengths)),
    );
    const [n, d] = f.shape;
    const features = graph.through(this.#unit, graph.node("Concat", [f, g], [n, 2 * d], { axis: { int: 1 } }));
    return { features, f, g };
  }

  /** words: int64 [n, places], lengths: int64 [n] -> features: [n, 4 hidden], f and g: [n, 2 hidden] */
  override toOnnxGraph(graph: OnnxGraph, choice: OnnxChoice): void {
    noChoice(this, "sentences", choice);
    const [words, lengths] = sentencesIn(graph);
    const meant = ["forward", "toOnnx"];
    const points = graph.within(this, () => this.toOnnxPoints(graph, words, lengths), "toOnnxPoints", meant);
    for (const [name, value] of Object.entries(points)) graph.output(name, value, "n");
  }
}

/**
 * A `QuickThought`. With the defaults, the paper's sizes, sentences become [n, 4800], and with 20,000 words it has 51 million
 * weights; an `embeddingDim` and `hidden` of 128, which suit two cores, make them [n, 512], and 3 million weights with 10,000 words.
 */
export function quickThought(options: QuickThoughtOptions): QuickThought {
  return new QuickThought(settled("quickThought", options));
}
