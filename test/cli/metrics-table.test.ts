import { describe, expect, it } from "vitest";
import { binsFrom0, binsOver, meanOf, sharesIn } from "../../src/cli/metrics/bins.ts";
import { largestOf, mainUniformity, quantitiesOf } from "../../src/cli/metrics/quantities.ts";
import { metricsTable } from "../../src/cli/metrics/table.ts";
import { short, withError } from "../../src/cli/shown.ts";
import { metricsSample, type SampleOptions } from "./metrics-sample.ts";

const letters = (line: string): number => [...line].length;

const rowOf = (text: string, name: string): string[] => {
  const line = text.split("\n").find((one) => one.startsWith(name)) ?? "";
  return line
    .slice(name.length)
    .trim()
    .split(/\s{2,}/);
};

describe("bins", () => {
  it("hold what lies in them, what lies outside at their ends, and all of it", () => {
    expect([...sharesIn({ from: 0, to: 2, count: 4 }, Float64Array.of(-1, 0.1, 0.5, 2, 9))]).toEqual([
      0.4, 0.2, 0, 0.4,
    ]);
    expect([...sharesIn({ from: 0, to: 2, count: 2 }, new Float64Array())]).toEqual([0, 0]);
  });

  it("span values, with room where all are one", () => {
    expect(binsOver(Float64Array.of(3, 1, 2), 5)).toEqual({ from: 1, to: 3, count: 5 });
    expect(binsOver(Float64Array.of(2, 2), 5)).toEqual({ from: 1.8, to: 2.2, count: 5 });
    expect(binsOver(Float64Array.of(1, 1 + 1e-7), 5).to).toBeCloseTo(1.1, 6);
    expect(binsOver(Float64Array.of(0), 5)).toEqual({ from: 0, to: 1, count: 5 });
    expect(binsOver(new Float64Array(), 5)).toEqual({ from: 0, to: 1, count: 5 });
    expect(binsFrom0([Float64Array.of(3), Float64Array.of(4, 1)], 5)).toEqual({ from: 0, to: 4, count: 5 });
    expect(binsFrom0([Float64Array.of(0)], 5).to).toBe(1);
    expect(meanOf(Float64Array.of(1, 2))).toBe(1.5);
  });
});

describe("shown numbers", () => {
  it("are short, and a dash where there is none", () => {
    const shown = [0, 64, -3.61591, 0.00012345, -9e-9, 123_456.7, 1e7, Number.NaN, undefined].map(short);
    expect(shown).toEqual(["0", "64", "-3.616", "0.00012", "-9e-9", "1.23e+5", "1.00e+7", "–", "–"]);
  });

  it("have as many decimals as tell two digits of their error", () => {
    expect(withError(-3.615912, 0.00427)).toEqual(["-3.6159", "0.0043"]);
    expect(withError(-3.615912, 0.427)).toEqual(["-3.616", "0.427"]);
    expect(withError(8.5e-10, 1.4e-11)).toEqual(["8.5e-10", "1.4e-11"]);
    expect(withError(1.25, 0)).toEqual(["1.250", "0"]);
    expect(withError(1.25, Number.NaN)).toEqual(["1.250", "–"]);
    expect(withError(1.25, undefined)).toEqual(["1.250", ""]);
    expect(withError(undefined, undefined)).toEqual(["–", ""]);
  });
});

describe("what is shown of a result", () => {
  it("speaks for all at t = 2 where that was asked for", async () => {
    const { result } = await metricsSample({ n: 20, d: 3, t: [1, 2, 5] });
    expect(mainUniformity(result.uniformity)?.t).toBe(2);
    expect(mainUniformity(result.uniformity.slice(2))?.t).toBe(5);
    expect(mainUniformity([])).toBeUndefined();
  });

  it("is the largest classes, those of one size as they come", () => {
    const classes = [1, 3, 2, 3].map((n, i) => ({ label: String(i), n, uniformity: [] }));
    const { shown, left } = largestOf(classes, 3);
    expect([shown.map(({ label }) => label), left]).toEqual([["1", "3", "2"], 1]);
  });

  it("names no alignment without a second view", async () => {
    const names = async (options: SampleOptions) =>
      quantitiesOf((await metricsSample(options)).result).map(({ name }) => name);
    const always = ["uniformity (t = 2)", "effective rank", "mean length", "Wasserstein distance", "length of a row"];
    expect(await names({ n: 20, d: 3 })).toEqual(always);
    expect(await names({ n: 20, d: 3, noise: 1 })).toEqual(["alignment (alpha 2)", ...always]);
    const { result } = await metricsSample({ n: 20, d: 3 });
    const without = quantitiesOf({ ...result, effectiveRank: Number.NaN, wasserstein: Number.NaN });
    expect(without.map(({ name }) => name)).toEqual(["uniformity (t = 2)", "mean length", "length of a row"]);
  });
});

describe("metricsTable", () => {
  it("has every number with its error, optimum and gap", async () => {
    const { result, sketch } = await metricsSample({ n: 500, d: 16, noise: 0.3, t: [2, 5] });
    const text = metricsTable(result, sketch, 80);
    const [two] = result.uniformity;
    expect(text).toMatch(/^x\.npy: 500 x 16 \(npy\), rows scaled to length 1\ny\.npy: 500 x 16 \(npy\), row by row/);
    expect(rowOf(text, "uniformity (t = 2)")).toEqual([
      ...withError(two.value, two.standardError),
      two.optimum.toFixed(3),
      short(two.gap),
      "lower is better",
    ]);
    expect(rowOf(text, "uniformity (t = 5)")).toHaveLength(5);
    expect(rowOf(text, "alignment (alpha 2)").slice(2)).toEqual(["0", "lower is better"]);
    expect(rowOf(text, "effective rank").slice(1)).toEqual(["16", "higher is better"]);
    expect(text.endsWith("\n") && !/ \n|\n\n\n/.test(text)).toBe(true);
    expect(text).not.toMatch(/NaN|undefined|\* /);
  });

  it("draws the histograms on one axis, each as high as its fullest bin", async () => {
    const { result, sketch } = await metricsSample({ n: 50, d: 4 });
    const given = { ...sketch, positives: Float64Array.of(0, 0, 0, 0.51, 2), distances: Float64Array.of(1.01) };
    const text = metricsTable(result, given, 80);
    const bars = [...text.matchAll(/\|(.*)\|/g)].map(([, bar]) => bar);
    expect(bars).toHaveLength(3);
    expect(bars[0].replaceAll(" ", "")).toBe("█▃▃");
    expect(bars[0].indexOf("▃") / bars[0].length).toBeCloseTo(0.25, 1);
    expect(bars[1].trim()).toBe("█");
    expect(bars[1].indexOf("█") / bars[1].length).toBeCloseTo(0.5, 1);
    expect(new Set(bars.map(letters)).size).toBe(1);
    expect(metricsTable(result, undefined, 80)).not.toContain("|");
  });

  it("keeps within 80 columns and within those there are, down to 64", async () => {
    const remarks = [
      "One remark that is long enough to be told in more than one line of any terminal there is, whatever it is.",
    ];
    const samples: SampleOptions[] = [
      { n: 60, d: 7, noise: 0.2, classes: 5, remarks },
      { n: 60, d: 7, noise: 0.2, shift: 1e4, remarks },
      { n: 60, d: 7, noise: 0.2, shift: 123_456, normalize: false, remarks },
    ];
    for (const options of samples) {
      const { result, sketch } = await metricsSample(options);
      for (const [columns, most] of [
        [0, 80],
        [20, 72],
        [64, 72],
        [80, 80],
        [200, 80],
      ]) {
        const text = metricsTable(result, sketch, columns);
        for (const line of text.split("\n")) expect(letters(line), line).toBeLessThanOrEqual(most);
        expect(text.replace(/\n {2}/g, " ")).toContain(`* ${remarks[0]}`);
      }
    }
  });

  it("lists 20 of 1,000 classes, and says how many more there are", async () => {
    const { result } = await metricsSample({ n: 1500, d: 3, noise: 0.1, classes: 1000 });
    const lines = metricsTable(result, undefined, 80).split("\n");
    expect(lines.filter((line) => line.startsWith("class "))).toHaveLength(20 + 1);
    expect(lines).toContain("... and 980 more");
    expect(lines.find((line) => line.startsWith("class  "))).toMatch(/alignment +uniformity \(t = 2\)/);
  });

  it("has a dash for what two rows, or a class of one, do not tell", async () => {
    const { result, sketch } = await metricsSample({ n: 2, d: 3, classes: 2 });
    const text = metricsTable(result, sketch, 80);
    expect(rowOf(text, "uniformity (t = 2)")[1]).toBe("–");
    expect(rowOf(text, "class 1")).toEqual(["1", "–"]);
    const raw = metricsTable((await metricsSample({ n: 30, d: 3, normalize: false })).result, undefined, 80);
    expect(rowOf(raw, "uniformity (t = 2)").slice(2)).toEqual(["–", "–", "lower is better"]);
    expect(raw).toContain("rows as they are");
  });

  it("lets no label, name or remark steer the terminal", async () => {
    const { result } = await metricsSample({ n: 9, d: 3, classes: 1 });
    const [only] = result.classes ?? [];
    const evil = "\u001b[2J\u202eevil\n\u0007";
    const text = metricsTable(
      { ...result, x: { ...result.x, name: evil }, classes: [{ ...only, label: evil.repeat(9) }], remarks: [evil] },
      undefined,
      80,
    );
    expect(text.replaceAll("\n", "")).not.toMatch(/\p{C}/u);
    expect(text).toContain("?[2J?evil??");
    expect(text).toContain("…");
    expect(metricsTable({ ...result, x: { ...result.x, name: "-" } }, undefined, 80)).toMatch(/^standard input: 9 x 3/);
  });
});
