import { describe, expect, it } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { type KnnOptions, knnProbe } from "../../src/metrics/index.ts";
import { Random } from "../../src/random.ts";

const at = (...degrees: number[]): number[][] =>
  degrees.map((a) => [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)]);

describe("knnProbe", () => {
  it("takes the majority of the k nearest by angle, whatever their lengths", async () => {
    const train = at(0, 10, 20, 90, 100, 110).map(([x, y], i) => [x * (i + 1), y * (i + 1)]);
    const found = await knnProbe(train, [1, 1, 1, 2, 2, 2], at(5, 95, 30), [1, 2, 2], { k: 3 });
    expect(found).toEqual({ accuracy: 2 / 3, correct: 2, n: 3, k: 3, predictions: [1, 2, 1] });
  });

  it("gives a tie to the label with the nearest neighbour", async () => {
    const labels = [7, 3, 3, 7, 9];
    // From 0°: 3 at 1°, 7 at 2°, 7 at 3°, 3 at 4°, 9 at 50°: two votes each.
    const { predictions } = await knnProbe(at(2, 1, 4, 3, 50), labels, at(0), [3], { k: 4 });
    expect(predictions).toEqual([3]);
    expect((await knnProbe(at(2, 1, 4, 3, 50), labels, at(0), [3], { k: 5 })).predictions).toEqual([3]);
  });

  it("counts the earlier of two rows with the same cosine as nearer", async () => {
    expect((await knnProbe(at(10, -10), [5, 6], at(0), [5], { k: 1 })).predictions).toEqual([5]);
    expect((await knnProbe(at(10, 10, 10), [4, 8, 8], at(0), [4], { k: 2 })).predictions).toEqual([4]);
  });

  it("agrees with sorting all cosines, for dimensions that are no multiple of four", async () => {
    const random = new Random(3);
    for (const d of [1, 3, 4, 7]) {
      const draw = (n: number): number[][] => {
        const values = new Float64Array(n * d);
        random.fillNormal(values);
        return Array.from({ length: n }, (_, i) => Array.from(values.subarray(i * d, (i + 1) * d)));
      };
      const [train, test] = [draw(60), draw(20)];
      const labels = train.map(() => random.below(4));
      const k = 5;
      const expected = test.map((row) => {
        const nearest = train
          .map((other, i) => ({ i, near: cosine(row, other) }))
          .sort((a, b) => b.near - a.near || a.i - b.i)
          .slice(0, k)
          .map(({ i }) => labels[i]);
        const votes = nearest.map((label) => nearest.filter((other) => other === label).length);
        return nearest[votes.indexOf(Math.max(...votes))];
      });
      // In one dimension all cosines are ±1 and rounding may order them; the labels there are tested above.
      const found = await knnProbe(train, labels, test, expected, { k });
      if (d > 1) expect(found.predictions, `d ${d}`).toEqual(expected);
      expect(found.n).toBe(20);
    }
  });

  it("agrees with all cosines in float64 across tiles, on float32 as well", async () => {
    const random = new Random(8);
    const draw = (n: number): Float64Array => {
      const values = new Float64Array(n * d);
      random.fillNormal(values);
      return values;
    };
    const [n, m, d, k] = [2100, 530, 6, 3]; // more than a tile of both
    const [train, test] = [draw(n), draw(m)];
    train.copyWithin(2060 * d, 0, 40 * d); // the last rows come again: of such twins the earlier is nearer
    const labels = Array.from({ length: n }, (_, i) => i % 50);
    const row = (values: Float64Array, i: number): number[] => Array.from(values.subarray(i * d, (i + 1) * d));
    const expected = Array.from({ length: m }, (_, i) => {
      const cosines = Array.from({ length: n }, (_, j) => cosine(row(test, i), row(train, j)));
      const nearest = [...cosines.keys()].sort((a, b) => cosines[b] - cosines[a] || a - b).slice(0, k);
      const votes = nearest.map((a) => nearest.filter((b) => labels[a] === labels[b]).length);
      return labels[nearest[votes.indexOf(Math.max(...votes))]];
    });
    for (const dtype of ["float64", "float32"] as const) {
      const found = await knnProbe(train, labels, test, expected, { k, dim: d, device: reference(dtype) });
      expect(found.predictions, dtype).toEqual(expected);
    }
  });

  it("tells cosines apart as finely as the device does", async () => {
    const train = [
      [1, 2e-5],
      [1, 1e-5],
    ];
    const nearest = async (options: KnnOptions): Promise<number[]> =>
      (await knnProbe(train, [1, 2], [[1, 0]], [2], { k: 1, ...options })).predictions;
    expect(await nearest({ device: reference("float64") })).toEqual([2]);
    expect(await nearest({ device: reference("float32") })).toEqual([1]); // both cosines round to 1: a tie
  });

  it("tells how far it is after each tile", async () => {
    const told: number[][] = [];
    const onProgress = (...step: number[]): unknown => told.push(step);
    const many = Float64Array.from({ length: 2 * 2050 }, (_, i) => 1 + i);
    const labels = Array(2050).fill(0);
    await knnProbe(many, labels, many.subarray(0, 2 * 600), labels.slice(0, 600), { dim: 2, onProgress });
    const done = [512 * 2048, 600 * 2048, 600 * 2048 + 512 * 2, 600 * 2050];
    expect(told).toEqual(done.map((cosines) => [cosines, 600 * 2050]));
  });

  it("takes labels as an array of 64-bit integers holds them", async () => {
    const [train, labels] = [at(0, 10, 90), BigInt64Array.of(3n, 3n, 8n)];
    const found = await knnProbe(train, labels, at(5, 80), BigUint64Array.of(3n, 3n), { k: 1 });
    expect(found).toEqual({ accuracy: 1 / 2, correct: 1, n: 2, k: 1, predictions: [3, 8] });
  });

  it("refuses labels that are no whole numbers, naming the first and the remedy", async () => {
    const two = at(0, 90);
    const wrong: [labels: ArrayLike<number | bigint>, found: string][] = [
      [[1, Number.NaN], "label 1 is NaN"],
      [[0.5, 1], "label 0 is 0.5"],
      [Float32Array.of(1, 1.25), "label 1 is 1.25"],
      [[1, 2 ** 53], "label 1 is 9007199254740992"],
      [BigInt64Array.of(1n, 2n ** 62n), "label 1 is 4611686018427387904"],
      [["cat", "dog"] as never, "label 0 is cat"],
      [["1", "2"] as never, "label 0 is 1"],
    ];
    for (const [labels, found] of wrong) {
      const message = (of: string): string =>
        `knnProbe: ${of} ${found}: labels must be whole numbers below 2^53, such as 0, 1, 2 for the first three classes`;
      await expect(knnProbe(two, labels, two, [1, 2], { k: 1 })).rejects.toThrow(message("train"));
      await expect(knnProbe(two, [1, 2], two, labels, { k: 1 })).rejects.toThrow(message("test"));
    }
  });

  it("gives the device's memory back, also when it is stopped", async () => {
    const device = new CpuDevice();
    const two = at(0, 90);
    await knnProbe(two, [1, 2], two, [1, 2], { k: 1, device });
    const used = device.used;
    const onProgress = (): void => {
      throw new Error("enough");
    };
    await expect(knnProbe(two, [1, 2], two, [1, 2], { k: 1, device, onProgress })).rejects.toThrow("enough");
    expect(device.used).toBe(used);
  });

  it("refuses labels, dimensions and k that do not fit", async () => {
    const two = at(0, 90);
    await expect(knnProbe(two, [1], two, [1, 2])).rejects.toThrow(/train has 2 rows but 1 labels/);
    await expect(knnProbe(two, [1, 2], two, [1])).rejects.toThrow(/test has 2 rows but 1 labels/);
    await expect(knnProbe(two, [1, 2], [[1]], [1])).rejects.toThrow(/got \[2, 2\] and \[1, 1\]/);
    await expect(knnProbe(two, [1, 2], two, [1, 2])).rejects.toThrow(/k must be a whole number in 1..2.*got 5/);
    await expect(knnProbe(two, [1, 2], two, [1, 2], { k: 1.5 })).rejects.toThrow(/got 1.5/);
  });
});

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function cosine(a: readonly number[], b: readonly number[]): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
