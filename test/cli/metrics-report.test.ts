import { describe, expect, it, vi } from "vitest";
import { circle } from "../../src/cli/report/circle.ts";
import { categories, colours } from "../../src/cli/report/colours.ts";
import { evenShare } from "../../src/cli/report/even.ts";
import { groupsOf } from "../../src/cli/report/groups.ts";
import { histogram } from "../../src/cli/report/histogram.ts";
import { figuresOf, metricsFigures } from "../../src/cli/report/metrics-figures.ts";
import { renderMetricsReport } from "../../src/cli/report/metrics-report.ts";
import { escaped } from "../../src/cli/report/page.ts";
import { pngOf } from "../../src/cli/report/png.ts";
import { logMeanPotential } from "../../src/cli/report/potential.ts";
import { standalone } from "../../src/cli/report/standalone.ts";
import { short } from "../../src/cli/shown.ts";
import { metricsSample, type SampleOptions } from "./metrics-sample.ts";

const evil = `<script>alert("1")</script>&amp;'\u0000\ud800`;

/** All that a set of embeddings may be like. */
const samples: Readonly<Record<string, SampleOptions>> = {
  "two views with labels": { n: 300, d: 16, noise: 0.3, classes: 8, between: 1, t: [1, 2, 5] },
  "one view": { n: 300, d: 16 },
  "one dimension": { n: 40, d: 1, noise: 0.1 },
  "a circle": { n: 300, d: 2, noise: 0.3, classes: 3, between: 1 },
  "three dimensions": { n: 300, d: 3, noise: 0.3 },
  "1,536 dimensions": { n: 60, d: 1536, noise: 0.3 },
  "two rows": { n: 2, d: 3 },
  "a collapse": { n: 100, d: 8, noise: 0.1, shift: 1e9 },
  "rows as they are": { n: 100, d: 8, noise: 0.1, shift: 1e3, normalize: false },
  "two dimensions as they are": { n: 100, d: 2, normalize: false },
  "one class": { n: 100, d: 8, classes: 1 },
  "1,000 classes": { n: 1500, d: 4, noise: 0.1, classes: 1000 },
};

describe.each(Object.entries(samples))("the report of %s", (_, options) => {
  it("is one page without a hole that loads nothing, the same text for the same result", async () => {
    const { result, sketch } = await metricsSample({ ...options, remarks: ["A remark & more."] });
    const page = renderMetricsReport(result, sketch);
    expect(page.length).toBeLessThan(1_000_000);
    expect(page.match(/\b(src|href|xlink:href)=|url\(|@import|<script|<link/)).toBeNull();
    expect(page.match(/.{0,30}(NaN|undefined|Infinity|-\d+\.\d+<)/g)).toBeNull();
    expect(page.includes("<li>A remark &#38; more.</li>")).toBe(true);
    expect(renderMetricsReport(result, sketch) === page).toBe(true);
  });

  it("has figures that are files of their own, and can be drawn", async () => {
    const { result, sketch } = await metricsSample(options);
    const files = metricsFigures(result, sketch);
    expect(files.map(({ name }) => name)).toEqual(["distances", "sphere", "potential", "lengths"]);
    for (const { svg } of files) {
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="432" height="\d+"/);
      expect(svg.match(/.{0,30}(currentColor|var\(|<style|class=|NaN|undefined|Infinity)/g)).toBeNull();
      expect([...(await pngOf(svg)).subarray(1, 4)]).toEqual([80, 78, 71]); // its parser is strict
    }
    expect(metricsFigures(result, sketch)).toEqual(files);
  });
});

describe("the report of metrics", () => {
  it("has every number of the result", async () => {
    const { result, sketch } = await metricsSample({ n: 500, d: 16, noise: 0.3, classes: 3, t: [1, 2] });
    const page = renderMetricsReport(result, sketch);
    const has = (text: string) => expect(page.includes(text), text).toBe(true);
    for (const { value, standardError, optimum, gap } of result.uniformity) {
      has(`>${value.toFixed(standardError < 0.01 ? 4 : 3).replace("-", "−")} <small>±`);
      has(`>${optimum.toFixed(3).replace("-", "−")}</td><td>${short(gap).replace("-", "−")}</td>`);
    }
    has(`>${result.alignment?.value.toFixed(4)} <small>±`);
    has(`<td>${result.effectiveRank.toFixed(3)}</td><td>16</td>`);
    has("<code>metrics --t 1,2 --alpha 2 --labels … --seed 0</code>");
    has("124,750 pairs of rows");
    expect(page.split("<tr>").length - 1).toBe(1 + 7 + 1 + 3);
  });

  it("escapes whatever comes from the user", async () => {
    const { result, sketch } = await metricsSample({ n: 30, d: 3, noise: 0.2, classes: 1 });
    const [only] = result.classes ?? [];
    const named = { ...result.x, name: evil, format: evil };
    const given = {
      ...result,
      x: named,
      y: named,
      version: evil,
      remarks: [evil],
      classes: [{ ...only, label: evil }],
    };
    const page = renderMetricsReport(given, { ...sketch, labels: sketch.labels?.map(() => evil) });
    expect(page.includes("<script")).toBe(false);
    expect(page.split("&#60;script&#62;alert(&#34;1&#34;)").length - 1).toBeGreaterThan(5);
    expect(page.match(/[\0\ud800]/)).toBeNull();
    for (const { svg } of metricsFigures(given, { ...sketch, labels: sketch.labels?.map(() => evil) })) {
      expect(svg).not.toContain("<script");
      await pngOf(svg);
    }
    expect(escaped(`a<b>&"'\u0001\n€😀\udc00`)).toBe("a&#60;b&#62;&#38;&#34;&#39;\ufffd\n€😀\ufffd");
  });

  it("lists 50 of 1,000 classes and says so", async () => {
    const { result, sketch } = await metricsSample(samples["1,000 classes"]);
    const page = renderMetricsReport(result, sketch);
    expect(page.match(/<tr><th scope="row">class \d+</g)).toHaveLength(50);
    expect(page.match(/<p class="note">The.*/g)?.join()).toContain(
      "The 50 classes with most rows; 950 more are left out here",
    );
  });

  it("says how much the picture of rows that lie close together is magnified", async () => {
    const wide = async (options: SampleOptions) => {
      const { result, sketch } = await metricsSample(options);
      return /whole sphere would be ([\d,]+) times as wide/.exec(renderMetricsReport(result, sketch))?.[1];
    };
    expect(await wide({ n: 100, d: 8, shift: 1e4 })).toMatch(/^\d,\d{3}$/);
    const { result, sketch } = await metricsSample(samples["three dimensions"]);
    const { svg, reach } = figuresOf(result, sketch).sphere;
    expect(svg).toContain(`>radius ${short(reach)}</text>`);
    expect(await wide(samples["three dimensions"])).toBeUndefined();
  });

  it("draws no curve of even points where there is none", async () => {
    const legends = async (options: SampleOptions) => {
      const { result, sketch } = await metricsSample(options);
      const { distances, potential } = figuresOf(result, sketch);
      return [distances, potential].map(({ legend }) => legend.some(({ colour }) => colour === undefined));
    };
    expect(await legends(samples["one view"])).toEqual([true, true]);
    expect(await legends(samples["one dimension"])).toEqual([false, true]);
    expect(await legends(samples["rows as they are"])).toEqual([false, false]);
  });

  it("draws the circle itself for rows of length 1 in two dimensions, else a plane", async () => {
    const share = async (options: SampleOptions) => {
      const { result, sketch } = await metricsSample(options);
      return figuresOf(result, sketch).sphere.share;
    };
    expect(await share(samples["a circle"])).toBeUndefined();
    expect(await share(samples["two dimensions as they are"])).toBeCloseTo(1, 12);
    expect(await share(samples["three dimensions"])).toBeLessThan(1);
  });
});

describe("the share of evenly spread pairs between two distances", () => {
  it("is that of the circle, of the sphere, and all in all dimensions", () => {
    expect(evenShare(2)(0.3, 1.7)).toBeCloseTo((2 / Math.PI) * (Math.asin(0.85) - Math.asin(0.15)), 6);
    expect(evenShare(3)(0.3, 1.7)).toBeCloseTo((1.7 ** 2 - 0.3 ** 2) / 4, 4);
    for (const d of [2, 3, 64, 1536]) {
      const share = evenShare(d);
      const all = Array.from({ length: 100 }, (_, i) => share(i / 50, (i + 1) / 50));
      expect(all.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    }
  });
});

describe("the curve of the potential", () => {
  it("is log mean exp(−t s), without loss where all are far", () => {
    expect(logMeanPotential(Float64Array.of(0, 1), 2)).toBeCloseTo(Math.log((1 + Math.exp(-2)) / 2), 12);
    expect(logMeanPotential(Float64Array.of(1e6, 1e6), 10)).toBeCloseTo(-1e7, 6);
    expect(logMeanPotential(new Float64Array(), 1)).toBeNaN();
  });
});

describe("the colours of labels", () => {
  const rows = (labels: readonly string[]) =>
    groupsOf(labels.length, labels).legend.map(({ name, colour }, k) => [
      name,
      colour,
      groupsOf(labels.length, labels).groups[k].rows.length,
    ]);

  it("are ten for ten labels, in the order in which they come", () => {
    const labels = Array.from({ length: 20 }, (_, i) => `l${(9 - i + 10) % 10}`);
    expect(rows(labels)).toEqual(categories.map((colour, k) => [`l${9 - k}`, colour, 2]));
  });

  it("are nine for the labels that occur most, and grey for others, which lie below", () => {
    const labels = Array.from({ length: 12 }, (_, i) => Array.from({ length: 12 - i }, () => `l${i}`))
      .flat()
      .reverse();
    const { groups, legend } = groupsOf(labels.length, labels);
    expect(legend.map(({ name }) => name)).toEqual([..."012345678"].map((k) => `l${k}`).concat("3 others"));
    expect([legend[9].colour, groups[0].colour, groups[0].rows.length]).toEqual([
      colours.rest,
      colours.rest,
      3 + 2 + 1,
    ]);
    expect(groups.flatMap(({ rows }) => rows).sort((a, b) => a - b)).toEqual(labels.map((_, i) => i));
  });

  it("is one without labels; a long label is cut, an empty one named", () => {
    expect(groupsOf(3)).toEqual({ groups: [{ colour: colours.any, rows: [0, 1, 2] }], legend: [] });
    expect(groupsOf(2, ["x".repeat(40), ""]).legend.map(({ name }) => name)).toEqual([`${"x".repeat(31)}…`, "(empty)"]);
  });
});

describe("the circle", () => {
  it("has a dot for each row where it is, and the longest bar where most are", () => {
    const rows = { data: Float32Array.of(1, 0, 1, 0, 0, 1), shape: [3, 2] as const };
    const svg = circle("On the circle", rows, [{ colour: "#123456", rows: [0, 1, 2] }]);
    expect(svg.match(/M853 500h0/g)).toHaveLength(2); // 500 + 490 * 0.72
    expect(svg).toContain("M500 147h0");
    const bars = [...svg.matchAll(/M(\d+) (\d+)L(\d+) (\d+)/g)].map((match) => match.slice(1).map(Number));
    const lengths = bars.map(([x0, y0, x1, y1]) => Math.hypot(x1 - x0, y1 - y0));
    expect(lengths).toHaveLength(2);
    expect(Math.max(...lengths) / Math.min(...lengths)).toBeCloseTo(2, 1);
  });
});

describe("the histogram", () => {
  it("has a bar for each bin that is not empty, and marks the means", () => {
    const values = Float64Array.of(0.1, 0.1, 0.9, 1.9);
    const svg = histogram("A histogram", [{ colour: "#123456", values }], {
      bins: { from: 0, to: 2, count: 4 },
      x: "x",
      of: "pairs",
    });
    expect(svg.match(/<rect /g)).toHaveLength(3);
    expect(svg).toContain("mean 0.750");
    expect(svg).toContain("% of pairs, bins of 0.5");
  });
});

describe("a figure of its own", () => {
  it("has its title and legend, in rows that fit", () => {
    const legend = Array.from({ length: 7 }, (_, k) => ({ name: `a label, number ${k}`, colour: "#123456" }));
    const svg = standalone({
      title: "A <title>",
      legend,
      svg: '<svg viewBox="0 0 800 400" width="9"><g fill="currentColor"/></svg>',
    });
    expect(svg).toContain("<title>A &#60;title&#62;</title>");
    const places = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(new Set(places.map(String)).size).toBe(7);
    for (const [x] of places) expect(x).toBeLessThan(432);
    expect(svg).toMatch(
      /<svg x="16" y="\d+" width="400" height="200" overflow="visible" viewBox="0 0 800 400"><g fill="#1d2126"\/>/,
    );
  });
});

describe("pngOf", () => {
  const picture = (content: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20" font-family="Inter, no-such-font"><rect width="60" height="20" fill="#fff"/>${content}</svg>`;

  it("draws two pixels for a unit, and text", async () => {
    const [with_, without] = [await pngOf(picture('<text x="2" y="15">abc</text>')), await pngOf(picture(""))];
    const view = new DataView(with_.buffer, with_.byteOffset);
    expect([view.getUint32(16), view.getUint32(20)]).toEqual([120, 40]);
    expect(with_.length).toBeGreaterThan(without.length + 200);
    expect(await pngOf(picture('<text x="2" y="15">abc</text>'))).toEqual(with_);
  });

  it("says what to install where resvg is not, and rejects what is no SVG", async () => {
    await expect(pngOf("<svg><a b=c></svg>")).rejects.toThrow("SVG data parsing failed");
    vi.doMock("@resvg/resvg-js", () => {
      throw new Error("Cannot find package '@resvg/resvg-js'");
    });
    await expect(pngOf(picture(""))).rejects.toThrow("install it: npm i @resvg/resvg-js");
    vi.doUnmock("@resvg/resvg-js");
  });
});
