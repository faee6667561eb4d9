import * as Plot from "@observablehq/plot";
import { draw } from "../../report/draw.ts";
import { type Grid, gaussianKde } from "./gaussian-kde.ts";
import { panelStyle } from "./panel-style.ts";
import { vonMisesFisherKde } from "./von-mises-fisher-kde.ts";

/** Shares of its peak at which a density changes colour: a dozen shapes at most, whatever it looks like. */
const levels: readonly number[] = [0.06, 0.18, 0.3, 0.42, 0.54, 0.66, 0.78, 0.9];

/** From where there is little to where there is most (the single hue lets printers and colour-blind readers follow). */
export const densityColours = { low: "#d3e0ee", high: "#0b2a52" } as const;

/** The part of the plane that is seen: the circle, and around it what kernels of that width add to the lowest level. */
function gridFor(bandwidth: number): Grid {
  return { reach: 1 + 2.5 * bandwidth, cells: 56 };
}

const flush = { marginTop: 0, marginRight: 0, marginBottom: 0, marginLeft: 0 } as const;

/** Points of a curve around the circle. */
const steps = 180;

/** The density in the plane of points at these angles, n >= 1, over the circle they lie on. A square, `size` wide. */
export function ringPanel(label: string, angles: Float64Array, bandwidth: number, size: number): string {
  const points = Float64Array.from({ length: 2 * angles.length }, (_, i) =>
    i % 2 === 0 ? Math.cos(angles[i >> 1]) : Math.sin(angles[i >> 1]),
  );
  const grid = gridFor(bandwidth);
  const density = gaussianKde(points, bandwidth, grid);
  const peak = density.reduce((a, b) => Math.max(a, b), 0);
  const { reach, cells } = grid;
  const domain = [-reach, reach];
  const svg = draw(label, {
    width: size,
    height: size,
    ...flush,
    x: { domain, axis: null },
    y: { domain, axis: null },
    color: { domain: [levels[0] * peak, peak], range: [densityColours.low, densityColours.high] },
    marks: [
      Plot.contour(Array.from(density), {
        width: cells,
        height: cells,
        x1: -reach,
        y1: -reach,
        x2: reach,
        y2: reach,
        fill: (d: number) => d,
        thresholds: levels.map((level) => level * peak),
      }),
      Plot.dot([[0, 0]], { r: size / 2 / reach, stroke: "currentColor", strokeOpacity: 0.45, strokeWidth: 0.75 }),
    ],
  });
  return rounded(svg);
}

/** The density over the angle, −180° to 180°, filled; dashed is that of evenly spread points. */
export function anglePanel(
  label: string,
  angles: Float64Array,
  kappa: number,
  { width, height, ticks }: { readonly width: number; readonly height: number; readonly ticks: boolean },
): string {
  const density = vonMisesFisherKde(angles, kappa);
  const curve = Array.from({ length: steps + 1 }, (_, i) => {
    const angle = -Math.PI + (2 * Math.PI * i) / steps;
    return { angle, density: density(angle) };
  });
  const svg = draw(label, {
    width,
    height,
    ...flush,
    marginTop: 2,
    marginBottom: ticks ? 18 : 2,
    style: panelStyle,
    x: { domain: [-Math.PI, Math.PI], axis: null },
    y: { axis: null, domain: [0, curve.reduce((most, { density }) => Math.max(most, density), 0.5 / Math.PI)] },
    marks: [
      Plot.areaY(curve, { x: "angle", y: "density", fill: "#4e79a7", fillOpacity: 0.35 }),
      Plot.lineY(curve, { x: "angle", y: "density", stroke: "#2f5a8a", strokeWidth: 1.25 }),
      Plot.ruleY([0], { strokeWidth: 0.75 }),
      Plot.ruleY([0.5 / Math.PI], { strokeDasharray: "3 3", strokeWidth: 0.9, stroke: "currentColor" }),
      ...(ticks
        ? [
            Plot.axisX([-Math.PI / 2, Math.PI / 2], {
              tickFormat: (x: number) => `${x < 0 ? "−" : ""}${Math.abs((180 * x) / Math.PI)}°`,
              tickSize: 3,
              tickPadding: 2,
              label: null,
            }),
          ]
        : []),
    ],
  });
  return rounded(svg);
}

/** The same with tenths of a pixel: a contour is a thousand numbers long. */
export function rounded(svg: string): string {
  return svg.replaceAll(/ d="[^"]*"/g, (path) =>
    path.replaceAll(/\d+\.\d+/g, (n) => String(Number(Number(n).toFixed(1)))),
  );
}
