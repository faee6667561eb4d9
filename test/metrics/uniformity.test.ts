import { describe, expect, it } from "vitest";
import { reference } from "../../src/devices/reference/reference.ts";
import { uniformLoss } from "../../src/index.ts";
import { uniformity, uniformityOptimum } from "../../src/metrics/index.ts";
import { generator, normalize } from "../../src/ops/index.ts";
import { Random } from "../../src/random.ts";
import exact from "../losses/exact.json" with { type: "json" };

const device = reference("float64");

function polygon(n: number): number[][] {
  return Array.from({ length: n }, (_, k) => [Math.cos((2 * Math.PI * k) / n), Math.sin((2 * Math.PI * k) / n)]);
}

/** n angles from the von Mises distribution (Best & Fisher 1979), as points of the circle. */
function vonMises(n: number, kappa: number, random: Random): Float64Array {
  const tau = 1 + Math.sqrt(1 + 4 * kappa * kappa);
  const rho = (tau - Math.sqrt(2 * tau)) / (2 * kappa);
  const r = (1 + rho * rho) / (2 * rho);
  const points = new Float64Array(2 * n);
  for (let i = 0; i < n; ) {
    const z = Math.cos(Math.PI * random.float());
    const f = (1 + r * z) / (r + z);
    const c = kappa * (r - f);
    const u = random.float();
    const side = random.float() < 0.5 ? -1 : 1;
    if (c * (2 - c) <= u && Math.log(c / u) + 1 < c) continue;
    points[2 * i] = f;
    points[2 * i + 1] = side * Math.sqrt(1 - f * f);
    i++;
  }
  return points;
}

function uniformCircle(n: number, random: Random): Float64Array {
  const points = new Float64Array(2 * n);
  random.fillNormal(points);
  return points;
}

describe("uniformity", () => {
  it("holds the exact values of polygons, antipodal clusters and the simplex", async () => {
    for (const { N, t, value } of exact.regularPolygon.values) {
      const found = await uniformity(polygon(N), { t });
      expect(Math.abs(found.value - Number(value)), `N ${N}, t ${t}`).toBeLessThan(1e-12 * Math.max(1, -Number(value)));
    }
    for (const { n, t, value } of exact.twoAntipodalClusters.values) {
      const found = await uniformity([...Array(n).fill([1, 0]), ...Array(n).fill([-1, 0])], { t });
      expect(Math.abs(found.value - Number(value)), `n ${n}, t ${t}`).toBeLessThan(1e-12 * Math.max(1, -Number(value)));
    }
    const simplex = Array.from({ length: 9 }, (_, i) => Array.from({ length: 9 }, (_, j) => (i === j ? 1 : 0) - 1 / 9));
    expect((await uniformity(simplex, { t: 2 })).value).toBeCloseTo((-2 * 2 * 9) / 8, 12);
  });

  it("agrees with uniformLoss across tiles, and reports its optimum, gap and pairs", async () => {
    const x = generator(2).normal([300, 5], { device });
    const found = await uniformity(x, { t: 3 });
    const loss = uniformLoss(normalize(x), { t: 3 }).itemSync();
    expect(found.value).toBeCloseTo(loss, 12);
    expect(found.optimum).toBe(uniformityOptimum(5, 3));
    expect(found.gap).toBe(found.value - found.optimum);
    expect([found.n, found.pairs]).toEqual([300, (300 * 299) / 2]);
  });

  it("stays finite where every potential underflows, whatever the order of distances", async () => {
    const far = [
      [1, 0],
      [-1, 0],
    ];
    expect((await uniformity(far, { t: 1000 })).value).toBeCloseTo(-4000, 9);
    const mixed = [...far, [0, 1], [Math.SQRT1_2, Math.SQRT1_2]]; // nearer pairs come later
    const closest = 2 - Math.SQRT2;
    expect((await uniformity(mixed, { t: 1000 })).value).toBeCloseTo(-1000 * closest + Math.log(2 / 6), 9);
  });

  it("has the same standard error whatever the order of distances", async () => {
    // At t = 1000 a potential grows by up to e^200 before sums are scaled anew: here the third pair does it, and only just.
    const [far, near, nearest] = [1, 0.801, 0.7985]; // |x₀ − x₁|², |x₀ − x₂|², |x₁ − x₂|²
    const across = (far + near - nearest) / 2;
    const points = [[0, 0], [1, 0], [across, Math.sqrt(near - across ** 2)]]; // biome-ignore format: short
    const growing = await uniformity(points, { t: 1000, normalize: false });
    const falling = await uniformity(points.toReversed(), { t: 1000, normalize: false });
    expect(growing.value).toBeCloseTo(falling.value, 9);
    expect(growing.standardError).toBeCloseTo(falling.standardError, 9);
  });

  it("without normalisation takes lengths as they are and knows no optimum", async () => {
    const found = await uniformity([[0], [3]], { t: 1, normalize: false });
    expect(found.value).toBeCloseTo(-9, 12);
    expect(found.optimum).toBeNaN();
  });

  it("gives 0 with no error for a collapsed set, and no error for a single pair", async () => {
    const collapsed = await uniformity(Array(10).fill([3, 4]));
    expect([collapsed.value, collapsed.standardError]).toEqual([0, 0]);
    expect((await uniformity(polygon(2))).standardError).toBeNaN();
  });

  it("has the standard error of a U-statistic, by hand on three points", async () => {
    const angles = [0, 1, 2.5];
    const { value, standardError } = await uniformity(angles.map((a) => [Math.cos(a), Math.sin(a)]));
    const h = ([i, j]: number[]): number => Math.exp(-2 * (2 - 2 * Math.cos(angles[i] - angles[j])));
    const [a, b, c] = [[0, 1], [0, 2], [1, 2]].map(h); // biome-ignore format: one line says it
    const mean = (a + b + c) / 3;
    const spread = (v: number[]): number =>
      v.reduce((sum, z) => sum + (z - v.reduce((a, b) => a + b) / v.length) ** 2, 0) / (v.length - 1);
    const variance = (4 / 6) * spread([(a + b) / 2, (a + c) / 2, (b + c) / 2]) + (2 / 6) * spread([a, b, c]);
    expect(value).toBeCloseTo(Math.log(mean), 12);
    expect(standardError).toBeCloseTo(Math.sqrt(variance) / mean, 12);
    // All potentials small, but none of them 0: the error has its digits there too.
    const wide = [0, 2, 4.1];
    for (const t of [9, 12, 20, 40, 400]) {
      const h = ([i, j]: number[]): number => Math.exp(-t * (2 - 2 * Math.cos(wide[i] - wide[j])) + 3 * t);
      const [a, b, c] = [[0, 1], [0, 2], [1, 2]].map(h); // biome-ignore format: one line says it
      const mean = (a + b + c) / 3;
      const variance = (4 / 6) * spread([(a + b) / 2, (a + c) / 2, (b + c) / 2]) + (2 / 6) * spread([a, b, c]);
      const found = await uniformity(wide.map((a) => [Math.cos(a), Math.sin(a)]), { t }); // biome-ignore format: short
      expect(found.standardError / (Math.sqrt(variance) / mean), `t ${t}`).toBeCloseTo(1, 8);
    }
  });

  it.each(exact.vonMisesCircle.values)(
    "±2 standard errors cover the truth of von Mises sets in 93-97 of 100, κ = $kappa; independent pairs would not",
    async ({ kappa, t, value }) => {
      const random = new Random(100 + kappa * 10);
      let covered = 0;
      let naive = 0;
      for (let set = 0; set < 1000; set++) {
        const found = await uniformity(vonMises(200, kappa, random), { t, dim: 2 });
        const error = Math.abs(found.value - Number(value));
        if (error <= 2 * found.standardError) covered++;
        // As if pairs were independent, the error would be √(ζ₂ / pairs) over the mean. ζ₂ is at most ¼, as h lies in 0..1:
        // even with that it is far too small.
        if (error <= (2 * Math.sqrt(0.25 / found.pairs)) / Math.exp(found.value)) naive++;
      }
      expect(covered).toBeGreaterThanOrEqual(930);
      expect(covered).toBeLessThanOrEqual(970);
      expect(naive).toBeLessThan(750);
    },
  );

  it("±2 standard errors cover the optimum of uniform sets in at least 93 of 100", async () => {
    const random = new Random(7);
    let covered = 0;
    for (let set = 0; set < 1000; set++) {
      const { gap, standardError } = await uniformity(uniformCircle(200, random), { dim: 2 });
      if (Math.abs(gap) <= 2 * standardError) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(930);
  });

  describe("with a number of pairs", () => {
    it("counts whole rounds of a ring, and all pairs when there are no more", async () => {
      const x = generator(1).normal([50, 4], { device });
      expect((await uniformity(x, { pairs: 175, generator: generator(0) })).pairs).toBe(150);
      expect(await uniformity(x, { pairs: 5000, generator: generator(0) })).toEqual(await uniformity(x));
    });

    it("comes again with its seed and differs with another", async () => {
      const x = generator(1).normal([50, 4], { device });
      const once = await uniformity(x, { pairs: 200, generator: generator(0) });
      expect(await uniformity(x, { pairs: 200, generator: generator(0) })).toEqual(once);
      expect((await uniformity(x, { pairs: 200, generator: generator(1) })).value).not.toBe(once.value);
    });

    it("±2 standard errors cover the truth", async () => {
      const { kappa, t, value } = exact.vonMisesCircle.values[2];
      const random = new Random(17);
      for (const pairs of [200, 2000]) {
        let covered = 0;
        for (let set = 0; set < 1000; set++) {
          const found = await uniformity(vonMises(200, kappa, random), { t, dim: 2, pairs, generator: generator(set) });
          if (Math.abs(found.value - Number(value)) <= 2 * found.standardError) covered++;
        }
        expect(covered, `${pairs} pairs`).toBeGreaterThanOrEqual(930);
        expect(covered, `${pairs} pairs`).toBeLessThanOrEqual(972);
      }
    });

    it("refuses fewer pairs than points, and pairs without a generator", async () => {
      await expect(uniformity(polygon(9), { pairs: 8, generator: generator(0) })).rejects.toThrow(
        /at least n = 9.*got 8/,
      );
      await expect(uniformity(polygon(9), { pairs: 18 })).rejects.toThrow(/pass \{ generator \}/);
    });
  });

  it("refuses a single point and a sharpness that is none", async () => {
    await expect(uniformity([[1, 2]])).rejects.toThrow(/needs n >= 2 rows, for a pair, got \[1, 2\]/);
    await expect(uniformity(polygon(3), { t: -1 })).rejects.toThrow(/t must be in 0..1e6, above 0, got -1/);
    await expect(uniformity([[1, 2], [1, Number.POSITIVE_INFINITY]])).rejects.toThrow(/row 1 of \[2, 2\] holds a NaN/); // biome-ignore format: short
  });
});
