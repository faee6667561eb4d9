import { rowsByLabel } from "../metrics/rows-by-label.ts";
import { categories, colours } from "./colours.ts";
import type { Group } from "./disc.ts";
import type { Entry } from "./legend.ts";

/** Rows by colour, and what the colours stand for. */
export interface Groups {
  readonly groups: readonly Group[];
  readonly legend: readonly Entry[];
}

/**
 * n rows by their labels: up to ten have a colour each, of more only the nine that occur most, and the rest are grey. Without
 * labels all are of one colour, which needs no legend.
 */
export function groupsOf(n: number, labels?: readonly string[]): Groups {
  if (labels === undefined)
    return { groups: [{ colour: colours.any, rows: Array.from({ length: n }, (_, i) => i) }], legend: [] };
  const rows = rowsByLabel(labels);
  const sorted = [...rows].sort(([, a], [, b]) => b.length - a.length); // stable: else as labels first come
  const named = sorted.length > categories.length ? sorted.slice(0, categories.length - 1) : [...rows];
  const rest = sorted.length > named.length ? sorted.slice(named.length).flatMap(([, those]) => those) : [];
  const groups = named.map(([, those], k) => ({ colour: categories[k], rows: those }));
  const legend = named.map(([name], k) => ({ name: shortened(name), colour: categories[k] }));
  if (rest.length === 0) return { groups, legend };
  return {
    groups: [{ colour: colours.rest, rows: rest }, ...groups],
    legend: [...legend, { name: `${sorted.length - named.length} others`, colour: colours.rest }],
  };
}

/** A label that leaves room for others. */
function shortened(label: string): string {
  const characters = [...label];
  return characters.length > 32 ? `${characters.slice(0, 31).join("")}…` : label || "(empty)";
}
