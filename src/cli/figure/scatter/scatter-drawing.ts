import * as Plot from "@observablehq/plot";
import { colourRamp, rampOptions } from "../../report/colour-ramp.ts";
import { draw } from "../../report/draw.ts";
import { minus } from "../../report/page.ts";
import { nested, sheet } from "../../report/sheet.ts";
import { sheetLegend } from "../../report/sheet-legend.ts";
import { accuracyRange } from "../accuracy-range.ts";
import type { FigureRecord } from "../record.ts";
import { correlations } from "./correlations.ts";
import { type Family, families, type ScatterPart } from "./scatter-part.ts";

const [margin, width, height] = [14, 400, 350];

const symbols = {
  contrastive: "square",
  "align + uniform": "circle",
  "all three": "triangle",
} as const satisfies Record<Family, string>;

/** Figure 5 of the paper: an encoder a mark, the better the darker. */
export function drawScatter({ parts }: FigureRecord<ScatterPart>): string {
  const [least, most] = accuracyRange(parts.map(({ accuracy }) => accuracy.probe));
  const plot = draw("Alignment and uniformity of encoders, coloured by the accuracy of a linear probe", {
    width,
    height,
    marginLeft: 52,
    marginRight: 8,
    x: { label: "alignment", grid: true, nice: true, zero: true },
    y: { label: "uniformity", grid: true, nice: true },
    color: rampOptions(least, most),
    symbol: { domain: families, range: families.map((family) => symbols[family]) },
    marks: [
      Plot.dot(parts, {
        x: ({ alignment }: ScatterPart) => alignment.value,
        y: ({ uniformity }: ScatterPart) => uniformity.value,
        fill: ({ accuracy }: ScatterPart) => accuracy.probe,
        symbol: "family",
        stroke: "currentColor",
        strokeWidth: 0.8,
        r: 5,
        sort: ({ accuracy }: ScatterPart) => accuracy.probe,
      }),
    ],
  });
  const legend = sheetLegend(
    families.map((family) => ({ name: family, mark: markOf(family) })),
    { x: margin, y: margin, width },
  );
  const drawing = nested(plot, margin, margin + legend.height + 4, width);
  const foot = margin + legend.height + 4 + drawing.height + 14;
  const ramp = colourRamp("linear probe", [least, most], { x: margin + 160, y: foot, width: 170 });
  const { alignment, uniformity, alignmentAtEqualUniformity, uniformityAtEqualAlignment } = correlations(parts);
  const told = [
    `rank correlation with the probe: alignment ${signed(alignment)}, uniformity ${signed(uniformity)};`,
    `at equal values of the other metric: ${signed(alignmentAtEqualUniformity)} and ${signed(uniformityAtEqualAlignment)}`,
  ];
  const notes = told.map((line, i) => `<text x="${margin}" y="${foot + 34 + 16 * i}" font-size="12">${line}</text>`);
  const content = [legend.svg, drawing.svg, ramp, ...notes].join("\n");
  return sheet("Alignment, uniformity and accuracy", width + 2 * margin, foot + 50 + margin, content);
}

function markOf(family: Family): (x: number, y: number) => string {
  const shape = { circle: circle, square: square, triangle: triangle }[symbols[family]];
  return (x, y) => `<g fill="none" stroke="currentColor" stroke-width="1.4">${shape(x, y)}</g>`;
}

const circle = (x: number, y: number): string => `<circle cx="${x}" cy="${y}" r="5"/>`;
const square = (x: number, y: number): string => `<rect x="${x - 4.5}" y="${y - 4.5}" width="9" height="9"/>`;
const triangle = (x: number, y: number): string => `<path d="M${x} ${y - 5.5}l5.2 9.2h-10.4z"/>`;

function signed(r: number): string {
  return Number.isNaN(r) ? "–" : minus(r.toFixed(2));
}
