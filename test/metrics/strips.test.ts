import { describe, expect, it } from "vitest";
import { cpu } from "../../src/devices/cpu/cpu.ts";
import { nearestSquared } from "../../src/metrics/nearest-pair.ts";
import { passesOf } from "../../src/metrics/passes.ts";
import { plainKernels } from "../../src/metrics/plain-sums.ts";
import type { RowSource } from "../../src/metrics/row-source.ts";
import { chosenRows, gather, scaledRows } from "../../src/metrics/scaled-rows.ts";
import { countStrips, stripsOf } from "../../src/metrics/strips.ts";
import { survey } from "../../src/metrics/survey.ts";
import { ofAllPairs, sumsOf, type Uniformity } from "../../src/metrics/u-statistic.ts";
import { uniformities } from "../../src/metrics/uniformity.ts";
import { Random } from "../../src/random.ts";

/** Rows in memory, and a record of what was read of them. */
function source(n: number, d: number, seed = 1): RowSource & { data: Float64Array; reads: [number, number][] } {
  const data = new Float64Array(n * d);
  new Random(seed).fillNormal(data);
  const reads: [number, number][] = [];
  return {
    ...{ name: "made", n, d, data, reads },
    async read(start, count, out) {
      expect(start >= 0 && start + count <= n && out.length >= count * d).toBe(true);
      reads.push([start, count]);
      out.set(data.subarray(start * d, (start + count) * d));
    },
  };
}

describe("strips", () => {
  it.each([
    [1, 4, 2],
    [2, 4, 2],
    [10, 4, 4],
    [10, 4, 2],
    [13, 8, 2],
    [16, 8, 2],
    [40, 8, 8],
  ])("hold every pair of %i points once, panels of %i and blocks of %i", (n, panel, block) => {
    const met = new Set<string>();
    for (const { top, height, before, left, count, within, pairs } of stripsOf(n, { panel, block })) {
      const size = met.size;
      expect(before <= height && height <= panel && count <= block && left + count <= n).toBe(true);
      for (let j = left; j < left + count; j++) {
        for (let i = top; i < top + before; i++) met.add(`${i} ${j}`);
        for (let i = left; within && i < j; i++) met.add(`${i} ${j}`);
      }
      expect(met.size - size).toBe(pairs);
    }
    expect(met.size).toBe((n * (n - 1)) / 2);
    expect([...met].every((pair) => Number(pair.split(" ")[0]) < Number(pair.split(" ")[1]))).toBe(true);
  });

  it("counted apart, in any order, come to the bits of all counted at once", async () => {
    const rows = scaledRows(source(1500, 6), { normalize: true });
    const { mean } = await survey(rows);
    for (const kernels of [plainKernels, cpu.measuring ?? plainKernels]) {
      const sizes = { panel: 512, block: 256 };
      const strips = stripsOf(1500, sizes);
      const options = { kernels, sizes, ts: [2, 0.5] };
      const whole = await countStrips(rows, mean, strips, options);
      for (const cuts of [
        [0, 5, 6, 11],
        [0, 1, 2, 3],
      ]) {
        // biome-ignore format: short
        const parts = await Promise.all(
          cuts.map((from, k) => countStrips(rows, mean, strips.slice(from, cuts[k + 1]), options)),
        );
        expect(parts.flatMap(({ totals }) => totals)).toEqual(whole.totals);
        const points = new Float64Array(whole.points.length);
        for (const part of parts.reverse()) for (let i = 0; i < points.length; i++) points[i] += part.points[i];
        expect(points).toEqual(whole.points);
      }
    }
  });

  it("read a bounded part of the rows at a time", async () => {
    const rows = source(5000, 3);
    await countStrips(rows, new Float64Array(3), stripsOf(5000, { panel: 512, block: 256 }), {
      kernels: plainKernels,
      sizes: { panel: 512, block: 256 },
      ts: [1],
    });
    expect(Math.max(...rows.reads.map(([, count]) => count))).toBe(512);
  });
});

describe("the nearest pair", () => {
  it("is found across blocks and within them", async () => {
    for (const [i, j] of [
      [3, 4],
      [3, 900],
      [890, 1090],
      [1098, 1099],
    ]) {
      // biome-ignore format: short
      const rows = source(1100, 5);
      for (let c = 0; c < 5; c++) rows.data[5 * i + c] = rows.data[5 * j + c] + 1e-3;
      expect(await nearestSquared(rows, new Float64Array(5))).toBeCloseTo(5e-6, 12);
    }
  });
});

describe("passes", () => {
  it("send few points, t that are too sharp and points too near to float64, the rest to cpu", async () => {
    const devices = async (n: number, ts: number[], scale = 1): Promise<string[]> => {
      const rows = source(n, 4);
      rows.data.set(rows.data.map((x) => scale * x));
      const about = await survey(rows);
      return (await passesOf(rows, about, ts)).map(({ by, ts, shifts }) => {
        return `${by} ${ts.join()}${shifts.some((shift) => shift > 0) ? " shifted" : ""}`;
      });
    };
    expect(await devices(1000, [0.1])).toEqual(["loops 0.1"]);
    expect(await devices(1100, [0.1, 0.2])).toEqual(["cpu 0.1,0.2"]);
    expect(await devices(1100, [0.1, 10])).toEqual(["cpu 0.1", "loops 10 shifted"]);
    expect(await devices(1100, [0.1], 0.01)).toEqual(["loops 0.1"]);
  });
});

describe("rows", () => {
  it("are gathered in any order, twice if wanted, reading each span once", async () => {
    const rows = source(3000, 2);
    const wanted = Int32Array.of(2999, 0, 7, 7, 600, 2998, 511);
    const out = new Float64Array(14);
    await gather(rows, wanted, out);
    wanted.forEach((row, k) => void expect([...out.subarray(2 * k, 2 * k + 2)]).toEqual([...rows.data.subarray(2 * row, 2 * row + 2)])); // biome-ignore format: one line says it
    expect(rows.reads).toEqual([[0, 512], [600, 1], [2998, 2]]); // biome-ignore format: short
  });

  it("that are chosen are a source of their own", async () => {
    const rows = source(50, 2);
    const some = chosenRows(rows, Int32Array.of(4, 40, 2));
    const out = new Float64Array(4);
    await some.read(1, 2, out);
    expect([some.n, some.d, ...out]).toEqual([3, 2, ...rows.data.subarray(80, 82), ...rows.data.subarray(4, 6)]);
  });

  it("are scaled, their lengths noted, and named by row and column where they cannot be", async () => {
    const rows = source(4, 3);
    rows.data.set([0, 3, 4], 3);
    const lengths = new Float64Array(4);
    const out = new Float64Array(12);
    await scaledRows(rows, { normalize: true, lengths }).read(1, 2, out);
    expect([...out.subarray(0, 3)]).toEqual([0, 0.6, 0.8]);
    expect(lengths[1]).toBe(5);
    rows.data[3 * 2 + 1] = Number.NaN;
    const scaled = scaledRows(rows, { normalize: true });
    await expect(scaled.read(1, 2, out)).rejects.toThrow(
      /^made: row 2 of \[4, 3\] holds a NaN or an infinity in column 1/,
    );
    rows.data.fill(0, 6, 9);
    await expect(scaled.read(2, 1, out)).rejects.toThrow(/^made: row 2 of \[4, 3\] is all zeros/);
    await expect(scaledRows(rows, { normalize: false }).read(2, 1, out)).resolves.toBe(undefined);
  });
});

describe("many points in whole numbers", () => {
  it("come to the value of float64 within 1e-6, and its standard error, in clusters", async () => {
    const [n, d] = [16_384, 6];
    const clustered = source(n, d);
    clustered.data.forEach((x, k) => {
      clustered.data[k] = 0.2 * x + (k % d === Math.floor(k / d) % 4 ? 1 : 0);
    });
    for (const rows of [scaledRows(clustered, { normalize: true })]) {
      const about = await survey(rows);
      const found: Uniformity[] = [];
      for (const plain of [false, true]) {
        const [pass] = await passesOf(rows, about, [1], { plain });
        expect(pass.by).toBe(plain ? "loops" : "cpu");
        const [sums] = sumsOf(pass, await countStrips(rows, about.mean, pass.strips, pass));
        found.push(ofAllPairs(sums, { n, d, normalized: true }));
      }
      expect(Math.abs(found[0].value - found[1].value)).toBeLessThan(1e-6);
      expect(found[0].standardError / found[1].standardError).toBeCloseTo(1, 4);
    }
    expect(cpu.ranOn()["potentialSums:whole"]).toBeGreaterThan(0);
  }, 60_000);

  it("come to it on a lattice, where rows are equal and all entries are rounded alike", async () => {
    const [n, d, t] = [65_536, 12, 2];
    const codes = Int32Array.from(
      { length: n },
      (
        (random) => () =>
          random.below(2 ** d)
      )(new Random(4)),
    );
    const rows: RowSource = {
      ...{ name: "lattice", n, d },
      async read(start, count, out) {
        for (let k = 0; k < count * d; k++) {
          out[k] = ((codes[start + Math.floor(k / d)] >> (k % d)) & 1 ? 1 : -1) / Math.sqrt(d);
        }
      },
    };
    const counts = new Float64Array(2 ** d);
    for (const code of codes) counts[code]++;
    const ones = Array.from({ length: 2 ** d }, (_, code) => code.toString(2).replaceAll("0", "").length);
    const h = Array.from({ length: d + 1 }, (_, differ) => Math.exp((-4 * t * differ) / d));
    let sum = 0;
    for (let a = 0; a < 2 ** d; a++) for (let b = 0; b < 2 ** d; b++) sum += counts[a] * counts[b] * h[ones[a ^ b]];
    const wanted = Math.log((sum - n) / (n * (n - 1)));
    const [{ value }] = await uniformities(rows, [t], { normalized: true });
    expect(Math.abs(value - wanted)).toBeLessThan(8e-7);
  }, 60_000);
});
