import { describe, expect, it } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { conclude } from "../../src/cli/metrics/conclude.ts";
import { type Input, measurePart, type Settings, shares } from "../../src/cli/metrics/measure.ts";
import { checkParts } from "../../src/cli/metrics/merge.ts";
import type { Part } from "../../src/cli/metrics/part.ts";
import { readPart, writePart } from "../../src/cli/metrics/part-file.ts";
import { cpu } from "../../src/devices/cpu/cpu.ts";
import { alignment, effectiveRank, uniformity, wasserstein } from "../../src/metrics/index.ts";
import type { Pass } from "../../src/metrics/passes.ts";
import { plainKernels } from "../../src/metrics/plain-sums.ts";
import { rowsOf } from "../../src/metrics/points.ts";
import { stripsOf } from "../../src/metrics/strips.ts";
import { Random } from "../../src/random.ts";

const stream = { write: () => {} };
const io: Io = { stdout: stream, stderr: stream, env: {}, signal: new AbortController().signal };
const settings: Settings = {
  ...{ ts: [2, 0.5], alpha: 2, normalize: true, spectrum: true, quiet: true },
  ...{ plain: false, count: true },
};

function input(n: number, d: number, seed: number): Input & { data: Float64Array } {
  const data = new Float64Array(n * d);
  new Random(seed).fillNormal(data, 0.2);
  return { data, rows: rowsOf("made", { n, d, data }), result: { name: "made", format: "npy", n, d } };
}

async function parts(count: number, x: Input, y?: Input, given: Partial<Settings> = {}): Promise<Part[]> {
  const made: Part[] = [];
  for (let index = 1; index <= count; index++) {
    const { part } = await measurePart(x, y, { ...settings, ...given }, { index, count }, io);
    made.push(readPart(writePart(part), `part ${index}`));
  }
  return made;
}

describe("parts of the metrics", () => {
  it.each([
    ["products", 5000, 20, {}],
    ["products in one strip", 1100, 4, {}],
    ["differences", 700, 5, {}],
    ["both", 1500, 3, { ts: [2, 9] }],
    ["two points", 2, 3, {}],
  ])("come to the bits of the whole, by %s", async (_, n, d, given: Partial<Settings>) => {
    const [x, y] = [input(n, d, 1), input(n, d, 2)];
    const [{ part }, { part: alone }] = [
      await measurePart(x, y, { ...settings, ...given }, { index: 1, count: 1 }, io),
      await measurePart(x, undefined, { ...settings, ...given }, { index: 1, count: 1 }, io),
    ];
    const whole = conclude([part]);
    expect(conclude([alone])).toEqual({ ...whole, alignment: undefined, y: undefined });
    for (const count of [1, 2, 3, 7, 40]) {
      const made = await parts(count, x, y, given);
      const order = new Random(count).permutation(count);
      const shuffled = Array.from(order, (k) => made[k]);
      checkParts(shuffled.map((part, k) => ({ name: `${k}.json`, part })));
      expect(conclude(shuffled), `${count} parts`).toEqual(whole);
    }
  });

  it("come to what the library's functions give", async () => {
    const [x, y] = [input(3000, 8, 1), input(3000, 8, 2)];
    const { part } = await measurePart(x, y, settings, { index: 1, count: 1 }, io);
    const found = conclude([part]);
    const options = { dim: 8 };
    const { t: _, vStatistic, ...at2 } = found.uniformity[0];
    expect(at2).toEqual(await uniformity(x.data, options));
    expect(found.alignment).toEqual(await alignment(x.data, y.data, options));
    expect(found.effectiveRank).toBeCloseTo(effectiveRank(x.data, options), 10);
    expect(found.wasserstein).toBeCloseTo(wasserstein(x.data, options), 10);
    // Over ordered pairs, each point with itself.
    const mean = (Math.exp(at2.value) * 3000 * 2999 + 3000) / 3000 ** 2;
    expect(vStatistic).toBeCloseTo(Math.log(mean), 12);
  });

  it("share the work evenly", () => {
    const kernels = cpu.measuring ?? plainKernels;
    const sizes = kernels.sizes(100_000, 128);
    const spread = { n: 100_000, meanSquare: 1, largestSquare: 1, largestEntry: 1 };
    const pass: Pass = { by: "cpu", kernels, ts: [2], shifts: [0], spread, sizes, strips: stripsOf(100_000, sizes) };
    for (const count of [2, 3, 8, 20]) {
      const costs = Array.from({ length: count }, (_, i) =>
        shares([pass], 128, { index: i + 1, count })
          .flat()
          .reduce((sum, { cost }) => sum + cost, 0),
      );
      const total = costs.reduce((a, b) => a + b, 0);
      expect((count * Math.max(...costs)) / total, `${count} parts`).toBeLessThan(1.15);
    }
  });
});

describe("merge refuses", () => {
  const named = (made: readonly Part[]): { name: string; part: Part }[] =>
    made.map((part, k) => ({ name: `${"abcdef"[k]}.json`, part }));

  it("missing and doubled parts, naming them", async () => {
    const made = named(await parts(4, input(300, 3, 1)));
    expect(() => checkParts([made[0], made[3]])).toThrow(/^2 of 4 parts missing: 2, 3; make them with .*--shard 2\/4/);
    expect(() => checkParts([...made, { ...made[1], name: "copy.json" }])).toThrow(
      "copy.json and b.json are both part 2 of 4: leave one out",
    );
  });

  it.each<[string, Partial<Settings>, number, RegExp]>([
    ["other data", {}, 2, /b\.json is not of the same job as a\.json: the data has the SHA-256 [0-9a-f]{64}, there/],
    ["another t", { ts: [1] }, 1, /--t is 1, there 2,0\.5/],
    ["another alpha", { alpha: 1 }, 1, /--alpha is 1, there 2/],
    ["rows as they are", { normalize: false }, 1, /normalize is false, there true/],
    ["other kernels", { ts: [2, 0.5], plain: true }, 1, /kernels are those of , there WebAssembly/],
    ["another t that loops count", { ts: [2, 0.5], spectrum: false }, 1, /effective rank is left out, there wanted/],
  ])("parts of %s", async (_, given, seed, why) => {
    const [a] = await parts(2, input(1200, 3, 1));
    const [, b] = await parts(2, input(1200, 3, seed), undefined, given);
    expect(() => checkParts(named([a, b]))).toThrow(why);
  });

  it("parts of another number of parts, and of another size", async () => {
    const [a] = await parts(2, input(300, 3, 1));
    const [, b] = await parts(3, input(300, 3, 1));
    expect(() => checkParts(named([a, b]))).toThrow(/the number of parts is 3, there 2/);
    const [, c] = await parts(2, input(300, 4, 1));
    expect(() => checkParts(named([a, c]))).toThrow(/the rows are \[300, 4\], there \[300, 3\]/);
  });

  it("parts of another second file", async () => {
    const [x, y, z] = [input(300, 3, 1), input(300, 3, 2), input(300, 3, 3)];
    const other = { ...z, result: { ...z.result, name: "other" } };
    const [[a], [, b], [, c]] = [await parts(2, x, y), await parts(2, x, other), await parts(2, x)];
    expect(() => checkParts(named([a, b]))).toThrow(/the second file is .*other.*, there .*made/);
    expect(() => checkParts(named([a, c]))).toThrow(/the second file is undefined, there/);
  });

  it("parts whose strips do not follow each other, or end too soon", async () => {
    const made = await parts(2, input(1500, 3, 1), undefined, { plain: true });
    const shifted = (part: Part, by: number, cut: number): Part => ({
      ...part,
      passes: part.passes.map((pass) => ({ ...pass, from: pass.from + by, totals: pass.totals.slice(cut) })),
    });
    expect(() => checkParts(named([made[0], shifted(made[1], 1, 1)]))).toThrow(/b\.json: begins at strip/);
    expect(() => checkParts(named([made[0], shifted(made[1], 0, 1)]))).toThrow(/the parts end at strip 20 of 21/);
  });

  it("data that differ late", async () => {
    const [a, b] = [input(3000, 120, 1), input(3000, 120, 1)];
    b.data[b.data.length - 1] += 1;
    const given = { spectrum: false };
    const [[first], [, second]] = [await parts(2, a, undefined, given), await parts(2, b, undefined, given)];
    expect(() => checkParts(named([first, second]))).toThrow(/the data has the SHA-256/);
  });

  it("files that are no parts, and damaged ones: an error that names the file, or the same numbers", async () => {
    expect(() => readPart("", "x.json")).toThrow(/^x\.json: is no whole part of metrics/);
    expect(() => readPart('{"task":"metrics"}', "x.json")).toThrow(/"task" is not "metrics-part"/);
    const [part] = await parts(2, input(300, 3, 1));
    const text = writePart(part);
    const next = text.replace('"schemaVersion":1', '"schemaVersion":2');
    expect(() => readPart(next, "x.json")).toThrow(/schema version 2, this program reads 1/);
    const random = new Random(5);
    let refused = 0;
    for (let i = 0; i < 400; i++) {
      const bytes = Buffer.from(text);
      const cut = i % 2 === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes;
      if (i % 2 === 1) cut[random.below(random.below(2) ? 600 : cut.length)] = 32 + random.below(90);
      try {
        expect(readPart(cut.toString(), "x.json")).toEqual(part); // a letter that was exchanged for itself
      } catch (error) {
        expect((error as Error).message, `damage ${i}`).toMatch(/^x\.json: .{10,}: make the part again/);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(390);
  });
});
