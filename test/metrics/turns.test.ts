import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { knnProbe, linearProbe, uniformity } from "../../src/metrics/index.ts";
import { generator } from "../../src/ops/index.ts";

const points = Array.from({ length: 20 }, (_, i) => [Math.cos(i), Math.sin(i)]);
const labels = Array(20).fill(1);

describe("long measurements let timers run in between", () => {
  beforeEach(() => {
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (now += 1000)); // every round takes a second
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each<[string, () => Promise<unknown>]>([
    ["all pairs", () => uniformity(points)],
    ["drawn pairs", () => uniformity(points, { pairs: 40, generator: generator(0) })],
    ["neighbours", () => knnProbe(points, labels, points, labels)],
    ["a linear layer", () => linearProbe(points, labels, points, labels, { generator: generator(0), epochs: 1 })],
  ])("%s", async (_, measure) => {
    let ran = false;
    setTimeout(() => {
      ran = true;
    });
    await measure();
    expect(ran).toBe(true);
  });
});
