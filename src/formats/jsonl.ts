import { checkOptions, isRecord } from "../options.ts";
import { described, jsonLabel } from "./json-value.ts";
import { LineEnd, type RecordEnd, Records } from "./records.ts";
import { RowBlocks } from "./row-blocks.ts";
import { type LongTable, leftOut, type Table, type TableParser, wholeTable } from "./table.ts";

/** Where rows and labels are to be found. */
export interface JsonlOptions {
  /** What errors call the text: `readJsonl` unless given. */
  name?: string;
  /** The field of each object that holds the numbers: unless given, the only one that is an array of numbers. */
  field?: string;
  /** The field that holds labels, texts or numbers. */
  labels?: string;
  /** Whether the rows are the elements of one array, in lines or not: unless given, found from how the text starts. */
  document?: boolean;
}

/**
 * Rows of numbers in JSON: each line, or each element of one array, is an array of numbers or an object with one in it,
 * such as {"id": 7, "embedding": [0.1, 0.2]}. `notes` name fields that were left out. In errors, rows and columns are counted
 * from 0, lines from 1.
 * Throws, naming row and column, for what is not JSON, entries that are no finite numbers, rows that are longer or shorter
 * than the first, labels that are absent, and text without a row.
 */
export function readJsonl(bytes: Uint8Array, options: JsonlOptions = {}): Table {
  const parser = new JsonParser({ document: isJsonDocument(bytes), ...options });
  parser.push(bytes);
  return wholeTable(parser.end());
}

/** Whether text starts as an array of rows does, and not as its first row. */
export function isJsonDocument(head: Uint8Array): boolean {
  return /^(\xef\xbb\xbf)?\s*\[\s*[[{]/.test(String.fromCharCode(...head.subarray(0, 1000)));
}

/** The parser behind `readJsonl`, for text that comes in pieces. */
export class JsonParser implements TableParser {
  readonly #name: string;
  readonly #options: JsonlOptions;
  readonly #lineEnd: LineEnd | undefined;
  readonly #elementEnd: ElementEnd;
  readonly #records: Records;
  readonly #labels: string[] = [];
  readonly #decoder = new TextDecoder();
  #notes: readonly string[] = [];
  #begun = false;
  #ended = false;
  #field: string | undefined;
  #rows: RowBlocks | undefined;

  constructor(options: JsonlOptions = {}) {
    this.#options = checkOptions("readJsonl", options, ["name", "field", "labels", "document"]);
    this.#name = options.name ?? "readJsonl";
    this.#elementEnd = new ElementEnd();
    this.#lineEnd = options.document ? undefined : new LineEnd();
    this.#records = new Records(this.#name, this.#lineEnd ?? this.#elementEnd, (bytes, from, to) => {
      const text = this.#decoder.decode(bytes.subarray(from, to));
      const empty = this.#elementEnd.closed && this.#rows === undefined;
      const between = this.#begun && !this.#ended && !empty; // commas or brackets
      this.#begun = options.document === true;
      if (between || !/^[ \t\r\n]*$/.test(text)) this.#take(text);
    });
  }

  push(bytes: Uint8Array): void {
    this.#records.push(bytes);
  }

  end(): LongTable {
    if (this.#lineEnd)
      this.#records.push(Uint8Array.of(10)); // nothing may end the last line
    else if (!this.#elementEnd.closed) throw new Error(`${this.#name}: ends before its array does: it is truncated`);
    this.#ended = true;
    this.#records.end();
    if (this.#rows === undefined) throw new Error(`${this.#name}: holds no row of numbers: needs one, got none`);
    const { labels } = this.#options;
    return { rows: this.#rows, ...(labels !== undefined && { labels: this.#labels }), notes: this.#notes };
  }

  #take(text: string): void {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      const hint = /\b(NaN|Infinity)\b/.test(text) ? "JSON has no NaN and no Infinity" : (cause as Error).message;
      throw new Error(`${this.#where()}: is not JSON (${hint.slice(0, 200)}): correct it or leave the row out`, {
        cause,
      });
    }
    const row = this.#numbers(value);
    this.#rows ??= new RowBlocks(row.length);
    if (row.length !== this.#rows.d) {
      throw new Error(
        `${this.#where()}: holds ${row.length} numbers, the first row ${this.#rows.d}: rows must be as long`,
      );
    }
    const wrong = row.findIndex((entry) => typeof entry !== "number" || !Number.isFinite(entry));
    if (wrong >= 0) {
      throw new Error(`${this.#where()}, column ${wrong}: holds ${described(row[wrong])}, a finite number is needed`);
    }
    if (this.#options.labels !== undefined) this.#labels.push(this.#label(value, this.#options.labels));
    this.#rows.push(row as number[]);
  }

  /** The array that is or is in a value, of at least one entry. */
  #numbers(value: unknown): unknown[] {
    let row = value;
    if (isRecord(value)) {
      this.#field ??= this.#fieldOf(value);
      row = Object.hasOwn(value, this.#field) ? value[this.#field] : undefined;
    }
    if (Array.isArray(row) && row.length > 0) return row;
    const needed = this.#field === undefined ? "an array of numbers" : `numbers in "${this.#field}"`;
    throw new Error(`${this.#where()}: needs ${needed}, got ${described(row)}`);
  }

  /** The field that holds the numbers, by the first object. */
  #fieldOf(first: Readonly<Record<string, unknown>>): string {
    const names = Object.keys(first);
    const arrays = names.filter((name) => {
      const value = first[name];
      return Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === "number");
    });
    const { field, labels } = this.#options;
    if (field === undefined && arrays.length !== 1) {
      const found = `${arrays.length === 0 ? "none" : arrays.join(", ")} of ${names.slice(0, 20).join(", ")}`;
      throw new Error(
        `${this.#where()}: needs one field of an array of numbers, found ${found}: name the field (--key)`,
      );
    }
    const chosen = field ?? arrays[0];
    this.#notes = leftOut(
      "field",
      names.filter((name) => name !== chosen && name !== labels),
    );
    return chosen;
  }

  #label(value: unknown, field: string): string {
    const label = isRecord(value) && Object.hasOwn(value, field) ? value[field] : undefined;
    return jsonLabel(label, `${this.#where()}, field "${field}"`);
  }

  /** The start of an error about the record that is read just now. */
  #where(): string {
    const line = this.#lineEnd ? ` line ${this.#lineEnd.line},` : "";
    return `${this.#name}:${line} row ${this.#rows?.n ?? 0}`;
  }
}

/** The brackets and commas around the elements of one array, whatever is nested in them. */
class ElementEnd implements RecordEnd {
  /** Whether the array has ended. */
  closed = false;
  #depth = 0;
  #inText = false;
  #escaped = false;

  find(bytes: Uint8Array, _start: number, from: number, to: number): number {
    for (let at = from; at < to; at++) {
      const byte = bytes[at];
      if (this.#escaped) this.#escaped = false;
      else if (this.#inText) {
        if (byte === 0x5c) this.#escaped = true;
        else if (byte === 0x22) this.#inText = false;
      } else if (byte === 0x22) this.#inText = true;
      else if (byte === 0x5b || byte === 0x7b) {
        if (this.#depth++ === 0) return at;
      } else if (byte === 0x5d || byte === 0x7d) {
        if (--this.#depth === 0) {
          this.closed = true;
          return at;
        }
      } else if (byte === 0x2c && this.#depth === 1) return at;
    }
    return -1;
  }
}
