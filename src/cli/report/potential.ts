import * as Plot from "@observablehq/plot";
import { uniformityOptimum } from "../../metrics/uniformity-optimum.ts";
import type { MetricsResult } from "../metrics/result.ts";
import { colours } from "./colours.ts";
import { dashed, draw } from "./draw.ts";

/** Points of a curve. */
const points = 81;

/**
 * Uniformity against its sharpness t: of sampled pairs as a curve, as it was measured at the asked t with error bars, and the
 * optimum where rows have length 1. distances: of the pairs.
 */
export function potentialCurve({ uniformity, normalize, x }: MetricsResult, distances: Float64Array): string {
  const asked = uniformity.map(({ t }) => t);
  const [low, high] = [Math.min(0.1, ...asked), Math.max(10, ...asked)];
  const grid = Array.from({ length: points }, (_, i) => low * (high / low) ** (i / (points - 1)));
  const squared = distances.map((distance) => distance ** 2);
  const known = uniformity.filter(({ value }) => Number.isFinite(value));
  return draw("Uniformity against the sharpness t of its potential", {
    x: { label: "sharpness t", type: "log", domain: [low, high], ticks: 4, tickFormat: (t: number) => String(t) },
    y: { label: "uniformity", grid: true, nice: true },
    marks: [
      Plot.line(
        grid.map((t) => ({ t, value: logMeanPotential(squared, t) })).filter(({ value }) => Number.isFinite(value)),
        { x: "t", y: "value", stroke: colours.any },
      ),
      ...(normalize
        ? [
            Plot.line(
              grid.map((t) => ({ t, value: uniformityOptimum(x.d, t) })),
              { ...dashed, x: "t", y: "value", strokeWidth: 1.2 },
            ),
          ]
        : []),
      Plot.ruleX(
        known.filter(({ standardError }) => standardError > 0),
        {
          x: "t",
          y1: ({ value, standardError }) => value - standardError,
          y2: ({ value, standardError }) => value + standardError,
          stroke: "currentColor",
          strokeWidth: 1.5,
        },
      ),
      Plot.dot(known, { x: "t", y: "value", r: 4, fill: colours.measured, stroke: "currentColor" }),
    ],
  });
}

/** log mean exp(−t s). The least s is taken out of the mean: far points would leave nothing of it. NaN of none. */
export function logMeanPotential(squared: Float64Array, t: number): number {
  const least = squared.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const sum = squared.reduce((total, s) => total + Math.exp(-t * (s - least)), 0);
  return Math.log(sum / squared.length) - t * least;
}
