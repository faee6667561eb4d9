import { printable } from "../printable.ts";
import { counted, short, withError } from "../shown.ts";
import { binsFrom0, binsOver, meanOf, sharesIn } from "./bins.ts";
import { largestOf, mainUniformity, quantitiesOf } from "./quantities.ts";
import { type ClassResult, type InputResult, type MetricsResult, type Sketch, shownName } from "./result.ts";

/** Classes that are listed at most. */
const mostClasses = 20;

/** Heights of a bar: nothing, and eighths. */
const blocks = " ▁▂▃▄▅▆▇█";

/**
 * The result for a terminal of so many columns, of which it uses at most 80: what was read, the numbers, histograms of the
 * sample, classes, and what the numbers say. Plain text of whole lines.
 */
export function metricsTable(result: MetricsResult, sketch: Sketch | undefined, columns: number): string {
  const width = Math.max(40, Math.min(80, columns || 80));
  const parts = [
    inputs(result),
    numbers(result),
    ...(sketch ? [histograms(result, sketch, width)] : []),
    ...(result.classes?.length ? [classTable(result.classes)] : []),
    ...(result.remarks.length > 0 ? [result.remarks.flatMap((remark) => wrapped(printable(remark), width))] : []),
  ];
  return `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function inputs({ x, y, normalize }: MetricsResult): string[] {
  const line = (input: InputResult): string =>
    `${printable(shownName(input))}: ${counted(input.n)} x ${counted(input.d)} (${input.format})`;
  const scaled = normalize ? "rows scaled to length 1" : "rows as they are";
  return [`${line(x)}, ${scaled}`, ...(y ? [`${line(y)}, row by row the positive of the first`] : [])];
}

function numbers(result: MetricsResult): string[] {
  const rows = quantitiesOf(result).map(({ name, value, standardError, optimum, gap, better }) => {
    const cell = (number: number | undefined): string => (number === undefined ? "" : short(number));
    const [mean, error] = withError(value, standardError);
    return [name, mean, error, cell(optimum), cell(gap), better && `${better} is better`];
  });
  return aligned([["", "value", "±", "optimum", "gap", ""], ...rows], [0, 5]);
}

function histograms({ normalize }: MetricsResult, { distances, positives, norms }: Sketch, width: number): string[] {
  const apart = normalize ? { from: 0, to: 2 } : binsFrom0([distances, ...(positives ? [positives] : [])], 1);
  const rows = [
    ...(positives ? [{ name: "positive pairs", values: positives, ...apart }] : []),
    { name: "random pairs", values: distances, ...apart },
    { name: "lengths", values: norms, ...binsOver(norms, 1) },
  ].map((row) => ({ ...row, ends: [rough(row.from), rough(row.to), rough(meanOf(row.values))] }));
  const widest = (column: number): number => Math.max(4, ...rows.map(({ ends }) => ends[column].length));
  const count = Math.max(8, Math.min(40, width - 24 - widest(0) - widest(1) - widest(2))); // 24: the names and what is between
  const lines = rows.map(({ name, values, from, to, ends }) => {
    const [least, most, mean] = ends;
    return [name, least, `|${bar(sharesIn({ from, to, count }, values))}|`, most, mean];
  });
  return aligned([["", "from", "", "to", "mean"], ...lines], [0, 3]);
}

/** A histogram in one line: a block for each bin, as high as its share of the fullest. */
function bar(shares: Float64Array): string {
  const highest = shares.reduce((a, b) => Math.max(a, b), 0);
  return Array.from(shares, (share) => blocks[share && Math.max(1, Math.round((8 * share) / highest))]).join("");
}

/** At most four digits. */
function rough(value: number): string {
  return Number.isNaN(value) ? "–" : String(Number(value.toPrecision(4)));
}

function classTable(classes: readonly ClassResult[]): string[] {
  const { shown, left } = largestOf(classes, mostClasses);
  const views = shown.some(({ alignment }) => alignment);
  const t = shown.flatMap(({ uniformity }) => mainUniformity(uniformity)?.t ?? [])[0];
  const rows = shown.map(({ label, n, alignment, uniformity }) => {
    const within = mainUniformity(uniformity);
    const pair = (found: { value: number; standardError: number } | undefined): string[] => {
      const [mean, error] = withError(found?.value, found?.standardError);
      return [mean, error && `±${error}`];
    };
    const name = [...printable(label)];
    const cut = name.length > 24 ? `${name.slice(0, 23).join("")}…` : name.join("");
    return [cut, String(n), ...(views ? pair(alignment) : []), ...pair(within)];
  });
  const head = [
    "class",
    "n",
    ...(views ? ["alignment", ""] : []),
    `uniformity${t === undefined ? "" : ` (t = ${t})`}`,
    "",
  ];
  return [...aligned([head, ...rows], [0]), ...(left > 0 ? [`... and ${counted(left)} more`] : [])];
}

/** Columns as wide as their widest cell; those of `left` begin at their left, the others end at their right. */
function aligned(rows: readonly (readonly string[])[], left: readonly number[]): string[] {
  const widths = rows[0].map((_, c) => rows.reduce((wide, row) => Math.max(wide, [...row[c]].length), 0));
  const padded = (cell: string, c: number): string => {
    const room = " ".repeat(widths[c] - [...cell].length);
    return left.includes(c) ? cell + room : room + cell;
  };
  return rows.map((row) => row.map(padded).join("  ").trimEnd());
}

/** Words in lines of at most `width` letters, behind a mark. */
function wrapped(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const last = lines[lines.length - 1];
    if (last !== "" && last.length + word.length + 3 > width) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines.map((line, i) => `${i === 0 ? "*" : " "} ${line}`);
}
