import { checkOptions } from "../options.ts";
import { parseDecimal } from "./decimal.ts";
import { type Delimiter, delimiterOf, Fields, quotesWith } from "./fields.ts";
import { LineEnd, Records } from "./records.ts";
import { RowBlocks } from "./row-blocks.ts";
import { type LongTable, leftOut, type Table, type TableParser, wholeTable } from "./table.ts";

/** How a table of text is written, as far as that is not to be found out. */
export interface CsvOptions {
  /** What errors call the text: `readCsv` unless given. */
  name?: string;
  /** The column that holds labels: its name in the header, or its number from 0 on. */
  labels?: string;
  /** What stands between two fields, " " for any run of spaces: unless given, what the first line has. */
  delimiter?: Delimiter;
  /** Whether the first line names the columns: yes if no field of it is a number, unless given. */
  header?: boolean;
  /** Whether columns of numbers are coordinates: yes; else only labels are read. */
  coordinates?: boolean;
}

/** What is done with a column. */
type Kind = "number" | "label" | "left out";

const [hash, carriageReturn] = [35, 13];

/** Names in a header that hardly ever are a coordinate's. */
const suspicious = /^(labels?|class(es)?|targets?|id|index|cluster)$/i;

/**
 * Rows of numbers in text, one a line: CSV, with commas or semicolons and quotation marks around fields; TSV; numbers
 * between spaces, as `numpy.savetxt` writes them. A header, empty lines and lines that start with # are passed over; a
 * column that starts with a text is left out, unless it holds the labels; and so is a first column of row numbers that the
 * header gives no name, as pandas writes it. `notes` tell of all but empty lines. In errors, rows and columns are counted
 * from 0, lines from 1.
 * Throws, naming line, row and column, for a field that is no finite number, a line with more or fewer fields than the
 * first, labels that are absent or empty, and text without a row or without a column of numbers.
 */
export function readCsv(bytes: Uint8Array, options: CsvOptions = {}): Table {
  const parser = new CsvParser(options);
  parser.push(bytes);
  return wholeTable(parser.end());
}

/** The parser behind `readCsv`, for text that comes in pieces. */
export class CsvParser implements TableParser {
  readonly #name: string;
  readonly #options: CsvOptions;
  readonly #lineEnd: LineEnd;
  readonly #records: Records;
  readonly #labels: string[] = [];
  readonly #known = new Map<string, string>();
  readonly #notes: string[] = [];
  #fields: Fields | undefined;
  #width = 0;
  #names: string[] | undefined;
  #kinds: readonly Kind[] | undefined;
  #row = new Float64Array(0);
  #rows = new RowBlocks(0);
  #comments = 0;
  /** How many texts each column that is left out holds, and how its first one begins. */
  readonly #texts: { column: number; first: string; count: number }[] = [];

  constructor(options: CsvOptions = {}) {
    this.#options = checkOptions("readCsv", options, ["name", "labels", "delimiter", "header", "coordinates"]);
    this.#name = options.name ?? "readCsv";
    this.#lineEnd = new LineEnd((line) => {
      if (line[0] === hash || blank(line, 0, line.length)) return undefined;
      return quotesWith(options.delimiter ?? delimiterOf(line, 0, line.length));
    });
    this.#records = new Records(this.#name, this.#lineEnd, (bytes, from, to) => this.#line(bytes, from, to));
  }

  push(bytes: Uint8Array): void {
    this.#records.push(bytes);
  }

  end(): LongTable {
    if (this.#lineEnd.open) {
      throw new Error(`${this.#name}: ends between quotation marks: an odd number of them, or the file is truncated`);
    }
    this.#lineEnd.line++; // the last line, if nothing ends it
    this.#records.end();
    if (this.#rows.n === 0) throw new Error(`${this.#name}: holds no row of numbers: needs a row a line, got none`);
    const slip = this.#rows.n > 2 && this.#texts.find(({ count }) => count === 1);
    if (slip) {
      throw new Error(
        `${this.#name}: row 0, ${this.#columnName(slip.column)}: holds ${JSON.stringify(slip.first)}, and all other rows a ` +
          "number there: correct it, or make it a header",
      );
    }
    if (this.#comments > 0) this.#notes.push(`passed over ${this.#comments} lines that start with #`);
    return {
      rows: this.#rows,
      ...(this.#options.labels !== undefined && { labels: this.#labels }),
      notes: this.#notes,
    };
  }

  #line(bytes: Uint8Array, start: number, end: number): void {
    const to = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end;
    const marked = this.#fields === undefined && bytes[start] === 0xef && bytes[start + 1] === 0xbb; // UTF-8's mark
    const from = marked ? start + 3 : start;
    if (blank(bytes, from, to)) return;
    // Where the first column is text, # is what it is: a word like any other.
    if (bytes[from] === hash && (this.#kinds === undefined || this.#kinds[0] === "number")) {
      this.#comments++;
      return;
    }
    if (this.#fields === undefined) {
      this.#fields = new Fields(this.#options.delimiter ?? delimiterOf(bytes, from, to));
      this.#fields.split(bytes, from, to);
      this.#width = this.#fields.count;
      if (this.#isHeader(bytes, this.#fields)) return;
    } else {
      this.#fields.split(bytes, from, to);
    }
    if (this.#fields.count !== this.#width) {
      throw new Error(
        `${this.#where()}: has ${this.#fields.count} fields, the first line has ${this.#width}: a field is missing, one ` +
          "too many, or the lines have another delimiter",
      );
    }
    this.#kinds ??= this.#findKinds(bytes, this.#fields);
    this.#take(bytes, this.#fields, this.#kinds);
  }

  #take(bytes: Uint8Array, fields: Fields, kinds: readonly Kind[]): void {
    const { starts, ends } = fields;
    for (let k = 0, j = 0; k < kinds.length; k++) {
      if (kinds[k] === "number") {
        const value = parseDecimal(bytes, starts[k], ends[k]);
        if (!(Math.abs(value) < Number.POSITIVE_INFINITY)) throw this.#noNumber(fields.text(bytes, k), k);
        this.#row[j++] = value;
      } else if (kinds[k] === "label") {
        const text = fields.text(bytes, k);
        if (text === "") throw new Error(`${this.#where(k)}: is empty, a label is needed`);
        const label = this.#known.get(text) ?? text; // one copy of each, however many rows
        this.#known.set(label, label);
        this.#labels.push(label);
      }
    }
    for (const texts of this.#texts) {
      if (Number.isNaN(parseDecimal(bytes, starts[texts.column], ends[texts.column]))) texts.count++;
    }
    this.#rows.push(this.#row);
  }

  #noNumber(text: string, column: number): Error {
    const shown = text === "" ? "is empty" : `holds ${JSON.stringify(text.slice(0, 40))}`;
    return new Error(`${this.#where(column)}: ${shown}, a finite number is needed: correct it or leave the row out`);
  }

  /** The start of an error about the line that is read just now. */
  #where(column?: number): string {
    const place = `${this.#name}: line ${this.#lineEnd.line}, row ${this.#rows.n}`;
    return column === undefined ? place : `${place}, ${this.#columnName(column)}`;
  }

  #columnName(column: number): string {
    const name = this.#names?.[column];
    return name ? `column ${column} ${JSON.stringify(name)}` : `column ${column}`;
  }

  /** Whether the first line names the columns; if so, keeps the names. */
  #isHeader(bytes: Uint8Array, fields: Fields): boolean {
    const texts = Array.from({ length: fields.count }, (_, k) => fields.text(bytes, k));
    const numbers = texts.filter(isNumber);
    // What pandas writes above columns without names, behind an empty field where it writes row numbers too.
    const counted = numbers.length > (texts[0] === "" ? 1 : 2) && numbers.every((text, k) => text === String(k));
    const found = counted || (numbers.length === 0 && texts.some((text) => text !== ""));
    if (!(this.#options.header ?? found)) return false;
    if (counted) this.#notes.push(`took the first line, 0, 1, ... ${numbers.length - 1}, for the columns' names`);
    this.#names = texts;
    return true;
  }

  /** By the first row: what starts with a number is a coordinate. */
  #findKinds(bytes: Uint8Array, fields: Fields): Kind[] {
    const labels = this.#labelColumn();
    const { coordinates = true } = this.#options;
    const texts = Array.from({ length: fields.count }, (_, k) => fields.text(bytes, k));
    const kinds = texts.map((text, k): Kind => {
      if (k === labels) return "label";
      if (!coordinates || (k === 0 && this.#names?.[0] === "")) return "left out";
      return isNumber(text) || text === "" ? "number" : "left out";
    });
    const list = texts.findIndex((text, k) => kinds[k] === "left out" && /[[{]\s*["\d.+-]/.test(text));
    if (coordinates && list >= 0) {
      const shown = JSON.stringify(texts[list].slice(0, 40));
      throw new Error(
        `${this.#where(list)}: holds ${shown}, a list or an object in a field: give each number a column, or write JSON lines`,
      );
    }
    const named = (kind: Kind): string[] =>
      kinds.flatMap((found, k) => (found === kind ? [this.#names?.[k] || `${k}`] : []));
    if (coordinates) {
      for (const [column, first] of texts.entries()) {
        if (kinds[column] === "left out" && !isNumber(first))
          this.#texts.push({ column, first: first.slice(0, 40), count: 0 });
      }
      this.#notes.push(...leftOut("column", named("left out")));
      const odd = this.#names ? named("number").filter((name) => suspicious.test(name)) : [];
      for (const name of odd) this.#notes.push(`took column ${name} for a coordinate, as it holds numbers`);
    }
    const d = kinds.filter((kind) => kind === "number").length;
    if (coordinates && d === 0) {
      const shown = JSON.stringify(texts.slice(0, 4).join(", ").slice(0, 80));
      throw new Error(
        `${this.#where()}: no column starts with a number, found ${shown}: needs numbers such as -0.5 or 1e-3, with a ` +
          "decimal point, between commas, semicolons, tabs or spaces",
      );
    }
    this.#row = new Float64Array(d);
    this.#rows = new RowBlocks(d);
    return kinds;
  }

  #labelColumn(): number | undefined {
    const { labels } = this.#options;
    if (labels === undefined) return undefined;
    const named = this.#names?.indexOf(labels) ?? -1;
    if (named >= 0) return named;
    if (/^\d+$/.test(labels) && Number(labels) < this.#width) return Number(labels);
    const has = this.#names
      ? this.#names
          .slice(0, 20)
          .map((name) => JSON.stringify(name))
          .join(", ")
      : "no header";
    throw new Error(
      `${this.#name}: has no column ${JSON.stringify(labels)} for the labels; it has ${has}, columns 0..${this.#width - 1}`,
    );
  }
}

function isNumber(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?(nan|inf|infinity)$/i.test(text);
}

function blank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++)
    if (bytes[at] !== 32 && bytes[at] !== 9 && bytes[at] !== carriageReturn) return false;
  return true;
}
