import * as Plot from "@observablehq/plot";
import { type Bins, meanOf, sharesIn } from "../metrics/bins.ts";
import { short } from "../shown.ts";
import { dashed, draw, onData } from "./draw.ts";

/** Values that are counted together. */
export interface Series {
  readonly colour: string;
  readonly values: Float64Array;
}

export interface HistogramOptions {
  readonly bins: Bins;
  /** What the values are. */
  readonly x: string;
  /** What is counted. */
  readonly of: string;
  /** The share that is expected between two values, dashed. */
  readonly expected?: (from: number, to: number) => number;
}

/** In which bins the values of each series lie, their means marked. label: text without <, & and quotes. */
export function histogram(label: string, series: readonly Series[], options: HistogramOptions): string {
  const { bins, x, of, expected } = options;
  const width = (bins.to - bins.from) / bins.count;
  const many = series.length > 1;
  return draw(label, {
    x: { label: x, domain: [bins.from, bins.to], ticks: short(bins.to).length > 6 ? 3 : 5 },
    y: { label: `% of ${of}, bins of ${Number(width.toPrecision(2))}`, grid: true, percent: true, nice: true },
    marks: [
      ...series.map(({ colour, values }) =>
        Plot.rectY(bars(bins, sharesIn(bins, values)), {
          x1: "from",
          x2: "to",
          y: "share",
          fill: colour,
          fillOpacity: many ? 0.6 : 1,
          inset: bins.count > 50 ? 0.2 : 0.5,
          insetBottom: 0,
        }),
      ),
      Plot.ruleY([0]),
      ...(expected ? [expectedLine(bins, width, expected)] : []),
      ...meanMarks(series, bins),
    ],
  });
}

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

function bars({ from, to, count }: Bins, shares: Float64Array): Bar[] {
  const edge = (i: number): number => from + ((to - from) * i) / count;
  return Array.from(shares, (share, i) => ({ from: edge(i), to: edge(i + 1), share })).filter((bar) => bar.share > 0);
}

/** What a bin would hold wherever it were put: of one scale with the bars, and no peak is lost between two of them. */
function expectedLine(bins: Bins, width: number, expected: (from: number, to: number) => number): Plot.Markish {
  const points = Array.from({ length: 4 * bins.count + 1 }, (_, i) => {
    const x = bins.from + (i * width) / 4;
    return { x, share: expected(Math.max(bins.from, x - width / 2), Math.min(bins.to, x + width / 2)) };
  });
  return Plot.line(points.slice(2, -2), { ...dashed, x: "x", y: "share", strokeWidth: 1.2 });
}

/** A line at each mean, and its number where there is room: of two the lower one's on the left. */
function meanMarks(series: readonly Series[], { from, to }: Bins): Plot.Markish[] {
  const marked = series
    .map(({ colour, values }) => ({ colour, mean: meanOf(values) }))
    .filter(({ mean }) => Number.isFinite(mean))
    .sort((a, b) => a.mean - b.mean);
  return marked.flatMap(({ colour, mean }, at) => {
    const place = (mean - from) / (to - from);
    const left = place > (at < marked.length - 1 ? 0.3 : 0.7);
    return [
      Plot.ruleX([mean], series.length > 1 ? { ...dashed, stroke: colour } : dashed),
      Plot.text([`mean ${short(mean)}`], {
        x: mean,
        frameAnchor: "top",
        dx: left ? -6 : 6,
        dy: 15 * at,
        textAnchor: left ? "end" : "start",
        ...onData,
      }),
    ];
  });
}
