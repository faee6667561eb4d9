import { percent, plusMinus } from "../../shown.ts";
import type { RunResult } from "../result.ts";
import type { TextConfig } from "./config.ts";
import type { TextMeasured } from "./measure.ts";

/** What a whole run over sentences found. */
export interface TextResult extends RunResult<TextConfig> {
  /** How many it learnt from, how many a probe did, and by how many it is judged. */
  readonly sentences: { readonly train: number; readonly known: number; readonly test: number };
  readonly books: readonly string[];
  /** Share of the largest book among the test sentences, in 0..1: what naming it always comes to. */
  readonly largestBook: number;
  /** Words that there are numbers for, one of all others included, and the share of the test sentences' words that are not, in 0..1. */
  readonly vocabulary: { readonly size: number; readonly unknown: number };
  /** Next sentences among which the right one is sought. */
  readonly candidates: number;
  readonly trained: TextMeasured;
  readonly untrained: TextMeasured;
  /** Share of the test sentences whose book a linear probe names by counts of characters; absent where there is one book. */
  readonly characterProbe: number | undefined;
}

/** A row of the table: what was measured, of each, and what it comes to by chance. */
export interface TextRow {
  readonly name: string;
  readonly trained: string;
  readonly untrained: string;
  readonly beside: string;
  /** In a sentence. */
  readonly meaning: string;
}

/** The result as rows. */
export function textRows({ trained, untrained, candidates, books, characterProbe, config }: TextResult): TextRow[] {
  const row = (name: string, of: (measured: TextMeasured) => string, beside: string, meaning: string): TextRow => ({
    name,
    trained: of(trained),
    untrained: of(untrained),
    beside,
    meaning,
  });
  const chance = percent(1 / candidates);
  const rank = ((candidates + 1) / 2).toFixed(0);
  const among = `among those of ${candidates} sentences drawn from all kept chapters`;
  return [
    row(
      "next sentence found",
      (m) => percent(m.retrieval.top1),
      `${chance} by chance`,
      `How often the next sentence is the nearest ${among}, as they are trained: by the cosines of f of the one with g of the other, both ways, added; ${trained.retrieval.asked} were asked.`,
    ),
    row(
      "its mean rank",
      (m) => m.retrieval.meanRank.toFixed(1),
      `${rank} by chance`,
      "Its place among them; 1 is the nearest.",
    ),
    row(
      "found by likeness",
      (m) => percent(m.joinedRetrieval.top1),
      `${chance} by chance`,
      "The same by f with f and g with g. Untrained encoders too find a sentence that shares words.",
    ),
    row(
      "its mean rank",
      (m) => m.joinedRetrieval.meanRank.toFixed(1),
      `${rank} by chance`,
      "Its place among them in that case.",
    ),
    ...(books.length > 1
      ? [
          row(
            "linear probe, book",
            (m) => percent(m.bookProbe),
            `${percent(characterProbe)} by characters`,
            `How often a linear classifier of f and g side by side names the book; one over the number of books is ${percent(1 / books.length)}. Beside it the same of counts of characters.`,
          ),
        ]
      : []),
    row(
      "alignment",
      (m) => plusMinus(m.alignment),
      "",
      `Mean of |f − g| to the power ${config.alpha} of a sentence and the next. Lower is better.`,
    ),
    row(
      "uniformity of f",
      (m) => plusMinus(m.uniformity.f),
      `${trained.uniformity.f.optimum.toFixed(3)} at best`,
      "Lower is better.",
    ),
    row(
      "uniformity of g",
      (m) => plusMinus(m.uniformity.g),
      `${trained.uniformity.g.optimum.toFixed(3)} at best`,
      "Lower is better.",
    ),
  ];
}

/** The result as lines of text. */
export function textTable(result: TextResult): string {
  const { sentences, books, largestBook, vocabulary } = result;
  const line = (name: string, trained: string, untrained: string, beside: string): string =>
    `${name.padEnd(24)}${trained.padStart(18)}${untrained.padStart(18)}   ${beside}`.trimEnd();
  const rows = textRows(result).map(({ name, trained, untrained, beside }) => line(name, trained, untrained, beside));
  const named = books.length > 1 ? `; the largest of ${books.length} books has ${percent(largestBook, 1)} of them` : "";
  return [
    line(`on ${sentences.test} sentences`, "trained", "untrained", ""),
    ...rows,
    `of chapters that were kept${named}; ${percent(vocabulary.unknown, 1)} of their words are not among the ${vocabulary.size - 1} known`,
    "",
  ].join("\n");
}
