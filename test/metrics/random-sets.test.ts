import { describe, expect, it } from "vitest";
import { alignment, uniformity } from "../../src/metrics/index.ts";
import { Random } from "../../src/random.ts";
import exact from "../losses/exact.json" with { type: "json" };

/** n independent points of N(0, 1) in d dimensions: their directions are uniform on the sphere. */
function drawn(n: number, d: number, random: Random): Float64Array {
  const x = new Float64Array(n * d);
  random.fillNormal(x);
  return x;
}

/** Mean and standard deviation. */
function moments(z: readonly number[]): [mean: number, spread: number] {
  const mean = z.reduce((sum, a) => sum + a, 0) / z.length;
  return [mean, Math.sqrt(z.reduce((sum, a) => sum + (a - mean) ** 2, 0) / (z.length - 1))];
}

describe("of random sets", () => {
  it.each(exact.potentialMoments.values)(
    "uniformity has the mean and variance of theory, d = $dim, t = $t: few points, and many by products",
    async ({ dim, t, mean, pairVariance }) => {
      const random = new Random(1000 * dim + t);
      for (const [n, sets, far, wide] of [
        [24, 1000, 0.15, 0.15],
        [1100, 60, 0.5, 0.35],
      ]) {
        // biome-ignore format: short
        const deviation = Math.sqrt((2 * Number(pairVariance)) / (n * (n - 1)));
        const z: number[] = [];
        for (let set = 0; set < sets; set++) {
          const { value } = await uniformity(drawn(n, dim, random), { dim, t });
          z.push((Math.exp(value) - Number(mean)) / deviation);
        }
        const [middle, spread] = moments(z);
        expect(Math.abs(middle), `${n} points`).toBeLessThan(far);
        expect(Math.abs(spread - 1), `${n} points`).toBeLessThan(wide);
      }
    },
  );

  it.each(exact.expectedDistancePower.values)(
    "alignment has its expectation within its own standard error, d = $dim, alpha = $alpha",
    async ({ dim, alpha, value }) => {
      const random = new Random(dim + 10 * alpha);
      const z: number[] = [];
      for (let set = 0; set < 1000; set++) {
        const found = await alignment(drawn(100, dim, random), drawn(100, dim, random), { dim, alpha });
        z.push((found.value - Number(value)) / found.standardError);
      }
      const [middle, spread] = moments(z);
      expect(Math.abs(middle)).toBeLessThan(0.15);
      expect(Math.abs(spread - 1)).toBeLessThan(0.15);
    },
  );
});
