import type { Cell } from "./measure.ts";

/** A line of the table: a work, and what the cpu device and the others took for it. */
export interface Row {
  readonly work: string;
  readonly cells: readonly [first: Cell, ...others: Cell[]];
}

/** A Markdown table of milliseconds, with, for each column after the first, how many times as long the first took. */
export function table(columns: readonly [string, ...string[]], rows: readonly Row[]): string {
  const [first, ...others] = columns;
  const heads = ["work", `${first}, ms`, ...others.flatMap((name) => [`${name}, ms`, `${first} / ${name}`])];
  const lines = rows.map(({ work, cells: [base, ...rest] }) => [
    work,
    written(base),
    ...rest.flatMap((cell) => [written(cell), ratio(base, cell)]),
  ]);
  return grid(heads, lines);
}

/** A Markdown table: text on the left, all else flush right. */
export function grid(heads: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = heads.map((_, i) => (i === 0 ? "---" : "--:"));
  return [heads, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A cell as it stands in the table: milliseconds to three digits, a tenth, or two digits; an error by its first line. */
export function written(cell: Cell): string {
  if (typeof cell === "number")
    return cell < 1 ? String(Number(cell.toPrecision(2))) : cell.toFixed(cell < 100 ? 1 : 0);
  return cell.split("\n")[0].replaceAll("|", "\\|");
}

/** How many times as long the first took; nothing where one has no time. */
export function ratio(base: Cell, cell: Cell): string {
  if (typeof base !== "number" || typeof cell !== "number") return "";
  return String(Number((base / cell).toPrecision(2)));
}

/** `text` with `body` between the two comments of that name. Throws where they are not there. */
export function placed(text: string, name: string, body: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`needs a line "${begin}" and, after it, one "${end}"`);
  return `${text.slice(0, from + begin.length)}\n${body}\n${text.slice(to)}`;
}
