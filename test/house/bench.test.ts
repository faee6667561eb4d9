import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { columnsHere } from "../../bench/cpu/columns.ts";
import { command } from "../../bench/cpu/command.ts";
import { epoch } from "../../bench/cpu/epoch.ts";
import { Lane, Together } from "../../bench/cpu/lane.ts";
import { report as cpuReport, type Outcome, type Run } from "../../bench/cpu/report.ts";
import { report } from "../../bench/gpu/report.ts";
import { type Job, operations, ready } from "../../bench/job.ts";
import { type Contestant, measured, median } from "../../bench/measure.ts";
import { placed, table, written } from "../../bench/table.ts";
import { gpuWorks, type Work, works } from "../../bench/works.ts";
import { root } from "./source.ts";

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

const words = (text: string): string => text.replaceAll(/ +/g, " ");

describe("the bench of the cpu device", () => {
  const square: Job = { kind: "matmul", m: 1000, k: 1000, n: 1000 };
  const product: Work = {
    name: "a product",
    job: square, // 2 GFLOP
    memory: true,
    target: { roof: 0.75, times: { peer: 0.5, other: 2 }, memoryOf: "peer", megabytes: 40 },
  };
  const outcome: Outcome = {
    work: product,
    cells: { cpu: 20, peer: 50, other: "no such kernel" },
    peaks: { cpu: 60e6, peer: 70e6, other: 1e6 },
    roof: 160e9,
  };
  const run: Run = {
    ...{ date: "2026-01-01", machine: "a machine", absent: ["PyTorch (install it)"], rounds: 5 },
    lanes: { cpu: "ours", peer: "theirs", other: "another's" },
    roof: [["multiply", "60 GFLOP/s", "120 GFLOP/s"]],
    outcomes: [outcome],
    threads: ["1 thread", "2 threads"],
    scaling: [{ work: "a product", cells: [40, 20] }],
  };

  it("tells times, rates, ratios and which targets are met", () => {
    const lines = cpuReport(run).split("\n").map(words);
    expect(lines).toContain(
      "| a product | 20.0 | 100.0 | 63% | 50.0 (0.4) | no such kernel | ≥ 75% of the roof; ≤ 0.5 × peer; ≤ 2 × other | no; yes; ? |",
    );
    expect(lines).toContain("| a product | 60 | 70 | – | ≤ peer; ≤ 40 MB | yes; no |");
    expect(lines).toContain("| a product | 40.0 | 20.0 | 2 |");
    expect(lines).toContain("- not there: PyTorch (install it)");
    expect(lines).toContain("| multiply | 60 GFLOP/s | 120 GFLOP/s |");
  });

  it("tells nothing of what was not measured", () => {
    const quiet = cpuReport({
      ...run,
      roof: [],
      scaling: [],
      outcomes: [{ ...outcome, work: { ...product, memory: false }, roof: "-" }],
    });
    expect(quiet).not.toMatch(/WebAssembly can do|Peak memory|threads/);
    expect(quiet).toContain("| a product | 20.0 | 100.0 |  |");
    expect(cpuReport({ ...run, outcomes: [], roof: [], scaling: [] })).not.toContain("|");
  });

  it("counts operations as the papers do", () => {
    expect(operations(square)).toBe(2e9);
    expect(operations({ kind: "linear", rows: 2, inputs: 3, outputs: 5 })).toBe(3 * 60);
    const conv = { kind: "conv", batch: 64, inputs: 96, outputs: 192, size: 32 } as const;
    expect(operations({ ...conv, backward: false })).toBe(2 * 64 * 1024 * 9 * 96 * 192);
    expect(operations({ ...conv, backward: true })).toBe(6 * 64 * 1024 * 9 * 96 * 192);
    expect(operations({ kind: "uniformity", n: 20_000, d: 128 })).toBe(51.2e9);
    const gru = { kind: "gru", sequences: 2, most: 3, inputs: 2, hidden: 5 } as const; // of 1 and 2 items
    expect(operations(gru)).toBe(3 * 2 * 3 * 2 * 15 * 7);
    expect(operations({ kind: "start", what: "help" })).toBeUndefined();
  });

  it("writes what is shorter than a millisecond to two digits", () => {
    expect([0.00312, 0.9, 1, 12.34, 123.4].map(written)).toEqual(["0.0031", "0.9", "1.0", "12.3", "123"]);
  });

  it("has works of different names, whose targets name columns that there are", () => {
    for (const list of [works, gpuWorks]) expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
    const columns = readFileSync("bench/cpu/columns.ts", "utf8");
    const named = works.flatMap(({ target }) => [...Object.keys(target?.times ?? {}), target?.memoryOf ?? "PyTorch"]);
    for (const name of new Set(named)) expect(columns).toContain(`name: "${name}"`);
  });

  it("says – for a job that a library has no way of doing", async () => {
    await expect(ready({}, square)).rejects.toThrow(/^–$/);
    expect(
      await ready(
        {
          matmul:
            ({ m }) =>
            () =>
              m,
        },
        square,
      ).then((once) => once()),
    ).toBe(1000);
  });
});

describe("a lane of the bench", () => {
  const lanes: { giveUp(): void }[] = [];
  afterEach(() => {
    for (const lane of lanes.splice(0)) lane.giveUp();
  });
  const job: Job = { kind: "matmul", m: 1, k: 1, n: 1 };
  /** A program that answers each line with `reply`, JavaScript that sees it as `request`. */
  const program = (reply: string) => ({
    command: process.execPath,
    args: [
      "--eval",
      `require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
        const request = JSON.parse(line);
        console.log(JSON.stringify(${reply}));
      });`,
    ],
  });
  const opened = <L extends Lane | Together>(lane: L): L => {
    lanes.push(lane);
    return lane;
  };

  it("asks a process for a job, for times, and for the most memory it had", async () => {
    const reply =
      "{ milliseconds: request.milliseconds ?? 0, peak: request.prepare ? request.prepare.m : 5, about: 'two' }";
    const lane = opened(new Lane(program(reply), job, { warm: true, milliseconds: 7 }));
    await lane.prepare();
    expect(lane.peak).toBe(1);
    expect(await lane.time()).toBe(7);
    expect(lane.peak).toBe(5);
    expect(lane.about).toBe("two");
  });

  it("is as slow as the slowest of several processes", async () => {
    const team = opened(new Together(3, program("{ milliseconds: request.prepare ? 0 : process.pid, peak: 1 }"), job));
    await team.prepare();
    const slowest = await team.time();
    expect(slowest).toBeGreaterThan(1);
    expect(await team.time()).toBe(slowest);
  });

  it("rejects with what the process says, or with its last words", async () => {
    await expect(opened(new Lane(program('{ error: "no kernel" }'), job)).prepare()).rejects.toThrow(/^no kernel$/);
    const dying = { command: process.execPath, args: ["--eval", 'console.error("oh\\nno"); process.exit(3)'] };
    const lane = opened(new Lane(dying, job));
    await expect(lane.prepare()).rejects.toThrow(/^ended with 3: no$/);
    await expect(lane.time()).rejects.toThrow(/^ended with 3: no$/);
    await expect(opened(new Lane({ command: "/nowhere", args: [] }, job)).prepare()).rejects.toThrow(/ENOENT/);
  });

  it("is ended when it is too slow", async () => {
    const lane = opened(new Lane({ command: process.execPath, args: ["--eval", "setInterval(() => {}, 1000)"] }, job));
    expect(await measured([lane], { rounds: 1, limit: 100 })).toEqual(["> 0.1 s to make ready"]);
    await expect(lane.time()).rejects.toThrow(/^ended with SIGKILL/);
  });
});

describe("what the bench runs beside ours", () => {
  const folder = mkdtempSync(join(tmpdir(), "align-uniform-bench-"));
  afterEach(() => vi.unstubAllEnvs());
  afterAll(() => rmSync(folder, { recursive: true }));
  const built = {
    ...{ ours: "ours.mjs", gpujs: "gpujs.mjs", roof: { lane: "", plain: "", relaxed: "" }, peers: undefined },
    ...{ relaxedFlags: [], root: folder, dist: join(folder, "dist") },
    versions: { ours: "align-uniform 1", "gpu.js": "2", tfjs: "", jax: "" },
  };

  it("leaves out what is not installed and says how it would be", () => {
    vi.stubEnv("PYTHON", "/nowhere/python3");
    const { columns, absent } = columnsHere(built, 2);
    expect(columns.map(({ name }) => name)).toEqual(["cpu", "gpu:webasm", "gpu.js webasm"]);
    expect(columns[0].program.args.join(" ")).toMatch(/^ours.mjs .* --threads 2$/);
    expect(absent.join()).toMatch(/apt-get install python3-torch.*npm --prefix bench\/peers ci/);
  });

  it("has columns for all that is, relaxed SIMD where it needs a flag", () => {
    vi.stubEnv("PYTHON", "/bin/echo"); // which says something, too
    const peers = { tfjs: "tfjs.mjs", jax: "jax.mjs", wasm: "wasm/" };
    const { columns, absent } = columnsHere({ ...built, peers, relaxedFlags: ["--relaxed"] }, undefined);
    expect(columns.map(({ name }) => name)).toEqual([
      ...["cpu", "cpu, relaxed SIMD", "PyTorch", "tfjs-wasm", "jax-js", "gpu:webasm", "gpu.js webasm"],
    ]);
    expect(columns[1].program.args[0]).toBe("--relaxed");
    expect(absent).toEqual([]);
  });

  it("compares an epoch step by step", async () => {
    const files = {
      "bench/mnist_epoch.py": `echo '{ "version": "1.13", "steps": 100, "seconds": 50, "align": 0.3, "uniform": -3.5 }'`,
      "dist/cli/main.js": "console.log(JSON.stringify({ device: process.argv.at(2), trainingSeconds: 58.5 }))",
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    vi.stubEnv("PYTHON", "/bin/sh");
    const spy = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    try {
      const text = await epoch(built, 100);
      expect(text).toContain("0.5 times as long a step");
      expect(text).toContain("| PyTorch 1.13 | 100 | 50.0 | 500 |");
      expect(text).toContain("| align-uniform train mnist, train | 234 | 58.5 | 250 |");
      expect(text).toContain("alignment 0.300, uniformity -3.500");
    } finally {
      spy.mockRestore();
    }
  });
});

describe("npm run bench", () => {
  it("times a small work and prints its row", { timeout: 120_000 }, async () => {
    const args = ["bench/bench.mjs", "--only", "^add of 10 numbers$", "--lanes", "^$", "--rounds", "1"];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: root });
    expect(words(stdout)).toMatch(/^\| add of 10 numbers \| [\d.]+ \| \| \| ≤ 0\.005 ms \| (yes|no) \|$/m);
    expect(stdout).toMatch(/^- cpu: align-uniform \d.*, WebAssembly .*SIMD/m);
    expect(stderr).toContain("[1/1] add of 10 numbers: cpu ");
  });

  it("refuses what it does not know with code 2, before anything is built", async () => {
    const build = () => Promise.reject(new Error("built"));
    const said: string[] = [];
    const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
    try {
      const wrong = [
        ["--nope"],
        ["--rounds", "0"],
        ["--threads", "33"],
        ["--only", "no such work"],
        ["--only", "("],
        ["--steps", "5"],
        ["more"],
      ];
      for (const argv of wrong) expect(await command(argv, { build, results: "" }), argv.join(" ")).toBe(2);
      expect(said.filter((text) => text.endsWith("Try: npm run bench -- --help\n"))).toHaveLength(wrong.length);
      expect(await command([], { build, results: "" })).toBe(1);
    } finally {
      spy.mockRestore();
    }
  });
});
