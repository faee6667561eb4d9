import type { Entry } from "./legend.ts";
import { escaped } from "./page.ts";
import { nested, sheet } from "./sheet.ts";
import { sheetLegend } from "./sheet-legend.ts";

const [width, margin] = [400, 16];

export interface StandaloneInput {
  readonly title: string;
  readonly legend: readonly Entry[];
  /** An SVG drawing for a page, as `draw` and `disc` make them. */
  readonly svg: string;
}

/**
 * A figure as the text of an SVG file: title and legend in the picture, dark on white, no style sheet and no variable of a
 * page. Its letters are Inter where the reader has it, else the sans-serif there is.
 */
export function standalone({ title, legend, svg }: StandaloneInput): string {
  const named = sheetLegend(legend, { x: margin, y: margin + 24, width });
  const top = margin + 34 + named.height;
  const drawing = nested(svg, margin, top, width);
  const head = `<text x="${margin}" y="${margin + 12}" font-size="15" font-weight="600">${escaped(title)}</text>`;
  const content = [head, named.svg, drawing.svg].join("\n");
  return sheet(title, width + 2 * margin, top + drawing.height + margin, content);
}
