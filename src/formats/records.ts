/** Finds the byte that ends a record, in a text that it sees from front to back, each byte once. */
export interface RecordEnd {
  /** The first such byte of `bytes` in from .. to − 1, of the record that begins at `start`; −1 if there is none. */
  find(bytes: Uint8Array, start: number, from: number, to: number): number;
}

/** Longest record: a row of some two million numbers. What is longer is no table, and must not fill the memory. */
const longest = 2 ** 26;

/**
 * Cuts text that comes in pieces into records and hands each on, without the byte that ends it, in `bytes` from .. to − 1:
 * valid only until `take` returns. Throws, naming the file, for a record of more than 64 MiB.
 */
export class Records {
  readonly #name: string;
  readonly #end: RecordEnd;
  readonly #take: (bytes: Uint8Array, from: number, to: number) => void;
  #buffer = new Uint8Array(2 ** 16);
  #length = 0;

  constructor(name: string, end: RecordEnd, take: (bytes: Uint8Array, from: number, to: number) => void) {
    this.#name = name;
    this.#end = end;
    this.#take = take;
  }

  push(bytes: Uint8Array): void {
    let searched = this.#length;
    this.#append(bytes);
    let start = 0;
    for (;;) {
      const end = this.#end.find(this.#buffer, start, searched, this.#length);
      if (end < 0) break;
      this.#take(this.#buffer, start, end);
      start = searched = end + 1;
    }
    this.#buffer.copyWithin(0, start, this.#length);
    this.#length -= start;
    if (this.#length > longest) {
      throw new Error(`${this.#name}: has a line of more than ${longest} bytes: this is no table with a row a line`);
    }
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

const [newline, quote] = [10, 34];

/** The ends of lines, and which line it is. */
export class LineEnd implements RecordEnd {
  /** Lines that have ended, so from 1 on the number of the one that ends last. */
  line = 0;
  /** Whether a line goes on where a quotation mark is open; undefined until a line has told. */
  #quotes: boolean | undefined;
  readonly #tell: (line: Uint8Array) => boolean | undefined;
  #open = false;

  /** `tell` is asked, line by line, whether quotation marks count, until it answers; they do not unless it is given. */
  constructor(tell: (line: Uint8Array) => boolean | undefined = () => false) {
    this.#tell = tell;
  }

  /** Whether the text seen so far ends between quotation marks. */
  get open(): boolean {
    return this.#open;
  }

  find(bytes: Uint8Array, start: number, from: number, to: number): number {
    const seen = bytes.subarray(0, to);
    for (let at = from; ; ) {
      const end = seen.indexOf(newline, at);
      if (this.#quotes === undefined && end >= 0) {
        this.#quotes = this.#tell(seen.subarray(start, end));
        at = start; // none was counted yet
      }
      if (this.#quotes) {
        const line = seen.subarray(at, end < 0 ? to : end);
        for (let k = line.indexOf(quote); k >= 0; k = line.indexOf(quote, k + 1)) this.#open = !this.#open;
      }
      if (end < 0) return -1;
      this.line++;
      if (!this.#open) return end;
      at = end + 1;
    }
  }
}
