import type { FigureRecord } from "../record.ts";
import type { CirclePart } from "./circle.ts";

export function drawCircle(record: FigureRecord<CirclePart>): string {
  return `<svg xmlns="http://www.w3.org/2000/svg">${record.figure}</svg>`;
}
