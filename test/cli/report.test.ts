import { beforeAll, describe, expect, it } from "vitest";
import {
  angleDensity,
  angleLegend,
  anglesWithin,
  densityOf,
  kindsOf,
  uniformDensity,
} from "../../src/cli/report/angles.ts";
import { alignmentCurve, stepsPerPoint, uniformityCurve } from "../../src/cli/report/curves.ts";
import { distanceHistogram } from "../../src/cli/report/distances.ts";
import { classMaps, drawnOf, featureMap } from "../../src/cli/report/maps.ts";
import { planeOf, reachOf } from "../../src/cli/report/plane.ts";
import { type ReportInput, renderReport } from "../../src/cli/report/report.ts";
import { mnist } from "../../src/cli/train/mnist/recipe.ts";
import { Random } from "../../src/random.ts";
import { sampleReport } from "./report-sample.ts";

/** n uniform points on the unit sphere, row-major. */
function onSphere(n: number, d: number): { data: Float32Array; shape: [number, number] } {
  const data = new Float32Array(n * d);
  new Random(3).fillNormal(data);
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * d, (i + 1) * d);
    const length = Math.hypot(...row);
    row.forEach((x, c) => {
      row[c] = x / length;
    });
  }
  return { data, shape: [n, d] };
}

const counting = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe("the report", () => {
  let input: ReportInput;
  let page = "";
  beforeAll(async () => {
    input = await sampleReport(10_000, 64, 234);
    page = renderReport(input);
  });

  it("of 10,000 digits is one page below 1 MB that loads nothing", () => {
    expect(page.length).toBeLessThan(1_000_000);
    expect(page.match(/\b(src|href|xlink:href)=|url\(|@import|<script|<link/)).toBeNull();
    expect(page).toContain('<meta name="viewport"');
    expect(page).toContain("prefers-color-scheme: dark");
  });

  it("has every number of the result", () => {
    for (const text of ["98.66%", "97.85%", "98.44%", "98.43%"])
      expect(page).toContain(`<td>${text}</td><td></td><td></td>`);
    expect(page).toContain("5-NN, output, of\u00a010,000</th><td>97.31%</td><td>85.00%</td><td>94.50%</td>");
    const { trained, untrained } = input.result;
    for (const { alignment, uniformity, viewUniformity } of [trained, untrained]) {
      expect(page).toContain(
        `>−${(-viewUniformity.value).toFixed(3)} <small>±${viewUniformity.standardError.toFixed(3)}<`,
      );
      expect(page).toContain(`>${alignment.value.toFixed(3)} <small>±${alignment.standardError.toFixed(3)}<`);
      expect(page).toContain(`>−${(-uniformity.value).toFixed(3)} <small>±${uniformity.standardError.toFixed(3)}<`);
      expect(page).toContain(`>−${(-uniformity.optimum).toFixed(3)}<`);
      expect(page).toContain(`>${uniformity.gap.toFixed(3)}<`);
    }
    expect(page).toContain("fc7, of\u00a010,000</th><td>98.00%</td><td>90.00%</td><td>91.00%</td>");
    expect(page).toContain("10,000 of the 60,000 training digits");
    expect(page).toContain(
      "only the linear probes, 5-NN, the colours of the maps and the curve of two of the same class",
    );
  });

  it("compares among all training digits where these are few, in one row", () => {
    const { result } = input;
    const all = renderReport({ ...input, result: { ...result, pictures: { ...result.pictures, known: 10_000 } } });
    expect(all).toContain("5-NN, output</th><td>97.31%</td><td>85.00%</td><td>94.50%</td>");
    expect(all).toContain("Linear probe, fc7</th><td>98.00%</td><td>90.00%</td><td>91.00%</td>");
    expect(all).not.toContain("of\u00a0");
  });

  it("says how much of the features its picture shows", () => {
    for (const { features } of [input.trained, input.untrained]) {
      const { share, meanLength } = planeOf(features);
      expect(page).toContain(`${(100 * share).toFixed(2)}%`);
      expect(page).toContain(` ${meanLength.toFixed(2)} `);
    }
    expect(page).toContain("hold 3.13%"); // 2 of 64 dimensions
    expect(page).not.toContain("evenly spaced)");
  });

  it("is the same text for the same run", () => {
    expect(renderReport(input)).toBe(page);
  });

  it("draws fewer dots and points than there are, and says so", async () => {
    const long = renderReport(await sampleReport(25_000, 3, 1700));
    expect(long).toContain("(8,334 of 25,000, evenly spaced)");
    expect(long).toContain("a point is the mean of 3 steps");
    expect(page).not.toContain("a point is the mean");
  });

  it("of the smallest run has no hole in it", async () => {
    for (const html of [page, renderReport(await sampleReport(3, 2, 1))]) {
      expect(html.match(/.{0,30}(NaN|undefined|Infinity)/g)).toBeNull();
    }
  });
});

describe("the curves", () => {
  const steps = [1, 2, 3].map((step) => ({ epoch: 1, step, align: 1 / step, uniform: -step }));
  const other = (name: "align" | "uniform") => steps.map((record) => ({ ...record, [name]: record[name] / 2 }));

  it("draw the loss they are named after, and not the other", () => {
    expect(alignmentCurve(other("uniform"))).toBe(alignmentCurve(steps));
    expect(alignmentCurve(other("align"))).not.toBe(alignmentCurve(steps));
    expect(uniformityCurve(other("align"), -4)).toBe(uniformityCurve(steps, -4));
    expect(uniformityCurve(other("uniform"), -4)).not.toBe(uniformityCurve(steps, -4));
    expect(uniformityCurve(steps, -4)).toContain("optimum −4.000");
  });

  it("have at most 800 points", () => {
    expect([1, 800, 801, 1601, 234_000].map(stepsPerPoint)).toEqual([1, 1, 2, 3, 293]);
  });
});

describe("planeOf", () => {
  it("finds the two directions around the mean that hold most, largest first, with positive signs", () => {
    const middle = [0, 40, 9];
    const rows = [3, 1, 2].flatMap((length, axis) =>
      [-length, length].flatMap((value) => middle.map((m, c) => m + (c === axis ? value : 0))),
    );
    const { points, share, meanLength } = planeOf({ data: Float32Array.from(rows), shape: [6, 3] });
    expect(share).toBeCloseTo((9 + 4) / (9 + 4 + 1), 12);
    expect(meanLength).toBeCloseTo(41, 12);
    expect(Array.from(points, (x) => Math.round(x * 1e9) / 1e9 + 0)).toEqual([-3, 0, 3, 0, 0, 0, 0, 0, 0, -2, 0, 2]);
  });

  it("holds more than any other plane, its axes apart", () => {
    const d = 17;
    const n = 200;
    const data = new Float32Array(n * d);
    new Random(4).fillNormal(data);
    data.forEach((x, i) => {
      data[i] = x * (1 + ((i % d) * 7) / d) + 0.5;
    });
    const { points, share } = planeOf({ data, shape: [n, d] });
    const moment = (a: number, b: number): number =>
      counting(n).reduce((sum, i) => sum + points[2 * i + a] * points[2 * i + b], 0);
    const means = counting(d).map((c) => counting(n).reduce((sum, i) => sum + data[i * d + c] / n, 0));
    const square = (i: number, c: number): number => (data[i * d + c] - means[c]) ** 2;
    const total = data.reduce((sum, _, i) => sum + square(Math.floor(i / d), i % d), 0);
    expect((moment(0, 0) + moment(1, 1)) / total).toBeCloseTo(share, 10);
    expect(moment(0, 1) / total).toBeCloseTo(0, 10);
    expect(moment(0, 0)).toBeGreaterThan(moment(1, 1));
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < a; b++) {
        const held = counting(n).reduce((sum, i) => sum + square(i, a) + square(i, b), 0);
        expect(held / total).toBeLessThan(share);
      }
    }
  });

  it("finds in 1,536 dimensions, from fewer rows, the plane that stands out", () => {
    const [n, d] = [300, 1536];
    const data = new Float32Array(n * d);
    new Random(5).fillNormal(data, 0, 1e-4);
    counting(n).forEach((i) => {
      data[i * d + 700] += 2 * Math.cos((2 * Math.PI * i) / n);
      data[i * d + 9] += Math.sin((2 * Math.PI * i) / n);
    });
    const { points, share } = planeOf({ data, shape: [n, d] });
    expect(share).toBeGreaterThan(0.9999);
    for (const i of [0, 40, 222]) {
      expect(points[2 * i]).toBeCloseTo(2 * Math.cos((2 * Math.PI * i) / n), 3);
      expect(points[2 * i + 1]).toBeCloseTo(Math.sin((2 * Math.PI * i) / n), 3);
    }
  });

  it("has no second coordinate in one dimension", () => {
    const { points, share } = planeOf({ data: Float32Array.from([-1, 2]), shape: [2, 1] });
    expect([...points]).toEqual([-1.5, 0, 1.5, 0]);
    expect(share).toBe(1);
  });

  it("puts points that coincide in the middle, where nothing is shared out", () => {
    const plane = planeOf({ data: Float32Array.from([3, 4, 3, 4]), shape: [2, 2] });
    expect([...plane.points, plane.share, plane.meanLength]).toEqual([0, 0, 0, 0, 0, 5]);
    const rounded = planeOf({ data: new Float32Array(64_000).fill(0.125), shape: [1000, 64] });
    expect(planeOf({ data: new Float32Array(21_000).fill(1 / Math.sqrt(7)), shape: [3000, 7] }).share).toBe(0);
    expect(rounded.share).toBe(0);
    expect(reachOf([plane])).toBe(1);
  });

  it("reaches as far as the farthest point of all planes", () => {
    const plane = (...xy: number[]) => ({ points: Float64Array.from(xy), share: 1, meanLength: 0 });
    expect(reachOf([plane(0, 1, 3, -4), plane(2, 2)])).toBe(5);
    expect(reachOf([plane(0, 1), plane(0, -2)])).toBe(2);
  });
});

describe("the maps", () => {
  const labels = Uint8Array.from(counting(40), (i) => (i < 30 ? 1 : 8));
  const points = Float64Array.from(counting(80), (i) => (i < 60 ? 1 : -1));
  const plane = { points, share: 1, meanLength: 0 };
  const sorted = { many: "digits", labels, classes: counting(10).map(String) };

  it("show every digit once, where it is, in its colour", () => {
    const svg = featureMap("Trained", plane, sorted, 2);
    const dots = [...svg.matchAll(/stroke="(#\w+)" stroke-width="9" d="([^"]+)"/g)].flatMap(([, colour, moves]) =>
      moves.split("M").slice(1).map((move) => `${colour} ${move}`),
    ); // biome-ignore format: short
    expect(dots.filter((dot) => dot === "#f28e2c 745 255h0")).toHaveLength(30);
    expect(dots.filter((dot) => dot === "#9c755f 255 745h0")).toHaveLength(10);
    expect(dots).toHaveLength(40);
    expect(classMaps(plane, sorted, 2)[8]).toContain("M255 745h0");
    expect(classMaps(plane, sorted, 2).map((one) => one.split("h0").length - 1)).toEqual([
      0, 30, 0, 0, 0, 0, 0, 0, 10, 0,
    ]);
  });

  it("leave digits out evenly", () => {
    expect(drawnOf(10_000)).toEqual(counting(10_000));
    expect(drawnOf(20_001)).toEqual(counting(6667).map((i) => 3 * i));
  });
});

describe("the histogram of distances", () => {
  it("marks the mean", () => {
    expect(distanceHistogram("Trained", "digit", Float64Array.of(0.5, 0.52, 0.9))).toContain("mean 0.64");
  });
});

describe("the angles", () => {
  it("of evenly spread points have the density ∝ sin^(d−2)", () => {
    expect(uniformDensity(2)(37)).toBeCloseTo(1 / 180, 12);
    expect(uniformDensity(3)(90)).toBeCloseTo(Math.PI / 180 / 2, 6); // sin θ / 2 per radian
    expect(uniformDensity(64)(90)).toBeCloseTo((Math.sqrt(62.5 / (2 * Math.PI)) * Math.PI) / 180, 4); // nearly normal
    for (const d of [3, 5, 64]) {
      const even = uniformDensity(d);
      const points = densityOf(anglesWithin(onSphere(3000, d), counting(3000)));
      expect(points.length).toBeGreaterThan(10);
      for (const { angle, density } of points) expect(Math.abs(density - even(angle))).toBeLessThan(0.1 * even(90));
    }
  });

  it("come from an even sample of the pairs, however the rows are sorted", () => {
    const data = new Float32Array(2000);
    for (let i = 0; i < 1000; i++) data[2 * i + (i < 500 ? 0 : 1)] = 1; // two clusters at right angles, one after the other
    const angles = anglesWithin({ data, shape: [1000, 2] }, counting(1000));
    expect(angles).toHaveLength(30_000);
    expect(angles.filter((angle) => angle < 1).length / 30_000).toBeCloseTo(0.5, 1);
    expect(anglesWithin({ data, shape: [1000, 2] }, [0, 700])[0]).toBeCloseTo(90, 5);
    expect(anglesWithin({ data, shape: [1000, 2] }, [3])).toEqual([]);
  });

  it("count each pair's share per degree", () => {
    expect(densityOf([0, 45.5, 45.6, 180])).toEqual([
      { angle: 1, density: 0.125 },
      { angle: 3, density: 0 },
      { angle: 43, density: 0 },
      { angle: 45, density: 0.25 },
      { angle: 47, density: 0 },
      { angle: 177, density: 0 },
      { angle: 179, density: 0.125 },
    ]);
  });

  it("are those of the two views, of equal labels and of all pairs", async () => {
    const { trained } = await sampleReport(4, 2, 1);
    const features = { data: Float32Array.from([1, 0, 0, 1, -1, 0, 0, 1]), shape: [4, 2] as const };
    const layout = { ...trained, features, distances: Float64Array.of(0, Math.SQRT2, 2, 1) };
    const labels = [3, 5, 3, 5]; // the first and third are opposite, the others one
    const kinds = kindsOf(mnist.words, counting(10).map(String));
    const sorted = kinds.map(({ name, angles }) => {
      const found = angles(layout, labels).map(Math.round);
      return [name, [...new Set(found)].sort((a, b) => a - b)];
    });
    expect(sorted).toEqual([
      ["two views of a digit", [0, 60, 90, 180]],
      ["two of the same class", [0, 180]],
      ["any two digits", [0, 90, 180]],
    ]);
    const svg = angleDensity("Trained", layout, labels, kinds);
    for (const { colour, name } of kinds) {
      expect(svg).toContain(`stroke="${colour}"`);
      expect(angleLegend(kinds)).toContain(`<i style="background:${colour}"></i>${name}`);
    }
  });
});
