import { wordsOf } from "./sentences.ts";

/** Stands for every word that is not in the vocabulary. */
export const unknownWord = "<unk>";

/** The words that an encoder of text knows, each with its number; number 0 stands for all others. */
export class Vocabulary {
  /** By number. */
  readonly words: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  /** Throws unless the first word is `unknownWord`, and for a word that comes twice. */
  constructor(words: readonly string[]) {
    this.words = words;
    this.#numbers = new Map(words.map((word, i) => [word, i]));
    if (words[0] !== unknownWord) throw new Error(`Vocabulary: word 0 must be ${unknownWord}, got ${words[0]}`);
    if (this.#numbers.size < words.length) {
      const twice = words.find((word, i) => this.#numbers.get(word) !== i);
      throw new Error(`Vocabulary: the word "${twice}" comes twice`);
    }
  }

  /** The `size` − 1 words that are most frequent in sentences, of equal ones those that come first in code order. */
  static of(sentences: Iterable<string>, size: number): Vocabulary {
    if (!(Number.isInteger(size) && size >= 2)) {
      throw new RangeError(`Vocabulary: size must be a whole number >= 2, got ${size}`);
    }
    const counts = new Map<string, number>();
    for (const sentence of sentences)
      for (const word of wordsOf(sentence)) counts.set(word, (counts.get(word) ?? 0) + 1);
    const ranked = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([word]) => word);
    return new Vocabulary([unknownWord, ...ranked.slice(0, size - 1)]);
  }

  /**
   * The numbers of a sentence's words, at most the first `maxLength`; for a sentence without any, that of `unknownWord`: none is
   * empty. Throws unless `maxLength` is at least 1.
   */
  encode(sentence: string, maxLength: number = Number.POSITIVE_INFINITY): Int32Array {
    if (!(maxLength >= 1)) {
      throw new RangeError(`Vocabulary: maxLength must be at least 1, so that no sentence is empty, got ${maxLength}`);
    }
    const words = wordsOf(sentence);
    if (words.length === 0) return Int32Array.of(0);
    return Int32Array.from(words.slice(0, maxLength), (word) => this.#numbers.get(word) ?? 0);
  }
}
