import { describe, expect, it } from "vitest";
import { reference } from "../src/devices/reference/reference.ts";
import { generator } from "../src/ops/random.ts";
import { Random, type RandomState } from "../src/random.ts";

const float64 = reference("float64");

function bits(random: Random, n: number): number[] {
  return Array.from({ length: n }, () => random.bits());
}

describe("the stream, the same in every release", () => {
  it("is xoshiro128**: from state 1, 2, 3, 4 it gives what the authors' code gives", () => {
    const random = new Random(0);
    random.setState({ algorithm: "xoshiro128**", words: [1, 2, 3, 4] });
    expect(bits(random, 4)).toEqual([11520, 0, 5927040, 70819200]);
  });

  it.each([
    [0, [1789933344, 44971166, 2521387044, 3848737593]],
    [1, [393288148, 2174103013, 3814759091, 2092745082]],
    [42, [660444221, 3652823732, 77672526, 910233633]],
    [2 ** 53 - 1, [30487718, 1067743739, 3421378368, 1539167668]],
  ])("of seed %d starts with %j", (seed, expected) => {
    expect(bits(new Random(seed), 4)).toEqual(expected);
  });

  it("of uniform numbers", () => {
    expect([...generator(2020).uniform([3], { device: float64 }).dataSync()]).toEqual([
      0.8392287580577745, 0.7566946254932517, 0.30469915178184603,
    ]);
    expect([...generator(2020).uniform([1], { device: float64, low: -1, high: 3 }).dataSync()]).toEqual([
      -1 + 4 * 0.8392287580577745,
    ]);
  });

  it("of normal numbers, to the last bit that Math.log and Math.cos leave open", () => {
    const values = generator(2020).normal([5], { device: float64 }).dataSync();
    const expected = [
      0.08039965387878226, -1.9102569092677901, -0.7239436258147541, -0.4502520744378999, -0.5631525229075949,
    ];
    expected.forEach((x, i) => {
      expect(values[i]).toBeCloseTo(x, 14);
    });
  });

  it("of permutations and whole numbers", () => {
    expect([...generator(2020).permutation(10)]).toEqual([5, 1, 7, 9, 3, 6, 4, 8, 2, 0]);
    const random = new Random(2020);
    expect([1, 2, 3, 10, 1000, 2 ** 32].map((n) => random.below(n))).toEqual([0, 1, 2, 5, 880, 3761045008]);
  });

  it("of forks, which leave their parent where it was", () => {
    const random = new Random(2020);
    const first = new Random(2020).bits();
    expect(random.fork("a").bits()).toBe(2483077770);
    expect(random.fork("b").bits()).toBe(1364452235);
    expect(random.fork("a").fork("b").bits()).toBe(3727689838);
    expect(random.bits()).toBe(first);
    expect(random.fork("a").bits(), "depends on where the parent is").not.toBe(2483077770);
  });
});

describe("state", () => {
  it("is plain data that survives JSON and continues the stream", () => {
    const g = generator(7);
    g.normal([3]);
    const state = JSON.parse(JSON.stringify(g.getState()));
    const next = g.uniform([4]).dataSync();
    const other = generator(0);
    other.setState(state);
    expect(other.uniform([4]).dataSync()).toEqual(next);
    expect(generator(2020).getState()).toEqual({
      algorithm: "xoshiro128**",
      words: [404425538, 1187707013, 2553129881, 2152175386],
    });
  });

  it.each([
    [{ algorithm: "mt19937", words: [1, 2, 3, 4] }],
    [{ algorithm: "xoshiro128**", words: [0, 0, 0, 0] }],
    [{ algorithm: "xoshiro128**", words: [1, 2, 3] }],
    [{ algorithm: "xoshiro128**", words: [1, 2, 3, -4] }],
    [{ algorithm: "xoshiro128**", words: [1, 2, 3, 0.5] }],
  ])("refuses %j", (state) => {
    const random = new Random(1);
    expect(() => random.setState(state as unknown as RandomState)).toThrow(/setState needs a state from getState/);
    expect(random.bits(), "and stays as it was").toBe(new Random(1).bits());
  });
});

describe("wrong calls", () => {
  it.each([-1, 0.5, Number.NaN, 2 ** 53])("refuse seed %d", (seed) => {
    expect(() => generator(seed)).toThrow(`the seed must be a whole number in 0..2^53-1, got ${seed}`);
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 32 + 1])("refuse to choose below %d", (n) => {
    expect(() => generator(0).below(n)).toThrow(`below: n must be in 1..2^32, got ${n}`);
  });

  it.each([-1, 2.5])("refuse to order %d things", (n) => {
    expect(() => generator(0).permutation(n)).toThrow(`permutation: n must be a whole number >= 0, got ${n}`);
  });

  it("refuse an option that does not exist and a shape that is none", () => {
    expect(() => generator(0).normal([2], { sigma: 2 } as object)).toThrow(
      'normal: unknown option "sigma": it takes device, mean, std',
    );
    expect(() => generator(0).uniform([2], { max: 2 } as object)).toThrow('uniform: unknown option "max"');
    expect(() => generator(0).uniform([-1])).toThrow("uniform: sizes must be whole numbers >= 0, got [-1]");
  });
});

describe("statistics", () => {
  const n = 200_000;

  /** Mean and variance with their distance from the truth in standard errors. */
  function zScores(values: ArrayLike<number>, mean: number, variance: number, fourth: number): [number, number] {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < values.length; i++) {
      sum += values[i] - mean;
      squares += (values[i] - mean) ** 2;
    }
    const count = values.length;
    return [
      sum / count / Math.sqrt(variance / count),
      (squares / count - variance) / Math.sqrt((fourth - variance ** 2) / count),
    ];
  }

  it("of uniform numbers: mean 1/2, variance 1/12, never 1", () => {
    const values = generator(11).uniform([n], { device: float64 }).dataSync();
    for (const z of zScores(values, 1 / 2, 1 / 12, 1 / 80)) expect(Math.abs(z)).toBeLessThan(4);
    expect(values.every((x) => x >= 0 && x < 1)).toBe(true);
  });

  it("of normal numbers: mean, variance, tails and no correlation between the two of a pair", () => {
    const values = generator(12).normal([n], { device: float64, mean: 3, std: 2 }).dataSync();
    for (const z of zScores(values, 3, 4, 48)) expect(Math.abs(z)).toBeLessThan(4);
    const beyond = values.filter((x) => Math.abs(x - 3) > 4).length / n; // P(|z| > 2) = 0.0455
    expect(Math.abs(beyond - 0.0455)).toBeLessThan(4 * Math.sqrt((0.0455 * 0.9545) / n));
    let product = 0;
    for (let i = 0; i < n; i += 2) product += ((values[i] - 3) * (values[i + 1] - 3)) / 4;
    expect(Math.abs(product / Math.sqrt(n / 2))).toBeLessThan(4);
  });

  it("of permutations: every number in every place equally often", () => {
    const random = new Random(13);
    const counts = new Float64Array(25);
    const rounds = 20_000;
    for (let r = 0; r < rounds; r++) {
      random.permutation(5).forEach((value, place) => {
        counts[5 * place + value]++;
      });
    }
    const chiSquare = counts.reduce((sum, c) => sum + (c - rounds / 5) ** 2 / (rounds / 5), 0);
    expect(chiSquare).toBeLessThan(45); // (5−1)² = 16 degrees of freedom: above 45 once in 7,000 seeds
  });

  it("of below(n): no bias towards small numbers where 2^32 is not a multiple of n", () => {
    const random = new Random(14);
    const big = 3 * 2 ** 30; // with a plain remainder the first third would come up half of the time
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (random.below(big) < 2 ** 30) low++;
    expect(Math.abs(low / 30_000 - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 30_000));
  });

  it("of neighbouring seeds and of forks: streams that look independent", () => {
    const parent = new Random(1);
    for (const [a, b] of [
      [new Random(1), new Random(2)],
      [parent.fork("a"), parent.fork("b")],
      [parent.fork("a"), parent],
    ]) {
      let product = 0;
      for (let i = 0; i < 20_000; i++) product += 12 * (a.float() - 0.5) * (b.float() - 0.5);
      expect(Math.abs(product / Math.sqrt(20_000))).toBeLessThan(4);
    }
  });
});
