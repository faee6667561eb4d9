import type { Entry } from "./legend.ts";
import { escaped } from "./page.ts";

const [ink, ground] = ["#1d2126", "#ffffff"];
const [width, margin] = [400, 16];
/** Height of a line of the legend, and about the width of a letter in it. */
const [line, letter] = [20, 6.5];

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
  const entries = placed(legend);
  const top = margin + 34 + line * (1 + (entries.at(-1)?.row ?? -1));
  const [, root, content] = /^<svg([^>]*)>(?:<style>[^<]*<\/style>)?(.*)<\/svg>$/s.exec(svg) ?? ["", "", ""];
  const [, across, down] = /viewBox="0 0 (\d+) (\d+)"/.exec(root) ?? ["", "1", "1"];
  const kept = root.replaceAll(/ (?:width|height|class|style|role|aria-label|font-\w+)="[^"]*"/g, "");
  const height = (width * Number(down)) / Number(across);
  const body = `<svg x="${margin}" y="${top}" width="${width}" height="${height}" overflow="visible"${kept}>${content}</svg>`;
  const [wide, high] = [width + 2 * margin, top + height + margin];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}" viewBox="0 0 ${wide} ${high}" font-family="Inter, Helvetica, Arial, sans-serif" font-size="13" fill="${ink}">
<title>${escaped(title)}</title>
<rect width="${wide}" height="${high}" fill="${ground}"/>
<text x="${margin}" y="${margin + 12}" font-size="15" font-weight="600">${escaped(title)}</text>
${entries.map(drawn).join("\n")}
${body.replaceAll("currentColor", ink).replaceAll("var(--ground)", ground)}
</svg>
`;
}

interface Placed extends Entry {
  readonly x: number;
  readonly row: number;
}

/** Entries from left to right, in as many rows as they need. */
function placed(legend: readonly Entry[]): Placed[] {
  let [x, row] = [0, 0];
  return legend.map((entry) => {
    const wide = 32 + letter * entry.name.length;
    if (x > 0 && x + wide > width + margin) [x, row] = [0, row + 1];
    x += wide;
    return { ...entry, x: margin + x - wide, row };
  });
}

function drawn({ name, colour, x, row }: Placed): string {
  const y = margin + 34 + line * row;
  const mark =
    colour === undefined
      ? `<path d="M${x} ${y}h20" stroke="${ink}" stroke-width="1.5" stroke-dasharray="5 4"/>`
      : `<circle cx="${x + 8}" cy="${y}" r="5" fill="${colour}"/>`;
  return `${mark}<text x="${x + (colour === undefined ? 25 : 18)}" y="${y + 4.5}">${escaped(name)}</text>`;
}
