import { binsFrom0, binsOver } from "../metrics/bins.ts";
import type { MetricsResult, Sketch } from "../metrics/result.ts";
import { short } from "../shown.ts";
import { circle } from "./circle.ts";
import { colours } from "./colours.ts";
import { disc, mixedDots } from "./disc.ts";
import { evenShare } from "./even.ts";
import { groupsOf } from "./groups.ts";
import { histogram } from "./histogram.ts";
import type { Entry } from "./legend.ts";
import { planeOf, reachOf } from "./plane.ts";
import { potentialCurve } from "./potential.ts";
import { standalone } from "./standalone.ts";

/** A picture for a page, and what is said about it. */
export interface Figure {
  readonly title: string;
  readonly legend: readonly Entry[];
  /** Its text is in the page's colour: it belongs into a page. */
  readonly svg: string;
}

/** The figures of a set of embeddings, by the names of their files. */
export interface MetricsFigures {
  readonly distances: Figure;
  readonly sphere: Figure & {
    /** Of the rows' variance, what the picture holds; none for the circle, which holds all there is. */
    readonly share?: number;
    /** Distance of the drawn circle from its middle. */
    readonly reach: number;
  };
  readonly potential: Figure;
  readonly lengths: Figure;
}

export function figuresOf(result: MetricsResult, sketch: Sketch): MetricsFigures {
  return {
    distances: distancesFigure(result, sketch),
    sphere: sphereFigure(result, sketch),
    potential: {
      title: "Uniformity at every sharpness t",
      legend: [
        { name: "pairs drawn at random", colour: colours.any },
        { name: "measured, ± one standard error", colour: colours.measured },
        ...(result.normalize ? [{ name: "evenly spread points" }] : []),
      ],
      svg: potentialCurve(result, sketch.distances),
    },
    lengths: {
      title: "Lengths of the rows",
      legend: [],
      svg: histogram(
        "Histogram of the lengths of the rows before they are scaled",
        [{ colour: colours.other, values: sketch.norms }],
        { bins: binsOver(sketch.norms, 40), x: "length of a row before scaling", of: "rows" },
      ),
    },
  };
}

/** Every figure as the text of an SVG file that needs no page, by name; equal input gives equal text. */
export function metricsFigures(
  result: MetricsResult,
  sketch: Sketch,
): readonly { readonly name: string; readonly svg: string }[] {
  return Object.entries(figuresOf(result, sketch)).map(([name, figure]) => ({ name, svg: standalone(figure) }));
}

function distancesFigure({ normalize, x }: MetricsResult, { distances, positives }: Sketch): Figure {
  const even = normalize && x.d > 1;
  const series = [
    ...(positives ? [{ name: "positive pairs", colour: colours.positive, values: positives }] : []),
    { name: "pairs drawn at random", colour: colours.any, values: distances },
  ];
  return {
    title: "Distances of pairs",
    legend: [...series, ...(even ? [{ name: "evenly spread points" }] : [])],
    svg: histogram("Histogram of the distances of pairs", series, {
      bins: normalize ? { from: 0, to: 2, count: 100 } : binsFrom0([distances, positives ?? distances], 100),
      x: "distance of two rows",
      of: "pairs",
      expected: even ? evenShare(x.d) : undefined,
    }),
  };
}

function sphereFigure({ normalize }: MetricsResult, { rows, labels }: Sketch): MetricsFigures["sphere"] {
  const [n, d] = rows.shape;
  const { groups, legend } = groupsOf(n, labels);
  if (d === 2 && normalize) {
    return { title: "The rows on the circle", legend, svg: circle("The rows on the circle", rows, groups), reach: 1 };
  }
  const plane = planeOf(rows);
  const reach = reachOf([plane]);
  const title = "The rows in the plane that tells them apart best";
  const scale = `<text x="1000" y="990" text-anchor="end" font-size="32" fill="currentColor">radius ${short(reach)}</text>`;
  return { title, legend, svg: disc(title, mixedDots(plane, reach, 9, groups) + scale), share: plane.share, reach };
}
