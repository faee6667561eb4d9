import { endsOpen, quote } from "./fields.ts";

/** Finds the byte that ends a record, in a text that it sees from front to back, each byte once. */
export interface RecordEnd {
  /** The first such byte of `bytes` in from .. to − 1, of the record that begins at `start`; −1 if there is none. */
  find(bytes: Uint8Array, start: number, from: number, to: number): number;
}

/** Longest record: a row of some two million numbers. What is longer is no table, and must not fill the memory. */
const longest = 2 ** 26;

/** What UTF-8 may start with. */
const mark = [0xef, 0xbb, 0xbf];

/**
 * Cuts text that comes in pieces into records and hands each on, without the byte that ends it and without UTF-8's mark,
 * in `bytes` from .. to − 1: valid only until `take` returns. Throws, naming the file, for a record of more than 64 MiB.
 */
export class Records {
  readonly #name: string;
  readonly #end: RecordEnd;
  readonly #take: (bytes: Uint8Array, from: number, to: number) => void;
  #buffer = new Uint8Array(2 ** 16);
  #length = 0;
  #begun = false;

  constructor(name: string, end: RecordEnd, take: (bytes: Uint8Array, from: number, to: number) => void) {
    this.#name = name;
    this.#end = end;
    this.#take = take;
  }

  push(bytes: Uint8Array): void {
    let searched = this.#length;
    this.#append(bytes);
    let start = 0;
    if (!this.#begun) {
      const same = mark.findIndex((byte, k) => k >= this.#length || this.#buffer[k] !== byte);
      if (same === this.#length) return; // a part of the mark, as it seems
      this.#begun = true;
      start = searched = same < 0 ? mark.length : 0;
    }
    for (;;) {
      const end = this.#end.find(this.#buffer, start, searched, this.#length);
      if ((end < 0 ? this.#length : end) - start > longest) {
        throw new Error(`${this.#name}: has a line of more than ${longest} bytes: this is no table with a row a line`);
      }
      if (end < 0) break;
      this.#take(this.#buffer, start, end);
      start = searched = end + 1;
    }
    this.#buffer.copyWithin(0, start, this.#length);
    this.#length -= start;
  }

  /** Hands on what no end came after. */
  end(): void {
    if (this.#length > 0) this.#take(this.#buffer, 0, this.#length);
    this.#length = 0;
  }

  #append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }
}

const newline = 10;

/** The ends of lines, and which line it is. Text must end with one: push it where it may not. */
export class LineEnd implements RecordEnd {
  /** Lines that have ended, so from 1 on the number of the one that ends last. */
  line = 0;
  readonly #tell: (line: Uint8Array) => readonly number[];
  #delimiters: readonly number[] = [];
  #open = false;
  /** Bytes of the record that have been looked through: whole lines. */
  #walked = 0;

  /**
   * `tell` is asked of each line that begins a record and has a quotation mark: the bytes behind which a mark opens a
   * field that may go on in the next line, none if marks are like any other byte; and so they are unless it is given.
   */
  constructor(tell: (line: Uint8Array) => readonly number[] = () => []) {
    this.#tell = tell;
  }

  /** Whether the lines seen so far end between quotation marks. */
  get open(): boolean {
    return this.#open;
  }

  find(bytes: Uint8Array, start: number, from: number, to: number): number {
    const seen = bytes.subarray(0, to);
    for (let at = from; ; ) {
      const end = seen.indexOf(newline, at);
      if (end < 0) return -1;
      this.line++;
      this.#open = this.#goesOn(seen.subarray(start + this.#walked, end));
      at = end + 1;
      this.#walked = this.#open ? at - start : 0;
      if (!this.#open) return end;
    }
  }

  #goesOn(line: Uint8Array): boolean {
    if (!this.#open) this.#delimiters = line.includes(quote) ? this.#tell(line) : [];
    return this.#delimiters.length > 0 && endsOpen(line, this.#delimiters, this.#open);
  }
}
