import { describe, expect, it } from "vitest";
import { usualConfig } from "../../../src/cli/figure/config.ts";
import type { EncoderPart } from "../../../src/cli/figure/encoder.ts";
import type { FigureRecord } from "../../../src/cli/figure/record.ts";
import { drawScatter } from "../../../src/cli/figure/scatter/scatter-drawing.ts";
import type { ScatterPart } from "../../../src/cli/figure/scatter/scatter-part.ts";
import { drawSweep } from "../../../src/cli/figure/sweep/sweep-drawing.ts";
import type { SweepPart } from "../../../src/cli/figure/sweep/sweep-part.ts";

function recordOf<Part>(figure: "scatter" | "sweep", parts: readonly Part[]): FigureRecord<Part> {
  return {
    schemaVersion: 1,
    figure,
    version: "0.0.0",
    device: "reference",
    pictures: { name: "mnist", train: 9, test: 9, sha256: "0" },
    config: usualConfig("mnist"),
    of: parts.length,
    parts: parts.map((part) => ({ ...part, seconds: 1 })),
    summary: null,
  };
}

/** An encoder with these numbers. */
function part(alignment: number, uniformity: number, probe: number): EncoderPart {
  const estimate = (value: number): { value: number; standardError: number } => ({ value, standardError: 0.01 });
  return {
    ...{ name: "by hand", objective: "labels", epochs: 1, lr: 0.1 },
    alignment: estimate(alignment),
    uniformity: estimate(uniformity),
    plainUniformity: estimate(-9), // in no drawing
    accuracy: { probe, knn: probe / 2 },
  };
}

type Place = readonly [x: number, y: number];

/** Where the marks of each group of dots are, in the order in which they are drawn. */
function dots(svg: string): Place[][] {
  return Array.from(svg.matchAll(/<g [^>]*aria-label="dot">(.*?)<\/g>/gs), ([, inside]) => {
    const paths = inside.matchAll(/ transform="translate\(([\d.]+),([\d.]+)\)"/g);
    const circles = inside.matchAll(/<circle r="[\d.]+" cy="([\d.]+)" cx="([\d.]+)"/g);
    return [
      ...Array.from(paths, ([, x, y]): Place => [Number(x), Number(y)]),
      ...Array.from(circles, ([, y, x]): Place => [Number(x), Number(y)]),
    ];
  });
}

describe("the drawing of the scatter", () => {
  it("has alignment to the right, uniformity upwards, the best on top and a symbol for each family", () => {
    const svg = drawScatter(
      recordOf<ScatterPart>("scatter", [
        { ...part(0.8, -2, 0.9), family: "all three" },
        { ...part(0.2, -1, 0.3), family: "contrastive" },
        { ...part(0.4, -3, 0.5), family: "contrastive" },
      ]),
    );
    const [[worst, middle, best]] = dots(svg); // drawn in the order of the probe's accuracy
    expect((middle[0] - worst[0]) / (best[0] - worst[0])).toBeCloseTo((0.4 - 0.2) / (0.8 - 0.2), 9);
    expect((middle[1] - worst[1]) / (best[1] - worst[1])).toBeCloseTo((-3 - -1) / (-2 - -1), 9);
    expect(best[0]).toBeGreaterThan(worst[0]);
    expect(best[1]).toBeGreaterThan(worst[1]); // downwards
    const marks = Array.from(svg.matchAll(/<path fill="(#\w+)" d="([^"]+)"/g), ([, fill, d]) => ({ fill, d }));
    expect(new Set(marks.map(({ fill }) => fill)).size).toBe(3);
    expect(marks[0].d).toBe(marks[1].d);
    expect(marks[2].d).not.toBe(marks[1].d);
  });
});

describe("the drawing of the sweep", () => {
  it("has alignment and exp(uniformity) on one axis, where a single point is on the dashed line", () => {
    const svg = drawSweep(
      recordOf<SweepPart>("sweep", [
        { ...part(0.5, 0, 0.3), ratio: 1 },
        { ...part(0.25, -2, 0.5), ratio: 2 },
        { ...part(1, -1, 0.5), ratio: 4 },
      ]),
    );
    const [aligned, potentials] = dots(svg).slice(-2);
    const [, one] = /stroke-dasharray="5 4"[^>]*>\s*<line y2="([\d.]+)"/.exec(svg) ?? [];
    expect(aligned.map(([x]) => x)).toHaveLength(3);
    expect(potentials.map(([x]) => x)).toEqual(aligned.map(([x]) => x));
    expect(potentials[0][1]).toBe(Number(one));
    expect(aligned[2][1]).toBe(Number(one));
    const unit = (aligned[1][1] - aligned[2][1]) / 0.75; // from 1 down to 0
    expect((potentials[1][1] - Number(one)) / unit).toBeCloseTo(1 - Math.exp(-2), 9);
    expect((potentials[2][1] - Number(one)) / unit).toBeCloseTo(1 - Math.exp(-1), 9);
  });
});
