import { escaped } from "./page.ts";

/** Colours of what is no data: dark on white. */
export const ink = "#1d2126";
export const ground = "#ffffff";

/** An SVG drawing for a page, as `draw` and `disc` make them, as part of a sheet: its upper left corner at (x, y), so wide. */
export function nested(
  svg: string,
  x: number,
  y: number,
  width: number,
): { readonly svg: string; readonly height: number } {
  const [, root, content] = /^<svg([^>]*)>(?:<style>[^<]*<\/style>)?(.*)<\/svg>$/s.exec(svg) ?? ["", "", ""];
  const [, across, down] = /viewBox="0 0 (\d+) (\d+)"/.exec(root) ?? ["", "1", "1"];
  const kept = root.replaceAll(/ (?:width|height|class|style|role|aria-label|font-\w+)="[^"]*"/g, "");
  const height = (width * Number(down)) / Number(across);
  return {
    svg: `<svg x="${x}" y="${y}" width="${width}" height="${height}" overflow="visible"${kept}>${content}</svg>`,
    height,
  };
}

/**
 * The text of an SVG file: no style sheet and no variable of a page is left in `content`. Its letters are Inter where the
 * reader has it, else the sans-serif there is. title: any text.
 */
export function sheet(title: string, wide: number, high: number, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}" viewBox="0 0 ${wide} ${high}" font-family="Inter, Helvetica, Arial, sans-serif" font-size="13" fill="${ink}">
<title>${escaped(title)}</title>
<rect width="${wide}" height="${high}" fill="${ground}"/>
${content.replaceAll("currentColor", ink).replaceAll("var(--ground)", ground)}
</svg>
`;
}
