import * as Plot from "@observablehq/plot";
import { colours } from "../../report/colours.ts";
import { dashed, draw, onData } from "../../report/draw.ts";
import { type CirclePart, distanceBins } from "./circle-part.ts";
import { panelStyle } from "./panel-style.ts";

/** The distances of positive pairs as a histogram, their mean marked. */
export function distancePanel(
  { name, distances: { mean, shares } }: CirclePart,
  { width, height, ticks }: { readonly width: number; readonly height: number; readonly ticks: boolean },
): string {
  const { from, to, count } = distanceBins;
  const edge = (i: number): number => from + ((to - from) * i) / count;
  const bars = shares.map((share, i) => ({ from: edge(i), to: edge(i + 1), share })).filter(({ share }) => share > 0);
  return draw(`${name}: distances of positive pairs`, {
    width,
    height,
    marginTop: 6,
    marginRight: 4,
    marginLeft: 28,
    marginBottom: ticks ? 20 : 4,
    style: panelStyle,
    x: { domain: [from, to], ticks: ticks ? [0, 0.5, 1, 1.5, 2] : [], label: null, tickSize: ticks ? 4 : 0 },
    y: { label: null, percent: true, ticks: 3, tickSize: 3, nice: true },
    marks: [
      Plot.rectY(bars, { x1: "from", x2: "to", y: "share", fill: colours.other, inset: 0 }),
      Plot.ruleY([0], { strokeWidth: 0.75 }),
      Plot.ruleX([mean], { ...dashed, strokeWidth: 1.25 }),
      Plot.text([`mean ${mean.toFixed(2)}`], {
        x: mean,
        frameAnchor: "top",
        dx: mean > 1.2 ? -5 : 5,
        dy: 8,
        textAnchor: mean > 1.2 ? "end" : "start",
        fontSize: 12,
        ...onData,
      }),
    ],
  });
}
