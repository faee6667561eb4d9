import { type ByteSource, chunksOf } from "../formats/byte-source.ts";
import { CsvParser } from "../formats/csv.ts";
import { JsonParser } from "../formats/jsonl.ts";
import { npyElements } from "../formats/npy-elements.ts";
import { readParquetRows } from "../formats/parquet.ts";
import { readStoredRows } from "../formats/stored-array.ts";
import type { LongTable, TableParser } from "../formats/table.ts";
import type { RowSource } from "../metrics/row-source.ts";
import { checkOptions } from "../options.ts";
import { type Shape, show } from "../shape.ts";
import { chosenArray, type NamedArray, npzArrays, safetensorsArrays } from "./array-files.ts";
import { formatOf } from "./embeddings-format.ts";
import { type EmbeddingsFormat, embeddingsFormats } from "./embeddings-formats.ts";
import { type FileSource, openFileSource, type Stdin } from "./file-source.ts";
import { type FoundArray, npyArray } from "./found-array.ts";

/** How a file of embeddings is to be read, as far as that is not to be found out. */
export interface EmbeddingsOptions {
  /** Found by how the file starts unless given; `f32` and `f64`, bare little-endian numbers, need be told. */
  format?: EmbeddingsFormat;
  /** Which array of `.npz` and safetensors, column of Parquet, or field of JSON lines holds the rows. */
  key?: string;
  /** Numbers in a row of bare numbers. */
  dim?: number;
  /** The column, field or array that holds a label for each row. */
  labels?: string;
  /** What `-` reads. */
  stdin?: Stdin;
}

/** Rows of a file. Reading rejects if the file was changed since it was opened. */
export interface Embeddings extends RowSource {
  /** One of `embeddingsFormats`, with `.gz` behind it if it was compressed. */
  readonly format: string;
  /** What was left out of the file, and what was taken for granted: sentences. */
  readonly notes: readonly string[];
  /** Of each row, if they were asked for. */
  readonly labels?: readonly string[];
  /** Gives the file back. */
  close(): Promise<void>;
}

/** Longest row: what is longer is an array that lies on its side, and no metric has room for it. */
const longestRow = 2 ** 23;

/**
 * Opens embeddings, one a row: `.npy`, `.npz`, safetensors, Parquet, JSON lines or one JSON array, CSV, TSV or numbers between
 * spaces, or bare numbers; each also compressed with gzip, and `-` from standard input. Arrays are read where they lie in
 * the file, if that is not compressed; text, Parquet and all that is compressed is held in memory.
 * Rejects, naming the file, for what is none of these, is damaged or of another length than it says, for arrays that are
 * not [n, d], and where several may be meant.
 */
export async function openEmbeddings(path: string, options: EmbeddingsOptions = {}): Promise<Embeddings> {
  checkOptions("openEmbeddings", options, ["format", "key", "dim", "labels", "stdin"]);
  if (options.format !== undefined && !embeddingsFormats.includes(options.format)) {
    throw new Error(`openEmbeddings: unknown format "${options.format}": it takes ${embeddingsFormats.join(", ")}`);
  }
  const source = await openFileSource(path, options.stdin);
  try {
    const format = options.format ?? (await formatOf(source, source.name));
    if (options.dim !== undefined && format !== "f32" && format !== "f64") {
      throw new Error(
        `${source.name}: dim is for bare numbers, f32 and f64; rows of ${format} have the length they have`,
      );
    }
    const shown = source.gzip ? `${format}.gz` : format;
    const table = await tableOf(source, format, options);
    if (table === undefined) return { ...(await arrayRows(source, format, options)), format: shown };
    await source.close();
    const { rows, labels, notes } = table;
    const read: RowSource["read"] = async (start, count, out) => rows.read(start, count, out);
    const { n, d } = rows;
    checkRows([n, d], source.name);
    return { name: source.name, n, d, read, format: shown, notes, ...(labels && { labels }), close: async () => {} };
  } catch (error) {
    await source.close();
    throw error;
  }
}

function checkRows(shape: Shape, name: string): void {
  const [n, d] = shape;
  if (n > 0 && d > 0 && d <= longestRow) return;
  throw new Error(`${name}: needs rows of 1..${longestRow} numbers, and at least one, got ${show(shape)}`);
}

/** What text and Parquet hold, in memory; undefined for formats of arrays. */
async function tableOf(
  source: FileSource,
  format: EmbeddingsFormat,
  options: EmbeddingsOptions,
): Promise<LongTable | undefined> {
  const { key, labels } = options;
  const { name } = source;
  const given = { name, ...(labels !== undefined && { labels }) };
  switch (format) {
    case "parquet":
      return readParquetRows(source, { ...given, ...(key !== undefined && { column: key }) });
    case "json":
    case "jsonl":
      return parsed(
        source,
        new JsonParser({ ...given, ...(key !== undefined && { field: key }), document: format === "json" }),
      );
    case "csv":
    case "tsv":
      if (key !== undefined)
        throw new Error(`${name}: rows of ${format} are all its columns of numbers, so there is no "${key}"`);
      return parsed(source, new CsvParser({ ...given, ...(format === "tsv" && { delimiter: "\t" }) }));
    default:
      return undefined;
  }
}

async function parsed(source: ByteSource, parser: TableParser): Promise<LongTable> {
  for await (const piece of chunksOf(source)) parser.push(piece);
  return parser.end();
}

/** Rows of an array, read where they lie. */
async function arrayRows(
  file: FileSource,
  format: EmbeddingsFormat,
  { key, dim, labels }: EmbeddingsOptions,
): Promise<Omit<Embeddings, "format">> {
  const arrays = await arraysOf(file, format, labels === undefined ? [key] : [key, labels]);
  if (arrays === undefined && (key ?? labels) !== undefined) {
    throw new Error(`${file.name}: ${format} holds one array without a name, so there is no "${key ?? labels}"`);
  }
  const found = arrays
    ? await chosenArray(arrays, 2, key, file.name).find()
    : format === "npy"
      ? await npyArray(file, file.name)
      : bareArray(file, format, dim);
  const { name, source, array } = found;
  const [n, d] = array.shape;
  if (array.shape.length !== 2) {
    throw new Error(
      `${name}: needs an array [n, d], one row a sample, got ${show(array.shape)}: save x.reshape(len(x), -1)`,
    );
  }
  checkRows(array.shape, name);
  return {
    name,
    n,
    d,
    notes: [],
    ...(arrays && labels !== undefined && { labels: await namedLabels(arrays, labels, n, file.name) }),
    read: (start, count, out) => readStoredRows(source, array, start, count, out),
    close: () => file.close(),
  };
}

/** The arrays of formats that hold several. */
async function arraysOf(
  file: FileSource,
  format: EmbeddingsFormat,
  keys: readonly (string | undefined)[],
): Promise<NamedArray[] | undefined> {
  if (format === "npz") return npzArrays(file, file.name, keys);
  return format === "safetensors" ? safetensorsArrays(file, file.name) : undefined;
}

async function namedLabels(arrays: readonly NamedArray[], key: string, n: number, name: string): Promise<string[]> {
  const labels = await chosenArray(arrays, 1, key, name).labels();
  if (labels.length === n) return labels;
  throw new Error(`${name}: "${key}" holds ${labels.length} labels for ${n} rows: needs as many`);
}

function bareArray(source: FileSource, format: EmbeddingsFormat, dim: number | undefined): FoundArray {
  const { name, size } = source;
  if (dim === undefined || !Number.isSafeInteger(dim) || dim < 1) {
    throw new Error(`${name}: bare numbers need dim (--dim), how many make a row, a whole number >= 1, got ${dim}`);
  }
  const type = npyElements(format === "f32" ? "<f4" : "<f8", name);
  const row = dim * type.bytes;
  if (size % row !== 0) {
    throw new Error(
      `${name}: ${size} bytes are no whole number of rows of ${dim} ${format}, ${row} bytes each: wrong dim, or truncated`,
    );
  }
  return { name, source, array: { shape: [size / row, dim], type, fortranOrder: false, start: 0 } };
}
