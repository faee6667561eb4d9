import { chaptersOf } from "../../data/index.ts";
import { followed } from "../train/text/library.ts";
import type { EmbedFlags } from "./flags.ts";

/** The sentences of a text, and which of them are followed by another one of their chapter. Throws where there are none. */
export function sentencesIn(
  whole: string,
  { text, lines, next }: Pick<EmbedFlags, "text" | "lines" | "next">,
): { readonly sentences: readonly string[]; readonly followed: Int32Array } {
  const name = text === "-" ? "standard input" : text;
  const own = whole.split("\n").map((line) => line.trim());
  const chapters = lines ? [own.filter((line) => line !== "")] : chaptersOf(whole);
  const sentences = chapters.flat();
  const numbers = Int32Array.from(chapters.flatMap((chapter, k) => chapter.map(() => k)));
  const pairs = followed({ chapters: numbers });
  if (sentences.length === 0) throw new Error(`${name}: holds no sentence`);
  if (next !== undefined && pairs.length === 0) {
    throw new Error(`${name}: no sentence in it is followed by another, as --next needs`);
  }
  return { sentences, followed: pairs };
}
