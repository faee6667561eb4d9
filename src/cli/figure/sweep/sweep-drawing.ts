import type { FigureRecord } from "../record.ts";
import type { SweepPart } from "./sweep.ts";

export function drawSweep(record: FigureRecord<SweepPart>): string {
  return `<svg xmlns="http://www.w3.org/2000/svg">${record.figure}</svg>`;
}
