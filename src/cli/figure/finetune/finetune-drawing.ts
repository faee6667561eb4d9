import * as Plot from "@observablehq/plot";
import { colourRamp, rampOptions } from "../../report/colour-ramp.ts";
import { draw } from "../../report/draw.ts";
import { nested, sheet } from "../../report/sheet.ts";
import { percent } from "../../shown.ts";
import { accuracyRange } from "../accuracy-range.ts";
import type { FigureRecord } from "../record.ts";
import type { FinetunePart, Waypoint } from "./finetune-part.ts";

const [margin, left, width, height, gap] = [14, 46, 190, 250, 24];

/** Figure 8 of the paper: where fine-tuning leads, the better the darker. */
export function drawFinetune({ parts }: FigureRecord<FinetunePart>): string {
  const all = parts.flatMap(({ points }) => points);
  const [least, most] = accuracyRange(all.map(({ accuracy }) => accuracy.probe));
  const x = ({ alignment }: Waypoint): number => alignment.value;
  const y = ({ uniformity }: Waypoint): number => uniformity.value;
  const [low, high] = [Math.min(...all.map(y)), Math.max(...all.map(y))];
  const room = 0.06 * (high - low); // for marks at the edges
  const shown = ({ accuracy }: Waypoint): string => percent(accuracy.probe, 1);
  const panels = parts.map(({ name, points }, at) => {
    const first = at === 0;
    const wide = width + (first ? left : 0);
    const svg = draw(`${name}: alignment and uniformity on the way`, {
      width: wide,
      height,
      marginLeft: first ? left : 4,
      marginRight: 4,
      x: { label: "alignment", grid: true, zero: true, domain: [0, 1.08 * Math.max(...all.map(x))], ticks: 4 },
      y: {
        label: first ? "uniformity" : null,
        grid: true,
        domain: [low - room, high + room],
        ticks: 5,
        ...(first ? {} : { tickFormat: () => "", tickSize: 0 }),
      },
      color: rampOptions(least, most),
      marks: [
        Plot.line(points, { x, y, stroke: "currentColor", strokeOpacity: 0.5, strokeWidth: 1.25 }),
        Plot.dot(points, {
          x,
          y,
          fill: ({ accuracy }: Waypoint) => accuracy.probe,
          stroke: "currentColor",
          strokeWidth: 0.8,
          r: 4.5,
        }),
        Plot.dot(points.slice(0, 1), { x, y, r: 9, stroke: "currentColor", strokeWidth: 1.25 }),
      ],
    });
    const begin = margin + (first ? 0 : left + at * (width + gap));
    const middle = begin + (first ? left : 0) + width / 2;
    const ends = `${shown(points[0])} to ${shown(points[points.length - 1])}`;
    const head = `<text x="${middle}" y="${margin + 12}" text-anchor="middle" font-weight="600">${name}</text><text x="${middle}" y="${margin + 29}" text-anchor="middle" font-size="12">linear probe ${ends}</text>`;
    return head + nested(svg, begin, margin + 34, wide).svg;
  });
  const wide = 2 * margin + left + parts.length * (width + gap) - gap;
  const foot = margin + 34 + height + 12;
  const ramp = colourRamp("linear probe", [least, most], { x: wide / 2 - 50, y: foot, width: 200 });
  const start = `<circle cx="${margin + left + 9}" cy="${foot + 6}" r="8" fill="none" stroke="currentColor" stroke-width="1.25"/><text x="${margin + left + 24}" y="${foot + 10.5}">start</text>`;
  return sheet(
    "Fine-tuning with one loss, the other, and both",
    wide,
    foot + 12 + margin,
    [...panels, ramp, start].join("\n"),
  );
}
