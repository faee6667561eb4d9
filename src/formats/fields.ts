/** What may stand between two fields of a line; a space is any run of spaces and tabs. */
export type Delimiter = "," | ";" | "\t" | " ";

const [space, tab, quote] = [32, 9, 34];

/** Whether fields may be between quotation marks, and so hold the delimiter and ends of lines. */
export function quotesWith(delimiter: Delimiter): boolean {
  return delimiter === "," || delimiter === ";";
}

/** Where the fields of a line lie. Quotation marks around a field count with commas and semicolons alone. */
export class Fields {
  readonly delimiter: Delimiter;
  /** How many the line has. */
  count = 0;
  /** Field k is bytes starts[k] .. ends[k] − 1, without quotation marks around it. */
  starts: Int32Array = new Int32Array(64);
  ends: Int32Array = new Int32Array(64);

  constructor(delimiter: Delimiter) {
    this.delimiter = delimiter;
  }

  /** Whether a field may be between quotation marks. */
  get quotes(): boolean {
    return quotesWith(this.delimiter);
  }

  split(bytes: Uint8Array, from: number, to: number): void {
    this.count = 0;
    if (this.delimiter === " ") this.#splitAtSpaces(bytes, from, to);
    else this.#splitAt(this.delimiter.charCodeAt(0), bytes, from, to);
  }

  /** Field k as text. */
  text(bytes: Uint8Array, k: number): string {
    const text = new TextDecoder().decode(bytes.subarray(this.starts[k], this.ends[k]));
    return this.quotes ? text.replaceAll('""', '"').trim() : text.trim();
  }

  #splitAtSpaces(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; ; ) {
      while (at < to && (bytes[at] === space || bytes[at] === tab)) at++;
      if (at >= to) return;
      const start = at;
      while (at < to && bytes[at] !== space && bytes[at] !== tab) at++;
      this.#add(start, at);
    }
  }

  #splitAt(delimiter: number, bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; ; at++) {
      const start = at;
      const end = this.quotes ? this.#quoted(delimiter, bytes, start, to) : -1;
      if (end >= 0) {
        at = end;
        if (at >= to) return;
        continue;
      }
      while (at < to && bytes[at] !== delimiter) at++;
      this.#add(start, at);
      if (at >= to) return;
    }
  }

  /** Adds the field in quotation marks at `from`. Returns where it ends, delimiter and all; −1 if there is none. */
  #quoted(delimiter: number, bytes: Uint8Array, from: number, to: number): number {
    let start = from;
    while (start < to && bytes[start] === space) start++;
    if (start >= to || bytes[start] !== quote) return -1;
    const end = closing(bytes, start + 1, to);
    if (end === to) return -1;
    let next = end + 1;
    while (next < to && bytes[next] === space) next++;
    if (next < to && bytes[next] !== delimiter) return -1; // as in "a" b: the marks are the field's own
    this.#add(start + 1, end);
    return next;
  }

  #add(start: number, end: number): void {
    if (this.count === this.starts.length) {
      const [starts, ends] = [this.starts, this.ends];
      this.starts = new Int32Array(2 * starts.length);
      this.ends = new Int32Array(2 * ends.length);
      this.starts.set(starts);
      this.ends.set(ends);
    }
    this.starts[this.count] = start;
    this.ends[this.count++] = end;
  }
}

/** Where a quoted field ends, `to` if it does not: two marks in a row stand for one. */
function closing(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    if (bytes[at] !== quote) continue;
    if (bytes[at + 1] !== quote || at + 1 >= to) return at;
    at++;
  }
  return to;
}

/**
 * What stands between the fields of a line: the first that occurs of tab, comma and semicolon; else a space. Where a number
 * with a decimal comma comes before a semicolon, that is it.
 */
export function delimiterOf(bytes: Uint8Array, from: number, to: number): Delimiter {
  const line = bytes.subarray(from, to);
  if (/^\s*[+-]?\d+,\d+\s*;/.test(String.fromCharCode(...line.subarray(0, 100)))) return ";";
  for (const delimiter of ["\t", ",", ";"] as const) if (line.includes(delimiter.charCodeAt(0))) return delimiter;
  return " ";
}
