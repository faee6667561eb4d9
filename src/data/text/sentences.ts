/**
 * What ends with a full stop and no sentence with it, in English: titles (Mr. Mrs. Messrs. Ms. Mme. Dr. St. Rev. Hon. Prof. Capt. Col.
 * Gen. Lieut. Esq. Vol.), and a capital by itself but for I.
 */
const abbreviation =
  /(?<![\p{L}\p{N}]|\p{L}['’])(?:Mr|Mrs|Messrs|Ms|Mme|Dr|St|Rev|Hon|Prof|Capt|Col|Gen|Lieut|Esq|Vol|[A-HJ-Z])\.$/u;

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/**
 * The sentences of a paragraph, as Unicode's rules for sentence boundaries (UAX #29) have them, but not cut behind "Mr." and its
 * like, behind "No." before a figure, nor where a small letter follows ("Ah! poor Miss Taylor!" is one). What has no letter and no
 * digit is none.
 */
export function sentencesOf(paragraph: string): string[] {
  const sentences: string[] = [];
  for (const { segment } of segmenter.segment(paragraph.replace(/\s+/g, " "))) {
    const part = segment.trim();
    if (part === "") continue;
    const before = sentences.at(-1);
    if (before !== undefined && goesOn(before, part)) sentences.splice(-1, 1, `${before} ${part}`);
    else sentences.push(part);
  }
  return sentences.filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

function goesOn(before: string, part: string): boolean {
  if (abbreviation.test(before) || /^["'“‘(]?\p{Ll}/u.test(part)) return true;
  return /\bNo\.$/.test(before) && /^\d/.test(part);
}

/**
 * The words of a sentence in small letters, numbers, and every other sign by itself: "Don't go, 7!" -> don't go , 7 ! An accent is
 * part of its letter, however it is written, and ’ an apostrophe.
 */
export function wordsOf(sentence: string): string[] {
  const plain = sentence.normalize("NFC").replaceAll("’", "'").toLowerCase();
  return plain.match(/[\p{L}\p{M}]+(?:'[\p{L}\p{M}]+)*|\p{N}+|[^\s\p{L}\p{M}\p{N}]/gu) ?? [];
}
