import { checkOptions } from "../options.ts";
import { columnName, coordinateColumns, countedNames, isNumber, type Kind, labelColumn } from "./csv-columns.ts";
import { parseDecimal } from "./decimal.ts";
import { type Delimiter, delimiterOf, Fields } from "./fields.ts";
import { LineEnd, Records } from "./records.ts";
import { RowBlocks } from "./row-blocks.ts";
import { type LongTable, type Table, type TableParser, wholeTable } from "./table.ts";

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
}

const [hash, carriageReturn] = [35, 13];

/**
 * Rows of numbers in text, one a line: CSV, with commas or semicolons and quotation marks around fields; TSV; numbers
 * between spaces, as `numpy.savetxt` writes them. A header, empty lines and lines that start with # are passed over; a
 * column that starts with a text is left out, unless it holds the labels; and so is a first column of row numbers that the
 * header gives no name, as pandas writes it. `notes` tell of all but empty lines. In errors, rows and columns are counted
 * from 0, lines from 1.
 * Throws, naming line, row and column, for a field that is no finite number, a line with more or fewer fields than the
 * first, labels that are absent or empty, and text without a row or without a column of numbers; and where a carriage
 * return without a newline stands outside of quotation marks.
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
  readonly #labelsAlone: boolean;
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

  /** With `labelsAlone` all but the column of labels is passed over, and rows have no numbers. */
  constructor(options: CsvOptions = {}, { labelsAlone = false }: { labelsAlone?: boolean } = {}) {
    this.#options = checkOptions("readCsv", options, ["name", "labels", "delimiter", "header"]);
    this.#labelsAlone = labelsAlone;
    this.#name = options.name ?? "readCsv";
    this.#lineEnd = new LineEnd((line) => {
      const delimiter = this.#isComment(line, 0) ? " " : (this.#delimiter(line) ?? ",;"); // its first field tells no more
      return delimiter.trim() === "" ? [] : Array.from(delimiter, (one) => one.charCodeAt(0));
    });
    this.#records = new Records(this.#name, this.#lineEnd, (bytes, from, to) => this.#line(bytes, from, to));
  }

  push(bytes: Uint8Array): void {
    this.#records.push(bytes);
  }

  end(): LongTable {
    this.#records.push(Uint8Array.of(10)); // nothing may end the last line
    if (this.#lineEnd.open) {
      throw new Error(`${this.#name}: ends between quotation marks: an odd number of them, or the file is truncated`);
    }
    if (this.#rows.n === 0) throw new Error(`${this.#name}: holds no row of numbers: needs a row a line, got none`);
    const slip = this.#rows.n > 2 && this.#texts.find(({ count }) => count === 1);
    if (slip) {
      throw new Error(
        `${this.#name}: row 0, ${columnName(this.#names, slip.column)}: holds ${JSON.stringify(slip.first)}, and all other rows a ` +
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

  #line(bytes: Uint8Array, from: number, end: number): void {
    const to = end > from && bytes[end - 1] === carriageReturn ? end - 1 : end;
    if (blank(bytes, from, to)) return;
    if (this.#isComment(bytes, from)) {
      this.#comments++;
      if (bytes.subarray(from, to).includes(carriageReturn)) throw this.#oddBreak();
      return;
    }
    const first = this.#fields === undefined;
    this.#fields ??= new Fields(this.#delimiter(bytes.subarray(from, to)) ?? ",");
    this.#fields.split(bytes, from, to);
    if (this.#fields.torn) throw this.#oddBreak();
    if (first) this.#width = this.#fields.count;
    if (first && this.#isHeader(bytes, this.#fields)) return;
    if (this.#fields.count !== this.#width) {
      throw new Error(
        `${this.#where()}: has ${this.#fields.count} fields, the first line has ${this.#width}: a field is missing, one ` +
          "too many, or the lines have another delimiter",
      );
    }
    this.#kinds ??= this.#findKinds(bytes, this.#fields);
    this.#take(bytes, this.#fields, this.#kinds);
  }

  /** Where the first column is text, # is what it is: a word like any other. */
  #isComment(bytes: Uint8Array, from: number): boolean {
    return bytes[from] === hash && (this.#kinds === undefined || this.#kinds[0] === "number");
  }

  /** What stands between the fields, by the first line. */
  #delimiter(line: Uint8Array): Delimiter | undefined {
    return this.#fields?.delimiter ?? this.#options.delimiter ?? delimiterOf(line);
  }

  #oddBreak(): Error {
    const what = "a carriage return without a newline, or quotation marks over several lines that end inside a field";
    return new Error(`${this.#where()}: ${what}: end lines with a newline, and write a mark inside of marks twice`);
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
    return column === undefined ? place : `${place}, ${columnName(this.#names, column)}`;
  }

  /** Whether the first line names the columns; if so, keeps the names. */
  #isHeader(bytes: Uint8Array, fields: Fields): boolean {
    const texts = textsOf(bytes, fields);
    const { count, enough } = countedNames(texts);
    const found = enough || (texts.some((text) => text !== "") && !texts.some(isNumber));
    const header = this.#options.header ?? found;
    const taken = header ? "the columns' names" : "a row, though it may name the columns";
    if (header ? enough : count > 1 && this.#options.header === undefined) {
      this.#notes.push(`took the first line, 0, 1, ... ${count - 1}, for ${taken}`);
    }
    if (!header) return false;
    this.#names = texts;
    return true;
  }

  #findKinds(bytes: Uint8Array, fields: Fields): readonly Kind[] {
    const { labels } = this.#options;
    const texts = textsOf(bytes, fields);
    if (this.#labelsAlone && labels !== undefined) {
      const column = labelColumn(texts.length, this.#names, labels, this.#where());
      // Texts alone do not tell a header from a row.
      if (this.#options.header === undefined && this.#names && !texts.some(isNumber)) {
        this.#labels.push(this.#names[column]);
        this.#rows.push(this.#row);
      }
      return texts.map((_, k) => (k === column ? "label" : "left out"));
    }
    const { kinds, notes } = coordinateColumns(texts, this.#names, labels, this.#where());
    this.#notes.push(...notes);
    for (const [column, first] of texts.entries()) {
      if (kinds[column] === "left out" && !isNumber(first))
        this.#texts.push({ column, first: first.slice(0, 40), count: 0 });
    }
    const d = kinds.filter((kind) => kind === "number").length;
    this.#row = new Float64Array(d);
    this.#rows = new RowBlocks(d);
    return kinds;
  }
}

function textsOf(bytes: Uint8Array, fields: Fields): string[] {
  return Array.from({ length: fields.count }, (_, k) => fields.text(bytes, k));
}

function blank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++)
    if (bytes[at] !== 32 && bytes[at] !== 9 && bytes[at] !== carriageReturn) return false;
  return true;
}
