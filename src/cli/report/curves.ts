import * as Plot from "@observablehq/plot";
import type { StepRecord } from "../train/task.ts";
import { dashed, draw, onData } from "./draw.ts";
import { minus } from "./page.ts";

/** Points of a curve at most: about two a pixel. */
const most = 800;

/** How many steps one point of a curve is the mean of. */
export function stepsPerPoint(steps: number): number {
  return Math.ceil(steps / most);
}

/** The alignment of each step's batch. */
export function alignmentCurve(steps: readonly StepRecord[]): string {
  return curveFromZero(
    "Alignment",
    "alignment",
    pointsOf(steps, (record) => record.align),
  );
}

/** The contrastive loss of each step's batch. */
export function contrastiveCurve(steps: readonly StepRecord[]): string {
  return curveFromZero(
    "Contrastive loss",
    "contrastive loss, nats",
    pointsOf(steps, (record) => record.contrastive),
  );
}

function curveFromZero(title: string, y: string, points: readonly Point[]): string {
  return draw(`${title} of each training batch over the steps`, {
    x: { label: "step" },
    y: { label: y, zero: true, grid: true },
    marks: [Plot.ruleY([0]), Plot.lineY(points, { x: "step", y: "value", stroke: "#e15759", strokeWidth: 1.2 })],
  });
}

/** The uniformity of each step's batch, with its optimum as a line. */
export function uniformityCurve(steps: readonly StepRecord[], optimum: number): string {
  const points = pointsOf(steps, (record) => record.uniform);
  const lowest = points.reduce((least, { value }) => Math.min(least, value), optimum);
  const highest = points.reduce((most, { value }) => Math.max(most, value), optimum + 0.5);
  return draw("Uniformity of each training batch over the steps", {
    x: { label: "step" },
    y: { label: "uniformity", grid: true, domain: [lowest - 0.2 * (highest - lowest), highest] },
    marks: [
      Plot.ruleY([optimum], dashed),
      Plot.text([`optimum ${minus(optimum.toFixed(3))}`], {
        y: optimum,
        frameAnchor: "right",
        dy: 11,
        textAnchor: "end",
        ...onData,
      }),
      Plot.lineY(points, { x: "step", y: "value", stroke: "#4e79a7", strokeWidth: 1.2 }),
    ],
  });
}

interface Point {
  readonly step: number;
  readonly value: number;
}

function pointsOf(steps: readonly StepRecord[], quantity: (record: StepRecord) => number): Point[] {
  const each = stepsPerPoint(steps.length);
  return Array.from({ length: Math.ceil(steps.length / each) }, (_, i) => {
    const group = steps.slice(i * each, (i + 1) * each);
    const mean = (read: (record: StepRecord) => number): number =>
      group.reduce((sum, record) => sum + read(record), 0) / group.length;
    return { step: mean((record) => record.step), value: mean(quantity) };
  });
}
