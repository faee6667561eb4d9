import type { Device } from "../../src/devices/device.ts";
import {
  Adam,
  add,
  chunk,
  concat,
  crossEntropy,
  div,
  generator,
  matmul,
  mean,
  mul,
  noGrad,
  normalize,
  reshape,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  trainStep,
  transpose,
  uniformLoss,
} from "../../src/index.ts";
import { type QuickThought, quickThought, type SentenceEncoder, type Sentences } from "../../src/models/index.ts";
import { uniform } from "./counter.ts";
import { checksum } from "./encoder-run.ts";
import { faultyGru } from "./faulty-gru.ts";

export interface QuickThoughtCase {
  readonly name: string;
  readonly objective: "contrastive" | "alignUniform";
  readonly lr: number;
  /** PyTorch's state dict: names and shapes. */
  readonly state: Readonly<Record<string, number[]>>;
  /** At how many steps the gradient was longer than is allowed. */
  readonly clipped: number;
  readonly losses: number[];
  /** Checksums of the final weights, and of what the last sentences become. */
  readonly parameters: number;
  readonly features: number;
}

export type QuickThoughtNumbers = Pick<QuickThoughtCase, "losses" | "parameters" | "features">;

/** As in `quick_thought_runs.py`, the counters at which each quantity starts too. */
const start = { weights: 0, lengths: 1_000_000, words: 2_000_000, checksum: 3_000_000, features: 4_000_000 };
const sizes = { vocabulary: 30, embeddingDim: 6, hidden: 5 };
const [count, most, tau, t, clipNorm] = [8, 7, 0.075, 5, 0.5];

/** Mistakes that people make with the two objectives, and with the encoders beside those of the GRU. */
export const quickThoughtFaults = {
  contrastive: [
    "a sentence may choose itself",
    "the first and the last sentence have half a target",
    "targets are 1 on each neighbour",
    "tau multiplies",
  ],
  alignUniform: ["uniformities are averaged", "t is 2", "differences are not squared", "weights are exchanged"],
  both: [
    "gradients are not clipped",
    "gradients are clipped at twice the norm",
    "the encoders are tied",
    "only the sentence after is a neighbour",
    "each direction has length 1 by itself",
  ],
} as const;

/** A `QuickThought` with the weights of all runs. */
export function started(device: Device): QuickThought {
  const model = quickThought({ ...sizes, generator: generator(0), device });
  let counter = start.weights;
  for (const p of model.parameters()) {
    p.value = tensor(uniform(counter, p.size, 0.8), { shape: p.shape, device });
    counter += p.size;
  }
  return model;
}

/** What `train` does otherwise: GRUs written anew, which take far longer, a fault, a rate, fewer steps. */
export interface Otherwise {
  readonly anew?: boolean;
  readonly fault?: string;
  readonly lr?: number;
  readonly steps?: number;
}

/** Twenty steps, as `quick_thought_runs.py` does them. */
export async function train(
  one: QuickThoughtCase,
  model: QuickThought,
  { anew = false, fault, lr = one.lr, steps = one.losses.length }: Otherwise = {},
): Promise<QuickThoughtNumbers> {
  const encoded = (encoder: SentenceEncoder, batch: Sentences): Tensor =>
    anew || fault ? writtenAnew(encoder, batch, anew, fault) : encoder.forward(batch);
  const second = fault === "the encoders are tied" ? model.f : model.g;
  const step = trainStep(
    new Adam(model.parameters(), { lr }),
    (batch: Sentences) => ({ loss: objectives[one.objective](encoded(model.f, batch), encoded(second, batch), fault) }),
    fault === "gradients are not clipped"
      ? {}
      : { clipNorm: fault === "gradients are clipped at twice the norm" ? 2 * clipNorm : clipNorm },
  );
  const losses: number[] = [];
  for (let k = 0; k < steps; k++) losses.push(await (await step(sentences(k))).loss.item());
  return {
    losses,
    parameters: await checksum(model.parameters(), start.checksum),
    features: await checksum([noGrad(() => model.forward(sentences(steps - 1)))], start.features),
  };
}

/** Furthest that a loss is off, or a checksum relative to its size. */
export function distance(ours: QuickThoughtNumbers, theirs: QuickThoughtNumbers): number {
  const sums = (["parameters", "features"] as const).map(
    (name) => Math.abs(ours[name] - theirs[name]) / (1 + Math.abs(theirs[name])),
  );
  return Math.max(...sums, ...theirs.losses.map((loss, k) => Math.abs(ours.losses[k] - loss)));
}

/** Consecutive sentences of 1 to 7 words, at random. */
export function sentences(step: number): Sentences {
  const below = (bound: number, from: number, count: number): number[] =>
    Array.from(uniform(from, count, 1), (a) => Math.floor(((a + 1) / 2) * bound));
  return below(most, start.lengths + step * count, count).map((length, i) =>
    below(sizes.vocabulary, start.words + (step * count + i) * most, most).slice(0, length + 1),
  );
}

const objectives = {
  /** Each neighbour has the same share; the sentence itself is none of the choices. */
  contrastive(f: Tensor, g: Tensor, fault?: string): Tensor {
    const { device } = f;
    const matrix = (of: (i: number, j: number) => number): Tensor =>
      tensor(
        Array.from({ length: count }, (_, i) => Array.from({ length: count }, (_, j) => of(i, j))),
        { device },
      );
    const after = fault === "only the sentence after is a neighbour";
    const near = (i: number, j: number): boolean => (after ? j - i === 1 : Math.abs(i - j) === 1);
    const whole = fault === "targets are 1 on each neighbour";
    const half = fault === "the first and the last sentence have half a target";
    const share = (i: number): number => (whole || (!half && (i === 0 || i === count - 1)) ? 1 : 1 / 2);
    const products = matmul(f, transpose(g, 0, 1));
    const logits = fault === "tau multiplies" ? mul(products, tau) : div(products, tau);
    const self = fault === "a sentence may choose itself" ? 0 : -1e4;
    return crossEntropy(
      add(
        logits,
        matrix((i, j) => (i === j ? self : 0)),
      ),
      matrix((i, j) => (near(i, j) ? share(i) : 0)),
    );
  },

  /** Neighbours in either order; both uniformities, summed. */
  alignUniform(f: Tensor, g: Tensor, fault?: string): Tensor {
    const [first, last] = [{ end: count - 1 }, { start: 1 }];
    const squared = (x: Tensor, y: Tensor): Tensor => sum(square(sub(x, y)), { dim: 1 });
    const pairs = [squared(slice(f, first), slice(g, last)), squared(slice(f, last), slice(g, first))];
    let distances = concat(fault === "only the sentence after is a neighbour" ? pairs.slice(0, 1) : pairs);
    if (fault === "differences are not squared") distances = distances.sqrt();
    const sharp = { t: fault === "t is 2" ? 2 : t, checkNorm: false };
    const spread = add(uniformLoss(f, sharp), uniformLoss(g, sharp));
    const [a, b] = fault === "weights are exchanged" ? [0.1, 0.9] : [0.9, 0.1];
    return add(mul(mean(distances), a), mul(spread, fault === "uniformities are averaged" ? b / 2 : b));
  },
} satisfies Record<QuickThoughtCase["objective"], (f: Tensor, g: Tensor, fault?: string) => Tensor>;

/** What a `SentenceEncoder` gives, from padded words, and from a GRU written anew if wanted, with a fault at will. */
function writtenAnew({ embedding, gru }: SentenceEncoder, batch: Sentences, anew: boolean, fault?: string): Tensor {
  const lengths = batch.map(({ length }) => length);
  const padded = Array.from({ length: most }, (_, i) => batch.map((sentence) => sentence[i] ?? 0));
  const words = reshape(embedding.forward(padded.flat()), [most, batch.length, -1]);
  const { last } = anew ? faultyGru(gru, words, { lengths }, fault) : gru.outputs(words, { lengths });
  const directions = chunk(reshape(last, [2 * batch.length, -1]), 2);
  if (fault !== "each direction has length 1 by itself") return normalize(concat(directions, { dim: 1 }));
  return concat(
    directions.map((x) => div(normalize(x), Math.SQRT2)),
    { dim: 1 },
  );
}
