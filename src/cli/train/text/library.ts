import { createHash } from "node:crypto";
import { chaptersOf } from "../../../data/index.ts";
import type { TextFile } from "../../../node/index.ts";
import type { Fingerprint } from "../gallery.ts";

/** Sentences in the order of their books. */
export interface Shelf {
  readonly sentences: readonly string[];
  /** The book of each, by its number. */
  readonly books: Int32Array;
  /** The chapter of each: no two books share one. */
  readonly chapters: Int32Array;
}

/** Books to learn from and books to judge by. */
export interface Library {
  readonly names: readonly string[];
  readonly train: Shelf;
  /** The chapters that are kept. */
  readonly test: Shelf;
  readonly fingerprint: Fingerprint;
}

/** Of so many chapters one is kept to judge by, the last of them. */
const every = 10;

/** A chapter that is kept has at most this many sentences, and at most a tenth of its book's. */
const most = 300;

/**
 * The same books sorted into chapters to learn from and chapters to judge by. Where chapters would be too long, and where a
 * book has none, it is cut into equal parts that serve as such. Throws where hardly any follow each other.
 */
export function libraryOf(files: readonly TextFile[]): Library {
  const [train, test] = [new Gathered(), new Gathered()];
  files.forEach(({ text }, book) => {
    const chapters = chaptersOf(text);
    const longest = Math.min(most, Math.ceil(chapters.flat().length / every));
    const parts = chapters.flatMap((chapter) => cut(chapter, longest));
    parts.forEach((part, k) => void (k % every === every - 1 ? test : train).add(part, book));
  });
  const names = files.map(({ name }) => name);
  const shelves = { train: train.shelf(), test: test.shelf() };
  const [learnt, asked] = [shelves.train.sentences.length, shelves.test.sentences.length];
  if (followed(shelves.train).length === 0 || followed(shelves.test).length < 3) {
    const from = names.length === 1 ? names[0] : `${names.length} texts`;
    throw new Error(
      `${from}: ${learnt + asked} sentences are too few to learn from and to measure by, or too few follow each other in a ` +
        "chapter: needs a text with hundreds of them",
    );
  }
  const hash = createHash("sha256"); // of what is learnt from: a text may be cut otherwise by another engine or version
  hash.update(JSON.stringify([names, shelves.train.sentences, shelves.test.sentences]));
  return { names, ...shelves, fingerprint: { train: learnt, test: asked, sha256: hash.digest("hex") } };
}

/** Parts of at most so many, as equal as can be. */
function cut(sentences: readonly string[], most: number): string[][] {
  const parts = Math.ceil(sentences.length / most);
  const edge = (k: number): number => Math.round((k * sentences.length) / parts);
  return Array.from({ length: parts }, (_, k) => sentences.slice(edge(k), edge(k + 1)));
}

/** A shelf in the making. */
class Gathered {
  readonly #sentences: string[] = [];
  readonly #books: number[] = [];
  readonly #chapters: number[] = [];
  #count = 0;

  add(chapter: readonly string[], book: number): void {
    for (const sentence of chapter) {
      this.#sentences.push(sentence);
      this.#books.push(book);
      this.#chapters.push(this.#count);
    }
    this.#count++;
  }

  shelf(): Shelf {
    return {
      sentences: this.#sentences,
      books: Int32Array.from(this.#books),
      chapters: Int32Array.from(this.#chapters),
    };
  }
}

/** The sentences behind these. */
export function behind(rows: Int32Array): Int32Array {
  return rows.map((row) => row + 1);
}

/** Which sentences are followed by another one of their chapter. */
export function followed({ chapters }: Pick<Shelf, "chapters">): Int32Array {
  return Int32Array.from(chapters.keys()).filter((i) => i + 1 < chapters.length && chapters[i] === chapters[i + 1]);
}
