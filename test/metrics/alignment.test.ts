import { describe, expect, it } from "vitest";
import { reference } from "../../src/devices/reference/reference.ts";
import { alignLoss, tensor } from "../../src/index.ts";
import { alignment } from "../../src/metrics/index.ts";
import { generator, normalize } from "../../src/ops/index.ts";

const device = reference("float64");
const g = generator(5);
const x = g.normal([50, 7], { device });
const y = g.normal([50, 7], { device });

describe("alignment", () => {
  it("is the mean distance power by hand, with its standard error", async () => {
    const pairs = [
      [
        [1, 0],
        [0, 2],
      ],
      [
        [0, 3],
        [0, 5],
      ],
    ]; // distances √2 and 0
    expect(await alignment(pairs[0], pairs[1])).toEqual({
      value: expect.closeTo(1, 12),
      standardError: expect.closeTo(1, 12),
      n: 2,
    });
    const first = await alignment(pairs[0], pairs[1], { alpha: 1 });
    expect(first.value).toBeCloseTo(Math.SQRT1_2, 12);
    const raw = await alignment([[1, 1]], [[4, 5]], { normalize: false });
    expect(raw).toEqual({ value: 25, standardError: Number.NaN, n: 1 });
  });

  it("agrees with alignLoss", async () => {
    for (const alpha of [0.5, 1, 2, 3]) {
      const loss = alignLoss(normalize(x), normalize(y), { alpha }).itemSync();
      expect((await alignment(x, y, { alpha })).value).toBeCloseTo(loss, 12);
    }
  });

  it("has a standard error that covers the true value as often as it should", async () => {
    // Independent directions in R^7: E|x − y|² = 2.
    const random = generator(11);
    let covered = 0;
    for (let set = 0; set < 1000; set++) {
      const found = await alignment(random.normal([60, 7], { device }), random.normal([60, 7], { device }));
      if (Math.abs(found.value - 2) <= 2 * found.standardError) covered++;
    }
    expect(covered).toBeGreaterThan(930);
    expect(covered).toBeLessThan(975);
  });

  it("reads every form of input alike", async () => {
    const [a, b] = [x.dataSync(), y.dataSync()];
    const rows = (data: ArrayLike<number>): number[][] =>
      Array.from({ length: 50 }, (_, i) => Array.from({ length: 7 }, (_, c) => data[i * 7 + c]));
    const expected = await alignment(x, y);
    expect(await alignment({ data: a, shape: [50, 7] }, { data: Array.from(b), dims: [50, 7] })).toEqual(expected);
    expect(await alignment(a, b, { dim: 7 })).toEqual(expected);
    expect(
      await alignment(
        rows(a),
        rows(b).map((row) => Float64Array.from(row)),
      ),
    ).toEqual(expected);
    const single = await alignment(Float32Array.from(a), Float32Array.from(b), { dim: 7 });
    expect(single.value).toBeCloseTo(expected.value, 6);
  });

  it("does not change its input and does not overflow", async () => {
    const big = Float64Array.from([3e200, 4e200]);
    expect((await alignment(big, Float64Array.from([3, 4]), { dim: 2 })).value).toBeCloseTo(0, 15);
    expect(Array.from(big)).toEqual([3e200, 4e200]);
  });

  it.each([
    ["shapes that differ", [[1, 2]], [[1, 2, 3]], {}, /two views \[n, d\] with n >= 1, got \[1, 2\] and \[1, 3\]/],
    ["no rows", [], [], {}, /got \[0, 1\] and \[0, 1\]/],
    ["ragged rows", [[1, 2], [3]], [[1, 2]], {}, /alignment: x: row 1 has 1 numbers, row 0 has 2/],
    ["a NaN", [[1, 2]], [[1, Number.NaN]], {}, /alignment: y: row 0 of \[1, 2\] holds a NaN or an infinity/],
    ["a row of zeros", [[0, 0]], [[1, 2]], {}, /row 0 of \[1, 2\] is all zeros and has no direction: leave it out$/],
    ["a part of a row", { data: new Float32Array(10), shape: [2.5, 4] }, [[1, 2]], {}, /x: sizes.*\[2.5, 4\]/],
    ["squares that overflow", [[3], [-1e200]], [[1], [1]], { normalize: false }, /x: row 1 of \[2, 1\].*beyond 1e140/],
    ["alpha = 0", [[1, 2]], [[1, 2]], { alpha: 0 }, /alpha must be > 0, got 0/],
    [
      "a flat array without dim",
      new Float32Array(6),
      new Float32Array(6),
      {},
      /flat array of 6 numbers needs \{ dim \}/,
    ],
    ["a dim that does not divide", new Float32Array(6), new Float32Array(6), { dim: 4 }, /divides it, got 4/],
    ["a dim beside a shape", [[1, 2]], [[1, 2]], { dim: 2 }, /dim is for a flat float array/],
    ["a shape that is not [n, d]", tensor([1, 2]), tensor([1, 2]), {}, /got shape \[2\]/],
    ["a shape that holds more", { data: [1, 2], shape: [2, 2] }, [[1, 2]], {}, /\[2, 2\] holds 4 numbers, got 2/],
  ])("refuses %s", async (_, a, b, options, message) => {
    await expect(alignment(a, b, options)).rejects.toThrow(message);
  });

  it("refuses what is no set of points, and options it does not know", async () => {
    // @ts-expect-error a number is no set of points
    await expect(alignment(5, [[1]])).rejects.toThrow(/needs a Tensor.*got number/);
    // @ts-expect-error a misspelt option
    await expect(alignment([[1]], [[1]], { aplha: 2 })).rejects.toThrow(/unknown option "aplha"/);
  });
});
