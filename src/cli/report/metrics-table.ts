import { largestOf, mainUniformity, quantitiesOf } from "../metrics/quantities.ts";
import type { ClassResult, MetricsResult } from "../metrics/result.ts";
import { counted, short, withError } from "../shown.ts";
import { escaped, minus } from "./page.ts";

/** Classes that are listed at most. */
const mostClasses = 50;

/** The numbers of a result as an HTML table, each with what it means. */
export function quantityTable(result: MetricsResult): string {
  const rows = quantitiesOf(result).map(({ name, value, standardError, optimum, gap, better, meaning }) => {
    const direction = better && ` <small>${better} is better</small>`;
    const known = [optimum, gap].map((number) => `<td>${number === undefined ? "" : minus(short(number))}</td>`);
    return `<tr><th scope="row">${name}${direction}</th><td>${plusMinus({ value, standardError })}</td>${known.join("")}<td>${escaped(meaning)}</td></tr>`;
  });
  return `<table>
<thead><tr><th scope="col">of ${counted(result.x.n)} rows</th><th scope="col">value</th><th scope="col">optimum</th><th scope="col">gap</th><th scope="col">what it means</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
<p class="note">± is one standard error: how far the number would typically move with another sample of as many rows.</p>`;
}

/** The largest classes as an HTML table. */
export function classTable(classes: readonly ClassResult[]): string {
  const { shown, left } = largestOf(classes, mostClasses);
  const views = shown.some(({ alignment }) => alignment);
  const rows = shown.map(({ label, n, alignment, uniformity }) => {
    const within = mainUniformity(uniformity);
    const cells = [counted(n), ...(views ? [plusMinus(alignment)] : []), plusMinus(within), minus(short(within?.gap))];
    return `<tr><th scope="row">${escaped(label)}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  const heads = ["class", "rows", ...(views ? ["alignment"] : []), "uniformity", "gap"];
  return `<table class="classes">
<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join("")}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>${left > 0 ? `\n<p class="note">The ${shown.length} classes with most rows; ${counted(left)} more are left out here, and are in the output of <code>--json</code>.</p>` : ""}`;
}

function plusMinus(found: { readonly value: number; readonly standardError?: number } | undefined): string {
  const [value, error] = withError(found?.value, found?.standardError);
  return error === "" ? minus(value) : `${minus(value)} <small>±${error}</small>`;
}
