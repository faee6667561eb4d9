import { uniformityOptimum } from "../../../metrics/uniformity-optimum.ts";
import { nested, sheet } from "../../report/sheet.ts";
import { percent } from "../../shown.ts";
import type { DrawingOptions } from "../kind.ts";
import { classesOf } from "../pictures.ts";
import type { FigureRecord } from "../record.ts";
import { concentrationFor, scottBandwidth } from "./bandwidth.ts";
import type { CirclePart } from "./circle-part.ts";
import { distancePanel } from "./distance-panel.ts";
import { anglePanel, ringPanel } from "./ring.ts";

const margin = 14;
/** Widths of the three kinds of panels, and the gap between them. */
const [distances, all, one, gap] = [196, 116, 84, 14];
/** Heights of the columns' heads, a row's title, the curve under a ring, and the axis under the last row. */
const [head, title, curve, axis] = [40, 30, 40, 18];
const rowHeight = title + all + curve + 12;
const foot = 30;

/** Figures 3 and 4 of the paper: a row for each encoder. */
export function drawCircle({ parts, pictures }: FigureRecord<CirclePart>, { classes }: DrawingOptions): string {
  const names = classesOf(pictures.name);
  const first = { x: margin, width: distances, name: "Alignment", about: "distance of two views, % of pairs" };
  const second = { x: first.x + distances + gap, width: all, name: "Uniformity", about: "one view of each" };
  const single = classes.map((label, k) => {
    const x = second.x + all + 2 * gap + k * (one + gap / 2);
    return { x, width: one, name: names[label], about: "alone", label };
  });
  const end = Math.max(...single.map(({ x, width }) => x + width));
  const heads = [first, second, ...single].map(
    ({ x, width, name, about }) =>
      `<g text-anchor="middle"><text x="${x + width / 2}" y="${margin + 12}" font-weight="600">${name}</text><text x="${x + width / 2}" y="${margin + 27}" font-size="11">${about}</text></g>`,
  );
  const rows = parts.map((part, at) => {
    const top = margin + head + at * rowHeight;
    const last = at === parts.length - 1 ? axis : 0;
    const everything = part.angles.flat();
    const spread = { n: everything.length, last, foot: top + title + all };
    const histogram = { width: first.width, height: all + curve + last + 4, ticks: last > 0 };
    return [
      `<path d="M${margin} ${top - 6}H${end}" stroke="currentColor" stroke-opacity=".2"/>`,
      `<text x="${margin}" y="${top + 12}" font-size="12">${told(part, at)}</text>`,
      nested(distancePanel(part, histogram), first.x, top + title - 4, first.width).svg,
      features(`${part.name}, all`, everything, second, spread),
      ...single.map((column) => features(`${part.name}, ${column.name}`, part.angles[column.label], column, spread)),
    ].join("\n");
  });
  const bottom = margin + head + parts.length * rowHeight + axis;
  const even = Math.exp(uniformityOptimum(2, 2)).toFixed(3);
  const note = `<text x="${margin}" y="${bottom + 16}" font-size="12">Dashed under the circles: points spread evenly, whose average pairwise potential is ${even}.</text>`;
  return sheet("Features on the circle", end + margin, bottom + foot, [...heads, ...rows, note].join("\n"));
}

/** What a row shows, in a line: "(a) Supervised. Linear probe ..." */
function told({ name, accuracy: { probe, knn }, uniformity }: CirclePart, at: number): string {
  const potential = Math.exp(uniformity.value).toFixed(3);
  const numbers = `Linear probe ${percent(probe, 1)}, 5-NN ${percent(knn, 1)}, average pairwise potential ${potential}`;
  return `<tspan font-weight="600">(${String.fromCharCode(97 + at)}) ${name}.</tspan> ${numbers}`;
}

/** A ring over its curve; `foot` is where they meet, `n` how many features the whole row has. */
function features(
  label: string,
  angles: readonly number[],
  { x, width }: { readonly x: number; readonly width: number },
  { n, last, foot }: { readonly n: number; readonly last: number; readonly foot: number },
): string {
  if (angles.length === 0) {
    return `<text x="${x + width / 2}" y="${foot - width / 2}" font-size="12" text-anchor="middle">none</text>`;
  }
  const values = Float64Array.from(angles);
  const bandwidth = scottBandwidth(n);
  const ring = ringPanel(`${label}: density in the plane`, values, bandwidth, width);
  const size = { width, height: curve + last, ticks: last > 0 };
  const over = anglePanel(`${label}: density over the angle`, values, concentrationFor(bandwidth), size);
  return nested(ring, x, foot - width, width).svg + nested(over, x, foot, width).svg;
}
