/** What ends with a full stop and no sentence with it, in English: titles, and a letter by itself. */
const abbreviation =
  /(?:^|[\s"'“‘(])(?:mr|mrs|messrs|ms|dr|st|rev|hon|prof|capt|col|gen|lieut|sir|esq|no|vol|[a-z])\.$/i;

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/**
 * The sentences of a paragraph, as Unicode's rules for sentence boundaries (UAX #29) have them, but not cut behind "Mr." and its
 * like, nor where a small letter follows ("Ah! poor Miss Taylor!" is one). What has no letter and no digit is none.
 */
export function sentencesOf(paragraph: string): string[] {
  const sentences: string[] = [];
  let open = false;
  for (const { segment } of segmenter.segment(paragraph.replace(/\s+/g, " "))) {
    const part = segment.trim();
    if (part === "") continue;
    if (sentences.length > 0 && (open || /^["'“‘(]?\p{Ll}/u.test(part))) sentences.push(`${sentences.pop()} ${part}`);
    else sentences.push(part);
    open = abbreviation.test(part);
  }
  return sentences.filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

/** The words of a sentence in small letters, numbers, and every other sign by itself: "Don't go, 7!" -> don't go , 7 ! */
export function wordsOf(sentence: string): string[] {
  return sentence.toLowerCase().match(/[\p{L}\p{M}]+(?:['’]\p{L}+)*|\p{N}+|[^\s\p{L}\p{M}\p{N}]/gu) ?? [];
}
