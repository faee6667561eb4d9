import type { FigureRecord } from "../record.ts";
import type { ScatterPart } from "./scatter.ts";

export function drawScatter(record: FigureRecord<ScatterPart>): string {
  return `<svg xmlns="http://www.w3.org/2000/svg">${record.figure}</svg>`;
}
