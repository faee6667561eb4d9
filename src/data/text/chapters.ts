import { sentencesOf } from "./sentences.ts";

/** Words with which a heading may begin; a number or another word in capitals follows. */
const headed =
  /^(?:chapter|volume|book|part|canto|letter|section|act|actus|scene|scena|scaena|scoena)\s+(?:[\divxlc]+\b|\p{Lu})/iu;

/**
 * The sentences of a text, chapter by chapter; none is empty. Chapters begin at headings: short paragraphs that say so
 * ("CHAPTER II. The Pool of Tears") or that have no small letter ("THE ORPHANS."), which are no sentences themselves, like what
 * stands in brackets by itself.
 */
export function chaptersOf(text: string): string[][] {
  const chapters: string[][] = [[]];
  for (const paragraph of text.split(/\r?\n[^\S\n]*\r?\n/)) {
    const line = paragraph.replace(/\s+/g, " ").trim();
    if (line === "") continue;
    if (isHeading(line)) chapters.push([]);
    else chapters[chapters.length - 1].push(...sentencesOf(line));
  }
  return chapters.filter(({ length }) => length > 0);
}

function isHeading(line: string): boolean {
  if (line.length > 80) return false;
  return headed.test(line) || /^\[.*\]$/.test(line) || (/\p{L}/u.test(line) && !/\p{Ll}/u.test(line));
}
