import * as Plot from "@observablehq/plot";
import type { Features } from "../train/encode.ts";
import type { Layout } from "../train/layout.ts";
import type { Words } from "../train/recipe.ts";
import { draw } from "./draw.ts";
import { legend } from "./legend.ts";

/** Width of a bin of the density, in degrees. */
const bin = 2;

/** Each point is paired with at most so many others. */
const partners = 30;

/** Where a curve is drawn, and how high: share of the pairs per degree. */
interface Point {
  readonly angle: number;
  readonly density: number;
}

/**
 * Density of the angle between two independent, uniform points on the unit sphere of d >= 2 dimensions, ∝ sin^(d−2) θ, per
 * degree. angle: degrees, in 0..180.
 */
export function uniformDensity(d: number): (angle: number) => number {
  const shape = (angle: number): number => Math.sin((angle * Math.PI) / 180) ** (d - 2);
  const parts = 1800; // midpoints of a smooth, periodic function: exact to rounding
  const total = Array.from({ length: parts }, (_, i) => shape(((i + 0.5) * 180) / parts)).reduce((a, b) => a + b, 0);
  return (angle) => (shape(angle) * parts) / 180 / total;
}

/**
 * Angles in degrees between pairs of `rows`, numbers of unit rows of `features`: each with at most 30 others, chosen so
 * that every distance in the order occurs as often: an even sample of all pairs, whichever way the rows are sorted.
 */
export function anglesWithin({ data, shape: [, d] }: Features, rows: readonly number[]): number[] {
  const n = rows.length;
  const count = Math.min(partners, Math.floor(n / 2));
  const offsets = Array.from({ length: count }, (_, k) => 1 + Math.floor((k * (n / 2)) / count));
  return offsets.flatMap((offset) =>
    rows.map((i, at) => {
      const j = rows[(at + offset) % n];
      let squared = 0;
      for (let c = 0; c < d; c++) squared += (data[i * d + c] - data[j * d + c]) ** 2;
      return angleAt(Math.sqrt(squared));
    }),
  );
}

/** The angle in degrees under which two unit vectors at this distance are seen. */
export function angleAt(distance: number): number {
  return (360 / Math.PI) * Math.asin(Math.min(1, distance / 2));
}

/** Share of `angles` per degree, bin by bin, from one empty bin to another. */
export function densityOf(angles: readonly number[]): Point[] {
  const counts = new Float64Array(180 / bin);
  for (const angle of angles) counts[Math.min(counts.length - 1, Math.floor(angle / bin))]++;
  const points = Array.from(counts, (count, i) => ({ angle: (i + 0.5) * bin, density: count / angles.length / bin }));
  return points.filter((_, i) => counts[i - 1] > 0 || counts[i] > 0 || counts[i + 1] > 0);
}

interface Kind {
  readonly name: string;
  readonly colour: string;
  /** Angles of such pairs in degrees. */
  angles(layout: Layout, labels: ArrayLike<number>): number[];
}

/** The kinds of pairs that are told apart; those of one class only where there are classes. */
export function kindsOf({ one, many }: Words, classes: readonly string[]): readonly Kind[] {
  const sameClass: Kind = {
    name: "two of the same class",
    colour: "#59a14f",
    angles: ({ features }, labels) =>
      classes.flatMap((_, label) =>
        anglesWithin(
          features,
          rowsOf(labels).filter((i) => labels[i] === label),
        ),
      ),
  };
  return [
    {
      name: `two views of a ${one}`,
      colour: "#e15759",
      angles: ({ distances }) => Array.from(distances, angleAt),
    },
    ...(classes.length > 0 ? [sameClass] : []),
    {
      name: `any two ${many}`,
      colour: "#4e79a7",
      angles: ({ features }, labels) => anglesWithin(features, rowsOf(labels)),
    },
  ];
}

function rowsOf(labels: ArrayLike<number>): number[] {
  return Array.from(labels, (_, i) => i);
}

/** Densities of the angle between features of each kind of pair, and of evenly spread points. labels: of the rows. */
export function angleDensity(title: string, layout: Layout, labels: ArrayLike<number>, kinds: readonly Kind[]): string {
  const even = uniformDensity(layout.features.shape[1]);
  return draw(`${title}: density of the angle between two features`, {
    x: {
      label: "angle between two features",
      domain: [0, 180],
      ticks: [0, 30, 60, 90, 120, 150, 180],
      tickFormat: (x: number) => `${x}°`,
    },
    y: { label: "% of pairs per degree", grid: true, percent: true },
    marks: [
      Plot.ruleY([0]),
      Plot.line(
        Array.from({ length: 181 }, (_, angle) => ({ angle, density: even(angle) })),
        {
          x: "angle",
          y: "density",
          stroke: "currentColor",
          strokeDasharray: "5 4",
          strokeWidth: 1.2,
        },
      ),
      ...kinds.map(({ colour, angles }) =>
        Plot.line(densityOf(angles(layout, labels)), { x: "angle", y: "density", stroke: colour, curve: "monotone-x" }),
      ),
    ],
  });
}

/** What the curves of `angleDensity` are. */
export function angleLegend(kinds: readonly Kind[]): string {
  return legend("Curves of the angles", [...kinds, { name: "points spread evenly" }]);
}
