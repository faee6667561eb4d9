import type { FileMetaData, SchemaTree } from "hyparquet";
import { leftOut } from "./table.ts";

/** Which column or columns are the rows, and which one the labels. */
export interface ParquetChoice {
  /** Names errors give the file. */
  readonly name: string;
  /** The column of lists that are the rows. */
  readonly column?: string;
  /** The column of labels. */
  readonly labels?: string;
}

/** What of a Parquet file is read. */
export interface ParquetColumns {
  /** Of one column each row is the list in it; several hold a coordinate each. */
  readonly coordinates: readonly SchemaTree[];
  readonly labels: SchemaTree | undefined;
  readonly notes: readonly string[];
}

/** What a column is by its schema. */
type Kind = "list" | "float" | "integer" | "other";

/**
 * The columns of the rows: the one that is named; else the only one of lists of numbers; else all of floats; else all of
 * integers. Throws, naming the columns there are, where that is none, or two of lists.
 */
export function chooseColumns(schema: SchemaTree, { name, column, labels }: ParquetChoice): ParquetColumns {
  const all = schema.children.map((tree) => ({ tree, name: tree.element.name ?? "", kind: kindOf(tree) }));
  const has = `it has ${all
    .slice(0, 20)
    .map((c) => `"${c.name}" (${c.kind === "other" ? "no numbers" : c.kind})`)
    .join(", ")}`;
  const find = (wanted: string, what: string): (typeof all)[number] => {
    const found = all.find((c) => c.name === wanted);
    if (found === undefined) throw new Error(`${name}: has no column "${wanted}" for ${what}; ${has}`);
    return found;
  };
  const label = labels === undefined ? undefined : find(labels, "the labels");
  if (label !== undefined && label.tree.children.length > 0) {
    throw new Error(`${name}: column "${label.name}" holds several values a row, labels need one; ${has}`);
  }
  const rest = all.filter((c) => c !== label);
  const of = (kind: Kind): typeof all => rest.filter((c) => c.kind === kind);
  let chosen = column === undefined ? of("list") : [find(column, "the rows")];
  if (chosen.length > 1) throw new Error(`${name}: two columns or more hold lists of numbers: name one; ${has}`);
  if (chosen.length === 0) chosen = of("float");
  // Beside something nested, which may have been meant, integers are numbers or classes of the rows.
  if (chosen.length === 0 && rest.every((c) => c.tree.children.length === 0)) chosen = of("integer");
  if (chosen.length === 0 || chosen[0].kind === "other") {
    throw new Error(`${name}: needs a column of lists of numbers or columns of numbers; ${has}`);
  }
  const others = rest.filter((c) => !chosen.includes(c)).map((c) => c.name);
  return { coordinates: chosen.map((c) => c.tree), labels: label?.tree, notes: leftOut("column", others) };
}

function kindOf(tree: SchemaTree): Kind {
  const { type, logical_type: logical, converted_type: converted } = tree.element;
  if (tree.children.length > 0) {
    const inner = tree.children.length === 1 ? tree.children[0] : undefined;
    const item = inner?.children.length === 1 ? inner.children[0] : undefined;
    const list = converted === "LIST" || logical?.type === "LIST";
    return list && item && item.children.length === 0 && kindOf(item) !== "other" ? "list" : "other";
  }
  if (tree.element.repetition_type === "REPEATED") return "other";
  if (type === "FLOAT" || type === "DOUBLE" || logical?.type === "FLOAT16") return "float";
  const plain = converted === undefined || /^U?INT_/.test(converted);
  return (type === "INT32" || type === "INT64") && plain && (!logical || logical.type === "INTEGER")
    ? "integer"
    : "other";
}

/** Where the bytes of a top-level column lie in each row group, and how they are packed. */
export function chunkOf(group: FileMetaData["row_groups"][number], column: string): ColumnChunk | undefined {
  const found = group.columns.find(({ meta_data: meta }) => meta?.path_in_schema[0] === column)?.meta_data;
  if (found === undefined) return undefined;
  const { dictionary_page_offset: dictionary, data_page_offset: data } = found;
  const start = Number(dictionary || data);
  const { codec, num_values: values, total_compressed_size: size, path_in_schema: path } = found;
  return { start, size: Number(size), values: Number(values), codec, path };
}

/** A column's part of a row group. */
export interface ColumnChunk {
  readonly start: number;
  readonly size: number;
  /** Entries of all its pages together. */
  readonly values: number;
  readonly codec: NonNullable<FileMetaData["row_groups"][number]["columns"][number]["meta_data"]>["codec"];
  readonly path: readonly string[];
}
