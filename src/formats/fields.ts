/** What may stand between two fields of a line; a space is any run of spaces and tabs. */
export type Delimiter = "," | ";" | "\t" | " ";

const [newline, carriageReturn, space, tab] = [10, 13, 32, 9];

export const quote = 34;

/** Whether a line ends between quotation marks: as in `Fields` they open at a field's start alone. `open` is how it begins. */
export function endsOpen(line: Uint8Array, delimiters: readonly number[], open: boolean): boolean {
  let [inside, starts] = [open, true];
  for (let at = 0; at < line.length; at++) {
    if (inside) {
      at = closing(line, at, line.length);
      if (at === line.length) return true;
      inside = starts = false;
    } else if (starts && line[at] === quote) inside = true;
    else starts = delimiters.includes(line[at]) || (starts && line[at] === space);
  }
  return inside;
}

const decoder = new TextDecoder();

/** Where the fields of a line lie. Quotation marks around a field count with commas and semicolons alone. */
export class Fields {
  readonly delimiter: Delimiter;
  readonly #quotes: boolean;
  /** How many the line has. */
  count = 0;
  /** Whether an end of line, as another system may write it, stands in it outside of quotation marks. */
  torn = false;
  /** Field k is bytes starts[k] .. ends[k] − 1, without quotation marks around it, and spaces and tabs around those. */
  starts: Int32Array = new Int32Array(64);
  ends: Int32Array = new Int32Array(64);

  constructor(delimiter: Delimiter) {
    this.delimiter = delimiter;
    this.#quotes = delimiter === "," || delimiter === ";";
  }

  split(bytes: Uint8Array, from: number, to: number): void {
    this.count = 0;
    const broken = hasBreak(bytes.subarray(from, to));
    this.torn = broken && !this.#quotes;
    if (this.delimiter === " ") this.#splitAtSpaces(bytes, from, to);
    else this.#splitAt(this.delimiter.charCodeAt(0), bytes, from, to, broken);
  }

  /** Field k as text. */
  text(bytes: Uint8Array, k: number): string {
    const text = decoder.decode(bytes.subarray(this.starts[k], this.ends[k]));
    return this.#quotes ? text.replaceAll('""', '"').trim() : text.trim();
  }

  #splitAtSpaces(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; ; ) {
      while (at < to && (bytes[at] === space || bytes[at] === tab)) at++;
      if (at >= to) return;
      const start = at;
      while (at < to && bytes[at] !== space && bytes[at] !== tab) at++;
      this.#add(bytes, start, at);
    }
  }

  #splitAt(delimiter: number, bytes: Uint8Array, from: number, to: number, broken: boolean): void {
    for (let at = from; ; at++) {
      const start = at;
      const end = this.#quotes ? this.#quoted(delimiter, bytes, start, to) : -1;
      if (end >= 0) {
        at = end;
        if (at >= to) return;
        continue;
      }
      while (at < to && bytes[at] !== delimiter) at++;
      this.#add(bytes, start, at);
      if (broken && hasBreak(bytes.subarray(start, at))) this.torn = true;
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
    this.#add(bytes, start + 1, end);
    return next;
  }

  #add(bytes: Uint8Array, from: number, to: number): void {
    let [start, end] = [from, to];
    while (start < end && (bytes[start] === space || bytes[start] === tab)) start++;
    while (start < end && (bytes[end - 1] === space || bytes[end - 1] === tab)) end--;
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

function hasBreak(bytes: Uint8Array): boolean {
  return bytes.includes(carriageReturn) || bytes.includes(newline);
}

/**
 * What stands between the fields of a line: the first that occurs outside of quotation marks of tab, comma and semicolon;
 * else a space. Where a number with a decimal comma comes before a semicolon, that is it. Undefined where the line ends
 * between the marks it begins with.
 */
export function delimiterOf(bytes: Uint8Array): Delimiter | undefined {
  const line = decoder.decode(bytes);
  if (/^\s*[+-]?\d+,\d+\s*;/.test(line.slice(0, 100))) return ";";
  const bare = line.replaceAll(/(^|[\t,;]) *("[^"]*")+/g, "$1");
  if (/^ *"[^\s"][^\t]*$/.test(bare)) return undefined;
  return (["\t", ",", ";"] as const).find((delimiter) => bare.includes(delimiter)) ?? " ";
}
