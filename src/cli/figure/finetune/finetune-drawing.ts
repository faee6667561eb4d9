import type { FigureRecord } from "../record.ts";
import type { FinetunePart } from "./finetune.ts";

export function drawFinetune(record: FigureRecord<FinetunePart>): string {
  return `<svg xmlns="http://www.w3.org/2000/svg">${record.figure}</svg>`;
}
