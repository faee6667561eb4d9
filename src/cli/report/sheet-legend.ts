import type { Entry } from "./legend.ts";
import { escaped } from "./page.ts";
import { ink } from "./sheet.ts";

/** What a colour, a dashed line or a mark of its own stands for. */
export interface SheetEntry extends Entry {
  /** SVG of a mark around (x, y), at most 16 wide; else a dot of the entry's colour, or a dashed line. */
  readonly mark?: (x: number, y: number) => string;
}

/** Height of a line, about the width of a letter, and what a name needs beside its letters: its mark, and a gap after it. */
const [line, letter, beside] = [20, 6.5, 32];

/** Entries from left to right, in as many lines as they need, from (x, y) down. */
export function sheetLegend(
  entries: readonly SheetEntry[],
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): { readonly svg: string; readonly height: number } {
  let [left, row] = [0, 0];
  const drawings = entries.map((entry) => {
    const wide = beside + letter * entry.name.length;
    if (left > 0 && left + wide > width + beside / 2) [left, row] = [0, row + 1];
    left += wide;
    return drawn(entry, x + left - wide, y + line * (row + 0.5));
  });
  return { svg: drawings.join("\n"), height: entries.length === 0 ? 0 : line * (row + 1) };
}

function drawn({ name, colour, mark }: SheetEntry, x: number, y: number): string {
  const dashes = colour === undefined && mark === undefined;
  const shape = mark
    ? mark(x + 8, y)
    : dashes
      ? `<path d="M${x} ${y}h20" stroke="${ink}" stroke-width="1.5" stroke-dasharray="5 4"/>`
      : `<circle cx="${x + 8}" cy="${y}" r="5" fill="${colour}"/>`;
  return `${shape}<text x="${x + (dashes ? 25 : 18)}" y="${y + 4.5}">${escaped(name)}</text>`;
}
