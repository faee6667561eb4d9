import { chunksOf, gathered } from "../formats/byte-source.ts";
import { CsvParser } from "../formats/csv.ts";
import { jsonLabel } from "../formats/json-value.ts";
import { LineEnd, Records } from "../formats/records.ts";
import { checkOptions, isRecord } from "../options.ts";
import { chosenArray, npzArrays } from "./array-files.ts";
import { npyLabels } from "./array-labels.ts";
import { formatOf } from "./embeddings-format.ts";
import { type FileSource, openFileSource, type Stdin } from "./file-source.ts";

/** Which labels of a file are meant, and where standard input comes from. */
export interface LabelsOptions {
  /** A column of CSV or TSV by name or number, an array in an `.npz` file, or a field of JSON lines. */
  key?: string;
  /** What `-` reads. */
  stdin?: Stdin;
}

/**
 * The labels in a file, one a row, as texts: an `.npy` file of integers or text, or one in an `.npz` file; a JSON array of
 * texts or numbers, or lines of JSON objects with `key`; a column of CSV or TSV, by `key`; else text, each line a label.
 * Rejects, naming the file, for what is none of these, for empty labels, and arrays that are not of one dimension.
 */
export async function readLabels(path: string, options: LabelsOptions = {}): Promise<readonly string[]> {
  const { key, stdin } = checkOptions("readLabels", options, ["key", "stdin"]);
  const source = await openFileSource(path, stdin);
  try {
    const format = await formatOf(source, source.name);
    if (format === "npy") return await npyLabels(source, source.name);
    if (format === "npz") {
      return await chosenArray(await npzArrays(source, source.name, [key]), 1, key, source.name).labels();
    }
    if (format === "parquet" || format === "safetensors") {
      throw new Error(`${source.name}: labels are read from npy, npz, JSON, CSV, TSV and text, not from ${format}`);
    }
    if (key !== undefined && (format === "csv" || format === "tsv")) return await column(source, key);
    return await textLabels(source, key);
  } finally {
    await source.close();
  }
}

async function column(source: FileSource, key: string): Promise<readonly string[]> {
  const parser = new CsvParser(
    { name: source.name, labels: key, ...(!/^\d+$/.test(key) && { header: true }) },
    { labelsAlone: true },
  );
  for await (const piece of chunksOf(source)) parser.push(piece);
  return parser.end().labels ?? [];
}

/** Labels in lines, or in one JSON array. */
async function textLabels(source: FileSource, key: string | undefined): Promise<string[]> {
  const head = new TextDecoder().decode(await source.read(0, Math.min(source.size, 100)));
  if (/^\s*\[/.test(head)) return jsonLabels(source);
  if (key === undefined && /^\s*\{/.test(head)) {
    throw new Error(`${source.name}: holds JSON objects: name the field of each that is its label`);
  }
  const labels: string[] = [];
  const records = new Records(source.name, new LineEnd(), (bytes, from, to) => {
    const text = new TextDecoder().decode(bytes.subarray(from, to)).trim(); // which drops UTF-8's mark too
    const row = labels.length;
    labels.push(
      key === undefined || text === "" ? lineLabel(text, source.name, row) : fieldLabel(text, key, source.name, row),
    );
  });
  for await (const piece of chunksOf(source)) records.push(piece);
  records.push(Uint8Array.of(10)); // nothing may end the last line
  const odd = labels.findIndex((label) => label.includes("\r"));
  if (odd >= 0) {
    throw new Error(`${source.name}: line ${odd + 1} holds a carriage return: end lines with a newline`);
  }
  while (labels.at(-1) === "") labels.pop(); // empty lines at the end
  const empty = labels.indexOf("");
  if (empty >= 0)
    throw new Error(`${source.name}: line ${empty + 1} is empty, a label a line is needed: fill it or remove it`);
  return labels;
}

function lineLabel(line: string, name: string, row: number): string {
  if (line.includes("\t")) {
    throw new Error(`${name}: line ${row + 1} has several columns: name the one that holds the labels`);
  }
  return /^".*"$/.test(line) ? line.slice(1, -1).replaceAll('""', '"') : line;
}

function fieldLabel(line: string, key: string, name: string, row: number): string {
  const value = parsed(line, `${name}: line ${row + 1}`);
  return jsonLabel(
    isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined,
    `${name}: line ${row + 1}, field "${key}"`,
  );
}

async function jsonLabels(source: FileSource): Promise<string[]> {
  const most = 2 ** 28; // strings end at 512 MB
  if (source.size > most)
    throw new Error(`${source.name}: JSON labels of more than ${most} bytes: write a label a line`);
  const value = parsed(new TextDecoder().decode(await gathered(chunksOf(source))), source.name);
  if (!Array.isArray(value)) throw new Error(`${source.name}: needs a JSON array of labels, got something else`);
  return value.map((entry, row) => jsonLabel(entry, `${source.name}: row ${row}`));
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${where}: is not JSON (${(cause as Error).message.slice(0, 200)}): correct it`, { cause });
  }
}
