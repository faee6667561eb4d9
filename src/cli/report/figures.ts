import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Measured } from "../train/measure.ts";
import type { StepRecord } from "../train/mnist.ts";
import { planeOf } from "./plane.ts";

const width = 440;

/** Ten colours told apart on light and dark ground alike (Tableau 10, its grey made lighter). */
const digitColours = [
  "#4e79a7",
  "#f28e2c",
  "#e15759",
  "#76b7b2",
  "#59a14f",
  "#d4b13c",
  "#af7aa1",
  "#ff9da7",
  "#9c755f",
  "#a5a5a5",
];

/** An SVG drawing as text. Everything that is not a data colour is the page's own text colour. */
function draw(label: string, options: Plot.PlotOptions): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({
    document: document as unknown as Document,
    width,
    style: { background: "transparent", color: "inherit", fontSize: "12px", overflow: "visible" },
    ariaLabel: label,
    ...options,
  });
  return svg.outerHTML;
}

/** The alignment of each step's batch. */
export function alignmentCurve(steps: readonly StepRecord[]): string {
  return draw("Alignment of each training batch over the steps", {
    height: 260,
    marginBottom: 42,
    x: { label: "step" },
    y: { label: "alignment", zero: true, grid: true },
    marks: [Plot.ruleY([0]), Plot.lineY(steps, { x: "step", y: "align", stroke: "#e15759", strokeWidth: 1.2 })],
  });
}

/** The uniformity of each step's batch, with its optimum as a line. */
export function uniformityCurve(steps: readonly StepRecord[], optimum: number): string {
  return draw("Uniformity of each training batch over the steps", {
    height: 260,
    marginBottom: 42,
    x: { label: "step" },
    y: { label: "uniformity", grid: true, domain: [optimum - 0.35, 0] },
    marks: [
      Plot.ruleY([optimum], { stroke: "currentColor", strokeDasharray: "5 4" }),
      Plot.text([`optimum ${optimum.toFixed(3)}`], {
        y: optimum,
        frameAnchor: "right",
        dy: 11,
        textAnchor: "end",
        fill: "currentColor",
      }),
      Plot.lineY(steps, { x: "step", y: "uniform", stroke: "#4e79a7", strokeWidth: 1.2 }),
    ],
  });
}

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly digit: number;
}

/** Features seen along their two main directions, each as its digit in that digit's colour. */
export function featureMap(title: string, { features }: Measured, labels: readonly number[]): string {
  return draw(`${title}: test digits in the plane of their two main directions`, {
    ...disc(width),
    marks: [
      shadow,
      Plot.text(dots(features, labels), {
        x: "x",
        y: "y",
        text: "digit",
        fill: colour,
        fontSize: 11,
        fontWeight: "bold",
      }),
    ],
  });
}

/** The same map for each digit alone, 0 to 9. */
export function digitMaps({ features }: Measured, labels: readonly number[]): string[] {
  const all = dots(features, labels);
  return digitColours.map((_, digit) =>
    draw(`Test digits ${digit} in the same plane`, {
      ...disc(width / 3),
      marks: [
        shadow,
        Plot.dot(
          all.filter((dot) => dot.digit === digit),
          { x: "x", y: "y", r: 2, fill: colour },
        ),
      ],
    }),
  );
}

function dots(features: readonly (readonly number[])[], labels: readonly number[]): Dot[] {
  const project = planeOf(features);
  return features.map((row, i) => {
    const [x, y] = project(row);
    return { x, y, digit: labels[i] };
  });
}

function colour({ digit }: Dot): string {
  return digitColours[digit];
}

function disc(side: number): Plot.PlotOptions {
  const axis = { axis: null, domain: [-1.02, 1.02] };
  return { width: side, height: side, margin: 4, x: axis, y: axis };
}

/** The sphere's outline, whichever way one looks at it. */
const shadow = Plot.line(
  Array.from({ length: 121 }, (_, i): [number, number] => [Math.cos((i * Math.PI) / 60), Math.sin((i * Math.PI) / 60)]),
  { stroke: "currentColor", strokeOpacity: 0.35 },
);

/** Which colour stands for which digit. */
export function digitLegend(): string {
  const entries = digitColours.map((colour, digit) => `<span><i style="background:${colour}"></i>${digit}</span>`);
  return `<p class="legend" aria-label="Colours of the digits">${entries.join("")}</p>`;
}

/** How far apart the two views of a test digit lie; both encoders on one scale, the mean marked. */
export function distanceHistogram(title: string, distances: readonly number[]): string {
  const mean = distances.reduce((sum, x) => sum + x, 0) / distances.length;
  return draw(`${title}: histogram of the distance between two views of a test digit`, {
    height: 230,
    marginBottom: 42,
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
      Plot.ruleX([mean], { stroke: "currentColor", strokeDasharray: "5 4" }),
      Plot.text([`mean ${mean.toFixed(2)}`], {
        x: mean,
        frameAnchor: "top",
        dx: 6,
        textAnchor: "start",
        fill: "currentColor",
      }),
    ],
  });
}

const bins = Array.from({ length: 41 }, (_, i) => i / 20);
