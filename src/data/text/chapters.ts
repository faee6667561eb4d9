import { sentencesOf } from "./sentences.ts";

/** Words with which a heading may begin, */
const headed = /^(?:chapter|volume|book|part|canto|letter|section|act|actus|scene|scena|scaena|scoena)\s+(\S+)/i;
/** and what follows there: a number, or a word with a capital. */
const counted = /^(?:[\divxlc]+\b|\p{Lu})/u;

/**
 * The sentences of a text, chapter by chapter; none is empty. Chapters begin at headings: short paragraphs that say so
 * ("CHAPTER II. The Pool of Tears") or that have capitals and no small letter ("THE ORPHANS."), which are no sentences themselves, like what
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
  const following = headed.exec(line)?.[1];
  if (following !== undefined && counted.test(following)) return true;
  return /^\[.*\]$/.test(line) || (/\p{Lu}/u.test(line) && !/\p{Ll}/u.test(line));
}
