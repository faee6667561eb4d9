import type { RunConfig } from "../config.ts";

/** What may be lowered: both encoders' points aligned with their neighbours' and spread, or told apart from all others. */
export const objectives = ["align-uniform", "contrastive"] as const;

/** Everything that decides the outcome of a run over sentences. */
export interface TextConfig extends RunConfig {
  readonly objective: (typeof objectives)[number];
  /** Places in the books from which a batch takes sentences: as many in a row from each. The paper's is 1. */
  readonly windows: number;
  /** Words that are known, the one for all others included. */
  readonly vocabularySize: number;
  readonly embeddingDim: number;
  /** Width of each GRU's state: a point has twice as many numbers. */
  readonly hidden: number;
  /** Words of a sentence that are read at most. */
  readonly mostWords: number;
  /** Largest norm of the gradient. */
  readonly clipNorm: number;
}

/** The weights of the loss by objective. With more of uniformity, 0.75 and 0.25, the next sentence was found half as often by f with g. */
export const weightsOf: Readonly<
  Record<TextConfig["objective"], Pick<TextConfig, "alignWeight" | "uniformWeight" | "contrastiveWeight">>
> = {
  "align-uniform": { alignWeight: 0.9, uniformWeight: 0.1, contrastiveWeight: 0 },
  contrastive: { alignWeight: 0, uniformWeight: 0, contrastiveWeight: 1 },
};

/** After which passes the rate falls: four fifths of them. */
export function decayAfter(epochs: number): number[] {
  const after = Math.round(0.8 * epochs);
  return after > 0 && after < epochs ? [after] : [];
}

/** clipNorm and the batch are the paper's; all else suits two cores and fifteen books, as tried by hand (docs/systems.md#text). */
export const textConfig: TextConfig = {
  seed: 0,
  objective: "align-uniform",
  ...weightsOf["align-uniform"],
  epochs: 6,
  batchSize: 400,
  lr: 3e-3,
  lrDecayRate: 0.1,
  lrDecayEpochs: decayAfter(6),
  alpha: 2,
  t: 5,
  tau: 0.075,
  windows: 20,
  vocabularySize: 10_000,
  embeddingDim: 128,
  hidden: 128,
  mostWords: 40,
  clipNorm: 0.5,
};
