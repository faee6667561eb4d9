import * as Plot from "@observablehq/plot";
import { draw } from "../../report/draw.ts";
import { nested, sheet } from "../../report/sheet.ts";
import { sheetLegend } from "../../report/sheet-legend.ts";
import type { FigureRecord } from "../record.ts";
import { ratioName, ratios, type SweepPart } from "./sweep-part.ts";

const [margin, width] = [14, 400];
const lines = { probe: "#4e79a7", knn: "#76b7b2", alignment: "#c8442f", potential: "#7a5195" } as const;

/** Figure 7 of the paper: accuracy above, the two metrics below, over the ratio of the weights. */
export function drawSweep({ parts }: FigureRecord<SweepPart>): string {
  const domain = ratios.map(ratioName);
  const x = ({ ratio }: SweepPart): string => ratioName(ratio);
  const curve = (y: (part: SweepPart) => number, stroke: string, symbol: "circle" | "square"): Plot.Markish[] => [
    Plot.line(parts, { x, y, stroke, strokeWidth: 1.75 }),
    Plot.dot(parts, { x, y, fill: stroke, symbol, r: 3.5 }),
  ];
  const accuracy = draw("Accuracy over the ratio of the weights", {
    width,
    height: 180,
    marginTop: 10,
    marginLeft: 34,
    marginRight: 8,
    marginBottom: 8,
    x: { type: "point", domain, axis: null, padding: 0.3 },
    y: { label: null, percent: true, domain: [0, 100], grid: true, ticks: 5 },
    marks: [
      Plot.ruleY([0]),
      ...curve(({ accuracy }) => accuracy.knn, lines.knn, "square"),
      ...curve(({ accuracy }) => accuracy.probe, lines.probe, "circle"),
    ],
  });
  const metrics = draw("Alignment and uniformity over the ratio of the weights", {
    width,
    height: 200,
    marginTop: 10,
    marginLeft: 34,
    marginRight: 8,
    x: { type: "point", domain, label: "weight of alignment : weight of uniformity", padding: 0.3 },
    y: { label: null, grid: true, zero: true, nice: true },
    marks: [
      Plot.ruleY([0]),
      Plot.ruleY([1], { stroke: lines.potential, strokeDasharray: "5 4" }),
      ...curve(({ alignment }) => alignment.value, lines.alignment, "circle"),
      ...curve(({ uniformity }) => Math.exp(uniformity.value), lines.potential, "square"),
    ],
  });
  const above = sheetLegend(
    [
      { name: "linear probe, % right", colour: lines.probe },
      { name: "5 nearest neighbours, % right", mark: square(lines.knn) },
    ],
    { x: margin, y: margin, width },
  );
  const first = nested(accuracy, margin, margin + above.height, width);
  const middle = margin + above.height + first.height + 8;
  const below = sheetLegend(
    [
      { name: "alignment", colour: lines.alignment },
      { name: "exp(uniformity): 1 where all is one point", mark: square(lines.potential) },
    ],
    { x: margin, y: middle, width },
  );
  const second = nested(metrics, margin, middle + below.height, width);
  const high = middle + below.height + second.height + margin - 6;
  const content = [above.svg, first.svg, below.svg, second.svg].join("\n");
  return sheet("The ratio of the losses' weights", width + 2 * margin, high, content);
}

function square(colour: string): (x: number, y: number) => string {
  return (x, y) => `<rect x="${x - 4.5}" y="${y - 4.5}" width="9" height="9" fill="${colour}"/>`;
}
