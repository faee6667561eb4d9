import { leftOut } from "./table.ts";

/** What is done with a column. */
export type Kind = "number" | "label" | "left out";

/** What the columns of a table of text are, by its header and first row. */
export interface CsvColumns {
  readonly kinds: readonly Kind[];
  readonly notes: readonly string[];
}

/** Names in a header that hardly ever are a coordinate's. */
const suspicious = /^(labels?|class(es)?|targets?|id|index|cluster)$/i;

/** Whether a field is a number, finite or not. */
export function isNumber(text: string): boolean {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$|^[+-]?(nan|inf|infinity)$/i.test(text);
}

/**
 * How many numbers from 0 on are in a first line, as pandas writes it above columns without names, else 0; and whether
 * they are enough to take them for names.
 */
export function countedNames(texts: readonly string[]): { count: number; enough: boolean } {
  const numbers = texts.filter(isNumber);
  const count = numbers.every((text, k) => text === String(k)) ? numbers.length : 0;
  // A name, or an empty field above row numbers, is in front. Without one, 0, 1 may as well be a row.
  return { count, enough: count > (isNumber(texts[0]) ? 2 : 1) };
}

/** A column as errors name it. */
export function columnName(names: readonly string[] | undefined, column: number): string {
  return names?.[column] ? `column ${column} ${JSON.stringify(names[column])}` : `column ${column}`;
}

/**
 * Columns by the first row: what starts with a number is a coordinate, unless it holds the labels, or row numbers, which
 * have no name in a header. `place` starts errors: labels that are absent, lists in a field, no column of numbers.
 */
export function coordinateColumns(
  texts: readonly string[],
  names: readonly string[] | undefined,
  labels: string | undefined,
  place: string,
): CsvColumns {
  const label = labels === undefined ? -1 : labelColumn(texts.length, names, labels, place);
  const kinds = texts.map((text, k): Kind => {
    if (k === label) return "label";
    return (isNumber(text) || text === "") && !(k === 0 && names?.[0] === "") ? "number" : "left out";
  });
  const list = texts.findIndex((text, k) => kinds[k] === "left out" && /[[{]\s*["\d.+-]/.test(text));
  if (list >= 0) {
    throw new Error(
      `${place}, ${columnName(names, list)}: holds ${JSON.stringify(texts[list].slice(0, 40))}, a list or an object in a ` +
        "field: give each number a column, or write JSON lines",
    );
  }
  if (!kinds.includes("number")) {
    const shown = JSON.stringify(texts.slice(0, 4).join(", ").slice(0, 80));
    throw new Error(
      `${place}: no column starts with a number, found ${shown}: needs numbers such as -0.5 or 1e-3, with a decimal point, ` +
        "between commas, semicolons, tabs or spaces",
    );
  }
  const named = (kind: Kind): string[] => kinds.flatMap((found, k) => (found === kind ? [names?.[k] || `${k}`] : []));
  const odd = names ? named("number").filter((name) => suspicious.test(name)) : [];
  const taken = odd.map((name) => `took column ${name} for a coordinate, as it holds numbers`);
  return { kinds, notes: [...leftOut("column", named("left out")), ...taken] };
}

/** The column of the labels, whatever the others are. Throws if it is absent. */
export function labelColumn(
  width: number,
  names: readonly string[] | undefined,
  labels: string,
  place: string,
): number {
  const named = names?.indexOf(labels) ?? -1;
  if (named >= 0) return named;
  if (/^\d+$/.test(labels) && Number(labels) < width) return Number(labels);
  const has = names?.slice(0, 20).map((name) => JSON.stringify(name));
  throw new Error(
    `${place}: has no column ${JSON.stringify(labels)} for the labels; it has ${has?.join(", ") ?? "no header"}, ` +
      `columns 0..${width - 1}`,
  );
}
