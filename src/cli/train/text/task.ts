import { Vocabulary } from "../../../data/index.ts";
import { readTextFiles } from "../../../node/index.ts";
import { measuring } from "../measuring.ts";
import type { Task } from "../task.ts";
import type { TextConfig } from "./config.ts";
import { type Library, libraryOf } from "./library.ts";
import { measureText, type TextDrawn, textCosts } from "./measure.ts";
import { text } from "./recipe.ts";
import { type TextResult, textTable } from "./result.ts";
import { textRun, untrainedThought } from "./run.ts";
import { unknownShare } from "./unknown-share.ts";

export const textTask: Task<TextConfig, TextResult> = {
  recipe: text,
  table: textTable,
  remark:
    "alignment and uniformity: lower is better, both at once; another seed may be further off than the errors say",
  async open(path, config) {
    const [{ renderTextReport }, files] = await Promise.all([
      import("../../report/text-report.ts"), // now: a build may replace the files during the run
      readTextFiles(path),
    ]);
    const library = libraryOf(files);
    const { names, train, test, fingerprint } = library;
    const vocabulary = Vocabulary.of(train.sentences, config.vocabularySize);
    const read = (sentence: string): Int32Array => vocabulary.encode(sentence, config.mostWords);
    return {
      fingerprint: async () => fingerprint,
      close: async () => {},
      start(device) {
        const size = vocabulary.words.length;
        const lessons = { sentences: train.sentences.map(read), chapters: train.chapters };
        const run = textRun(lessons, config, size, device);
        return {
          run,
          passing: [config.batchSize, "sentences"],
          metadata: { vocabulary: vocabulary.words },
          async measure(io, quiet) {
            const both = [run.model, untrainedThought(config, size, device)] as const;
            const { trained, untrained, characterProbe, candidates, known } = await measuring(
              io,
              quiet,
              textCosts(library),
              (phases) => measureText(both, library, read, config, device, phases),
            );
            const sentences = { train: train.sentences.length, known, test: test.sentences.length };
            return {
              found: {
                sentences,
                books: names,
                largestBook: largestOf(library),
                vocabulary: { size, unknown: unknownShare(test.sentences.map(read)) },
                candidates,
                trained: numbersOf(trained),
                untrained: numbersOf(untrained),
                characterProbe,
              },
              report: (result, steps) => renderTextReport({ result, steps, library, trained, untrained }),
            };
          },
        };
      },
    };
  },
};

/** What of a measurement is told in numbers, without an entry for each sentence. */
function numbersOf<M extends TextDrawn>({
  features: _,
  distances: __,
  others: ___,
  ...numbers
}: M): Omit<M, keyof TextDrawn> {
  return numbers;
}

/** Share of the test sentences that are of the book which has most of them. */
function largestOf({ names, test: { books } }: Library): number {
  const counts = new Int32Array(names.length);
  for (const book of books) counts[book]++;
  return Math.max(...counts) / books.length;
}
