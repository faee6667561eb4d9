import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { report } from "../../bench/gpu/report.ts";
import { type Contestant, measured, median } from "../../bench/measure.ts";
import { placed, table } from "../../bench/table.ts";

/** One who takes these milliseconds, one after the other, by its own word. */
function takes(order: string[], name: string, milliseconds: readonly number[]): Contestant {
  let run = 0;
  return {
    prepare: async () => order.push(`${name} prepares`),
    time: async () => {
      order.push(name);
      return milliseconds[run++];
    },
  };
}

describe("the bench", () => {
  it("takes the middle of what was timed", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 9])).toBe(3);
  });

  it("lets contestants take turns and does not count first runs", async () => {
    const order: string[] = [];
    const contestants = [takes(order, "a", [100, 1, 2, 3]), takes(order, "b", [100, 30, 10, 20])];
    expect(await measured(contestants, { rounds: 3, limit: 1000 })).toEqual([2, 20]);
    expect(order).toEqual(["a prepares", "a", "b prepares", "b", "a", "b", "a", "b", "a", "b"]);
  });

  it("says in the cell of one that fails or is too slow why it is out, and goes on with the others", async () => {
    const failing = { prepare: () => Promise.reject(new Error("no card")), time: async () => 1 };
    const slow = { prepare: async () => {}, time: () => new Promise<number>(() => {}) };
    const cells = await measured([failing, slow, takes([], "c", [9, 4, 4, 4])], { rounds: 3, limit: 20 });
    expect(cells).toEqual(["no card", "> 0.02 s for a first run", 4]);
  });

  it("writes a table with how many times as long the first device took, and errors in their cells", () => {
    const rows = [
      { work: "matmul 256", cells: [8, 2, 16] },
      { work: "a step", cells: [1234.5, "> 60 s", "lost | gone\nat line 3"] },
    ] as const;
    expect(table(["cpu", "gpu:webgpu", "gpu:webgl2"], rows).split("\n")).toEqual([
      "| work | cpu, ms | gpu:webgpu, ms | cpu / gpu:webgpu | gpu:webgl2, ms | cpu / gpu:webgl2 |",
      "| --- | --: | --: | --: | --: | --: |",
      "| matmul 256 | 8.0 | 2.0 | 4 | 16.0 | 0.5 |",
      "| a step | 1235 | > 60 s |  | lost \\| gone |  |",
    ]);
  });

  it("says first that a software renderer's times are no card's", () => {
    const run = {
      ...{ date: "2026-01-01", browser: "Chromium 1", machine: "a machine", softwareAsked: false, rounds: 5, rows: [] },
      adapters: { "gpu:webgpu": { name: "SwiftShader", software: true }, "gpu:webgl2": null },
      leftOut: ["matmul 4096"],
    };
    expect(report(run)).toMatch(/^\*\*No graphics card was at hand; these times are a software renderer's/);
    expect(report(run)).toContain("gpu:webgl2: nothing in this browser");
    expect(report(run)).toContain("Left out, for want of time: matmul 4096.");
    const card = { name: "a real one", software: false };
    expect(report({ ...run, adapters: { ...run.adapters, "gpu:webgpu": card } })).toMatch(/^- 2026-01-01/);
  });

  it("replaces what stands between its marks in results.md, and nothing else", () => {
    const text = readFileSync("bench/results.md", "utf8");
    const replaced = placed(text, "bench:gpu", "NEW");
    expect(replaced).toContain("<!-- bench:gpu: begin -->\nNEW\n<!-- bench:gpu: end -->");
    expect(replaced.split("<!-- bench")[0]).toBe(text.split("<!-- bench")[0]);
    expect(placed(replaced, "bench:gpu", "NEWER")).not.toContain("NEW\n");
    expect(() => placed("nothing", "bench:gpu", "x")).toThrow('needs a line "<!-- bench:gpu: begin -->"');
  });
});
