import { percent, short } from "../shown.ts";
import type { Measured } from "./measure.ts";

/** Rows of measured numbers as lines of text under a head. */
export function measuredTable(head: string, rows: readonly (readonly [name: string, Measured])[]): string {
  const columns = ["alignment", "uniformity", "linear probe", "5-NN"];
  const wide = Math.max(head.length, ...rows.map(([name]) => name.length)) + 2;
  const line = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(wide)}${cells.map((cell) => cell.padStart(14)).join("")}`;
  const lines = rows.map(([name, { alignment, uniformity, accuracy }]) =>
    line(name, [short(alignment.value), short(uniformity.value), percent(accuracy.probe), percent(accuracy.knn)]),
  );
  return `${[line(head, columns), ...lines].join("\n")}\n`;
}
