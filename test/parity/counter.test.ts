import { expect, test } from "vitest";
import { splitmix64, uniform } from "./counter.ts";

test("splitmix64 gives its published stream", () => {
  // The first outputs for seed 0 in Vigna's splitmix64.c.
  expect([0, 1, 2].map(splitmix64)).toEqual([0xe220a8397b1dcdafn, 0x6e789e6aa1b965f4n, 0x06c45d188009454fn]);
});

test.each([0, 1, 13_000_000, 2 ** 32 - 500, 2 ** 40 + 7, 2 ** 53 - 2000])(
  "uniform is splitmix64 mapped to an interval, bit for bit, from counter %d on",
  (start) => {
    const expected = (index: number): number => ((Number(splitmix64(index) >> 11n) / 2 ** 53) * 2 - 1) * 0.3;
    const got = uniform(start, 1000, 0.3);
    expect(got).toEqual(Float64Array.from({ length: 1000 }, (_, i) => expected(start + i)));
  },
);
