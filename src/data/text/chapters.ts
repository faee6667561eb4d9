import { sentencesOf } from "./sentences.ts";

/** A word with which a heading may begin, the one behind it, and the rest. */
const headed =
  /^(?:chapter|volume|book|part|canto|letter|section|act|actus|scene|scena|scaena|scoena)\s+([\p{L}\p{N}]+)(.*)$/iu;

const roman = /^m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})$/;

/**
 * The sentences of a text, chapter by chapter; none is empty. Chapters begin at headings: short paragraphs that are counted ("CHAPTER
 * II. The Pool of Tears", "Section Two") or that have capitals and no small letter ("THE ORPHANS."). A heading is no sentence itself,
 * and neither is a paragraph in brackets.
 */
export function chaptersOf(text: string): string[][] {
  const chapters: string[][] = [[]];
  for (const paragraph of text.split(/\r?\n[^\S\n]*\r?\n/)) {
    const line = paragraph.replace(/\s+/g, " ").trim();
    if (line === "") continue;
    if (isHeading(line)) chapters.push([]);
    else if (!/^\[.*\]$/.test(line)) chapters[chapters.length - 1].push(...sentencesOf(line));
  }
  return chapters.filter(({ length }) => length > 0);
}

function isHeading(line: string): boolean {
  if (line.length > 80) return false;
  const [, word, rest] = headed.exec(line) ?? [];
  if (word !== undefined && isCount(word, rest)) return true;
  return /\p{Lu}/u.test(line) && !/\p{Ll}/u.test(line);
}

/** Whether a word counts chapters: a number, unless a sentence goes on behind it ("Part I liked"), or a word with a capital. */
function isCount(word: string, rest: string): boolean {
  const isNumber = /^\d+$/.test(word) || roman.test(word.toLowerCase());
  return isNumber ? !/^\s+\p{Ll}/u.test(rest) : /^\p{Lu}\p{L}/u.test(word);
}
