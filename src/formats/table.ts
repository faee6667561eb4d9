import type { RowBlocks } from "./row-blocks.ts";

/** Rows of numbers as a file of text or a Parquet file has them. */
export interface Table {
  /** Row-major. */
  readonly data: Float64Array;
  readonly shape: [n: number, d: number];
  /** Of the column that was asked for by `labels`, one a row. */
  readonly labels?: readonly string[];
  /** What was left out, and what was taken for granted: sentences. */
  readonly notes: readonly string[];
}

/** The same while it may be too long for one array. */
export interface LongTable extends Pick<Table, "labels" | "notes"> {
  readonly rows: RowBlocks;
}

/** Takes the bytes of a table piece by piece; throws, naming the file, at the first that is wrong. */
export interface TableParser {
  push(bytes: Uint8Array): void;
  /** After the last piece. */
  end(): LongTable;
}

/** In one array. */
export function wholeTable({ rows, labels, notes }: LongTable): Table {
  const data = new Float64Array(rows.n * rows.d);
  rows.read(0, rows.n, data);
  return { data, shape: [rows.n, rows.d], ...(labels && { labels }), notes };
}

/** A note of columns or fields that nobody asked for; none if there are none. */
export function leftOut(kind: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const shown = names.length > 8 ? [...names.slice(0, 8), `and ${names.length - 8} more`] : names;
  return [`left out, as ${names.length === 1 ? "it holds" : "they hold"} no coordinates: ${kind} ${shown.join(", ")}`];
}
