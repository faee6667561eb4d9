import * as Plot from "@observablehq/plot";
import { dashed, draw, onData } from "./draw.ts";

const bins = Array.from({ length: 41 }, (_, i) => i / 20);

/** How far apart the two views of a test digit lie, over all that is possible on the sphere, the mean marked. */
export function distanceHistogram(title: string, distances: Float64Array): string {
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  const left = mean < 1.4; // room for the text to the right of the line
  return draw(`${title}: histogram of the distance between two views of a test digit`, {
    x: { label: "distance between the two views", domain: [0, 2] },
    y: { label: "pairs", grid: true },
    marks: [
      Plot.rectY(distances, {
        ...Plot.binX({ y: "count" }, {
          x: (distance: number) => distance,
          thresholds: bins,
        } as Plot.BinXInputs<Plot.RectYOptions>),
        fill: "#76b7b2",
        inset: 0.5,
        insetBottom: 0,
      }),
      Plot.ruleY([0]),
      Plot.ruleX([mean], dashed),
      Plot.text([`mean ${mean.toFixed(2)}`], {
        x: mean,
        frameAnchor: "top",
        dx: left ? 6 : -6,
        textAnchor: left ? "start" : "end",
        ...onData,
      }),
    ],
  });
}
