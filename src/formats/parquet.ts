import type { AsyncBuffer, Compressors, FileMetaData, SchemaTree } from "hyparquet";
import { checkOptions } from "../options.ts";
import { type ByteSource, inMemory } from "./byte-source.ts";
import { chooseColumns, chunkOf, type ParquetColumns } from "./parquet-columns.ts";
import { checkPages } from "./parquet-guard.ts";
import { RowBlocks } from "./row-blocks.ts";
import { type LongTable, type Table, wholeTable } from "./table.ts";

/** A file may have so many values in all, or so many a byte: equal ones take next to no bytes, and a second a million to read. */
const [fewValues, mostPerByte] = [2 ** 24, 16];

/** Where rows and labels are to be found. */
export interface ParquetOptions {
  /** What errors call the file: `readParquet` unless given. */
  name?: string;
  /** The column of lists that are the rows: unless given, the only one; without one, all columns of floats, or of integers. */
  column?: string;
  /** The column that holds labels. */
  labels?: string;
}

/**
 * Rows of numbers from a Parquet file, with the optional package hyparquet: lists in one column, as Hugging Face's data sets
 * hold embeddings, or a coordinate a column. Codecs other than Snappy need hyparquet-compressors. `notes` name columns that
 * were left out. In errors, rows and columns are counted from 0.
 * Rejects, naming row and column, for nulls and entries that are no finite numbers, and rows that are longer or shorter
 * than the first; and where a package is missing, the file is damaged or has no such columns. Row groups are read one
 * after the other; one of more than 2^27 numbers is refused, and so is a file of more than 2^24 and 16 times its bytes, or
 * with texts in the encoding DELTA_BYTE_ARRAY.
 */
export async function readParquet(bytes: Uint8Array, options: ParquetOptions = {}): Promise<Table> {
  const { name = "readParquet", ...rest } = checkOptions("readParquet", options, ["name", "column", "labels"]);
  return wholeTable(await readParquetRows(inMemory([bytes]), { name, ...rest }));
}

/** The same from a file that need not be in memory. */
export async function readParquetRows(
  source: ByteSource,
  { name, ...choice }: ParquetOptions & { name: string },
): Promise<LongTable> {
  // Each caught by itself: so a bundler, such as esbuild, goes without what is not installed.
  const without = missing("hyparquet", name);
  const hyparquet = await Promise.all([
    import("hyparquet").catch(without),
    import("hyparquet/src/column.js").catch(without),
    import("hyparquet/src/datapage.js").catch(without),
  ]);
  const [{ parquetMetadataAsync, parquetSchema, parquetRead }, { parquetHeader }, { decompressPage }] = hyparquet;
  const file = { byteLength: source.size, slice: (from: number, to = source.size) => slice(source, from, to) };
  const understood = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((cause: Error) => {
      if (cause.message.startsWith(`${name}: `)) throw cause;
      const lost = cause instanceof RangeError || cause instanceof TypeError; // it has followed a wrong length or offset
      const told = cause.message.replaceAll("undefined", "unknown"); // a code that hyparquet has no name for
      const what = lost ? "a length or an offset in it makes no sense" : told;
      throw new Error(`${name}: is damaged or not Parquet as hyparquet reads it (${what}): get it again`, { cause });
    });
  const metadata = await understood(() => parquetMetadataAsync(file, { geoparquet: false }));
  const schema = await understood(async () => parquetSchema(metadata));
  const columns = chooseColumns(schema, { name, ...choice });
  const trees = columns.labels ? [...columns.coordinates, columns.labels] : columns.coordinates;
  const compressors = await compressorsFor(metadata, trees, name);

  checkPromise(metadata, trees, source.size, name);

  const table = new ParquetRows(name, columns);
  for (const group of metadata.row_groups) {
    const rowEnd = Number(group.num_rows);
    const rows = await understood(async () => {
      const pieces: Piece[] = [];
      for (const tree of trees) {
        const chunk = chunkOf(group, tree.element.name);
        const path = pathTo(tree);
        if (chunk?.path.join(".") !== path.map(({ element }) => element.name).join(".")) {
          throw new Error(`a row group without column ${tree.element.name}`);
        }
        const bytes = new Uint8Array(await slice(source, chunk.start, chunk.start + chunk.size));
        checkPages(bytes, chunk, path, compressors, { parquetHeader, decompressPage });
        pieces.push({ start: chunk.start, bytes });
      }
      let found: unknown[][] = [];
      await parquetRead({
        file: inPieces(source.size, pieces),
        metadata: { ...metadata, row_groups: [group] }, // it goes through all that there are
        columns: trees.map(({ element }) => element.name),
        rowStart: 0,
        rowEnd,
        compressors,
        onComplete: (rows) => {
          found = rows;
        },
      });
      return found;
    });
    if (rows.length !== rowEnd) {
      throw new Error(`${name}: a row group promises ${rowEnd} rows and holds ${rows.length}: it is damaged`);
    }
    for (const row of rows) table.push(row);
  }
  return table.end();
}

/** Rows as hyparquet gives them: a value a column, in the order in which the columns were asked for. */
class ParquetRows {
  readonly #name: string;
  readonly #columns: ParquetColumns;
  readonly #labels: string[] = [];
  #rows: RowBlocks | undefined;

  constructor(name: string, columns: ParquetColumns) {
    this.#name = name;
    this.#columns = columns;
  }

  push(values: readonly unknown[]): void {
    const { coordinates, labels } = this.#columns;
    const listed = coordinates[0].children.length > 0;
    const row = listed ? values[0] : values.slice(0, coordinates.length);
    const where = `${this.#name}: row ${this.#rows?.n ?? 0}`;
    const names = listed ? ` of column "${coordinates[0].element.name}"` : "";
    if (!Array.isArray(row) && !ArrayBuffer.isView(row)) throw new Error(`${where}${names}: is null, a list is needed`);
    const numbers = Array.from(row as ArrayLike<unknown>, (value) =>
      typeof value === "bigint" ? Number(value) : value,
    );
    this.#rows ??= new RowBlocks(numbers.length);
    if (numbers.length !== this.#rows.d || numbers.length === 0) {
      throw new Error(
        `${where}${names}: holds ${numbers.length} numbers, the first row ${this.#rows.d}: rows must be as long`,
      );
    }
    const wrong = numbers.findIndex((value) => typeof value !== "number" || !Number.isFinite(value));
    if (wrong >= 0) {
      const column = listed ? `${wrong}` : `${wrong} "${coordinates[wrong].element.name}"`;
      throw new Error(`${where}, column ${column}: holds ${numbers[wrong] ?? "null"}, a finite number is needed`);
    }
    if (labels) {
      const label = values[coordinates.length];
      if (label === null || label === undefined) throw new Error(`${where}: has no label in "${labels.element.name}"`);
      this.#labels.push(String(label));
    }
    this.#rows.push(numbers as number[]);
  }

  end(): LongTable {
    if (this.#rows === undefined) throw new Error(`${this.#name}: holds no row of numbers: needs one, got none`);
    const { labels, notes } = this.#columns;
    return { rows: this.#rows, ...(labels && { labels: this.#labels }), notes };
  }
}

async function slice(source: ByteSource, from: number, to: number): Promise<ArrayBuffer> {
  if (!(from >= 0 && from <= to && to <= source.size)) throw new Error(`bytes ${from} to ${to} of ${source.size}`);
  return (await source.read(from, to - from)).buffer;
}

/** Bytes of a file, from `start` on. */
interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/**
 * A file of which only pieces are there, zeros between them, for hyparquet to read. It cannot fail: hyparquet lets go of
 * promises, and one that is rejected with nobody to hear it ends the process.
 */
function inPieces(byteLength: number, pieces: readonly Piece[]): AsyncBuffer {
  return {
    byteLength,
    async slice(from, to = byteLength) {
      const out = new Uint8Array(Math.max(0, to - from));
      for (const { start, bytes } of pieces) {
        const part = bytes.subarray(Math.max(0, from - start), Math.max(0, to - start));
        if (part.length > 0) out.set(part, Math.max(0, start - from));
      }
      return out.buffer;
    },
  };
}

/** A top-level column and what is nested in it, down to the values. */
function pathTo(tree: SchemaTree): SchemaTree[] {
  return [tree, ...(tree.children.length > 0 ? pathTo(tree.children[0]) : [])];
}

/** Throws where a small file promises more than it should cost to read. */
function checkPromise(metadata: FileMetaData, trees: readonly SchemaTree[], size: number, name: string): void {
  const values = metadata.row_groups
    .flatMap((group) => trees.map((tree) => chunkOf(group, tree.element.name)?.values ?? 0))
    .reduce((sum, count) => sum + count, 0);
  const most = Math.max(fewValues, size * mostPerByte);
  if (values <= most) return;
  throw new Error(
    `${name}: promises ${values} values in ${size} bytes, beyond the ${most} of so few: write it plainly`,
  );
}

/** hyparquet's own decompressors do for plain and Snappy pages. */
async function compressorsFor(
  metadata: FileMetaData,
  trees: readonly SchemaTree[],
  name: string,
): Promise<Compressors> {
  const codecs = metadata.row_groups.flatMap((group) => trees.map((tree) => chunkOf(group, tree.element.name)?.codec));
  if (codecs.every((codec) => codec === undefined || codec === "UNCOMPRESSED" || codec === "SNAPPY")) return {};
  return (await import("hyparquet-compressors").catch(missing("hyparquet-compressors", name))).compressors;
}

/** What to do where an optional package does not load: throw an error that says how to get it. */
function missing(what: string, name: string): (cause: unknown) => never {
  return (cause) => {
    throw new Error(`${name}: reading this Parquet file needs the package ${what}: npm i ${what}`, { cause });
  };
}
