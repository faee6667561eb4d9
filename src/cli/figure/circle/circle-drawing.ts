import { nested, sheet } from "../../report/sheet.ts";
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
/** Heights of the heads of columns and rows, of the curve under a ring, and of its axis in the last row. */
const [head, title, curve, axis] = [24, 34, 40, 18];
const rowHeight = title + all + curve + 10;

/** Figures 3 and 4 of the paper: a row for each encoder. */
export function drawCircle({ parts, pictures }: FigureRecord<CirclePart>, { classes }: DrawingOptions): string {
  const names = classesOf(pictures.name);
  const columns = [
    { x: margin, width: distances, name: "Alignment" },
    { x: margin + distances + gap, width: all, name: "Uniformity" },
    ...classes.map((label, k) => ({
      x: margin + distances + gap + all + 2 * gap + k * (one + gap / 2),
      width: one,
      name: names[label],
    })),
  ];
  const last = columns[columns.length - 1];
  const heads = columns.map(({ x, width, name }) => centred(name, x + width / 2, margin + 12, "bold"));
  const rows = parts.map((part, i) => row(part, i, columns, classes, i === parts.length - 1));
  const wide = last.x + last.width + margin;
  return sheet(
    "Features on the circle",
    wide,
    margin + head + parts.length * rowHeight + axis + margin - 6,
    [...heads, ...rows].join("\n"),
  );
}

interface Column {
  readonly x: number;
  readonly width: number;
}

function row(
  part: CirclePart,
  at: number,
  columns: readonly Column[],
  classes: readonly number[],
  last: boolean,
): string {
  const [alignment, uniformity, ...single] = columns;
  const top = margin + head + at * rowHeight;
  const everything = part.angles.flat();
  const width = scottBandwidth(everything.length);
  const kappa = concentrationFor(width);
  const sizes = { height: curve + (last ? axis : 0), ticks: last };
  const panel = (column: Column, angles: readonly number[], name: string): string => {
    const label = `${part.name}, ${name}`;
    const values = Float64Array.from(angles);
    const foot = top + title + all;
    if (angles.length === 0) return centred("none", column.x + column.width / 2, foot - all / 2);
    const ring = ringPanel(`${label}: density in the plane`, values, width, column.width);
    const over = anglePanel(`${label}: density over the angle`, values, kappa, { width: column.width, ...sizes });
    return (
      nested(ring, column.x, foot - column.width, column.width).svg + nested(over, column.x, foot, column.width).svg
    );
  };
  const { probe, knn } = part.accuracy;
  const letter = String.fromCharCode(97 + at);
  const y = top + 13;
  const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
  return [
    `<path d="M${margin} ${top - 5}H${columns[columns.length - 1].x + columns[columns.length - 1].width}" stroke="currentColor" stroke-opacity=".2"/>`,
    `<text x="${margin}" y="${y}" font-size="12"><tspan font-weight="600">(${letter}) ${part.name}.</tspan> Linear probe ${percent(probe)}, 5-NN ${percent(knn)}; average pairwise potential ${Math.exp(part.uniformity.value).toFixed(3)}</text>`,
    nested(
      distancePanel(part, { width: alignment.width, height: all + curve + (last ? axis : 0) + 4, ticks: last }),
      alignment.x,
      top + title - 4,
      alignment.width,
    ).svg,
    panel(uniformity, everything, "all"),
    ...single.map((column, k) => panel(column, part.angles[classes[k]], `label ${classes[k]}`)),
  ].join("\n");
}

function centred(text: string, x: number, y: number, weight: "bold" | "normal" = "normal"): string {
  return `<text x="${x}" y="${y}" text-anchor="middle"${weight === "bold" ? ' font-weight="600"' : ""}>${text}</text>`;
}
