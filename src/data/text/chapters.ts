import { sentencesOf } from "./sentences.ts";

/** A chapter has at most this many sentences, and at most a tenth of its text's: so that texts without headings have some too. */
const most = 300;

/** Words with which a heading may begin; a number or another word in capitals follows. */
const headed =
  /^(?:chapter|volume|book|part|canto|letter|section|act|actus|scene|scena|scaena|scoena)\s+(?:[\divxlc]+\b|\p{Lu})/iu;

/**
 * The sentences of a text, chapter by chapter; none is empty. Chapters begin at headings: short paragraphs that say so
 * ("CHAPTER II. The Pool of Tears") or that have no small letter ("THE ORPHANS."), which are no sentences themselves, like what
 * stands in brackets by itself. Where they would be longer than 300 sentences, or than a tenth of the text, they are cut into
 * equal parts.
 */
export function chaptersOf(text: string): string[][] {
  const chapters: string[][] = [[]];
  for (const paragraph of text.split(/\r?\n[^\S\n]*\r?\n/)) {
    const line = paragraph.replace(/\s+/g, " ").trim();
    if (line === "") continue;
    if (isHeading(line)) chapters.push([]);
    else chapters[chapters.length - 1].push(...sentencesOf(line));
  }
  const total = chapters.reduce((sum, { length }) => sum + length, 0);
  const longest = Math.min(most, Math.ceil(total / 10));
  return chapters.filter(({ length }) => length > 0).flatMap((chapter) => cut(chapter, longest));
}

function isHeading(line: string): boolean {
  if (line.length > 80) return false;
  return headed.test(line) || /^\[.*\]$/.test(line) || (/\p{L}/u.test(line) && !/\p{Ll}/u.test(line));
}

/** Parts of at most so many, as equal as can be. */
function cut(sentences: readonly string[], most: number): string[][] {
  const parts = Math.ceil(sentences.length / most);
  const edge = (k: number): number => Math.round((k * sentences.length) / parts);
  return Array.from({ length: parts }, (_, k) => sentences.slice(edge(k), edge(k + 1)));
}
