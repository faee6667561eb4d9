import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { mnistConfig } from "../../src/cli/train/config.ts";
import type { TrainFlags } from "../../src/cli/train/flags.ts";
import type { Split } from "../../src/cli/train/measure.ts";
import { mnistRun } from "../../src/cli/train/mnist.ts";
import type { MnistResult } from "../../src/cli/train/result.ts";
import { runOn } from "../../src/cli/train/run.ts";
import { evenly } from "../../src/data/index.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { loadCheckpoint, readMnistFiles } from "../../src/node/index.ts";

const config = { ...mnistConfig, epochs: 3, batchSize: 32, sizes: [784, 24, 4], lr: 3e-3 };

let folder: string;
let split: Split;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
  const files = await readMnistFiles();
  split = { train: evenly(files.train, 200), test: evenly(files.test, 60) };
});
afterAll(() => rm(folder, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(flags: Partial<TrainFlags>, tty: boolean = false, stopAfter: number = Infinity): Promise<Ran> {
  let [out, err] = ["", ""];
  const stop = new AbortController();
  let writes = 0;
  const io: Io = {
    stdout: { write: (text) => { out += text; } }, // biome-ignore format: short
    stderr: {
      isTTY: tty,
      columns: 100,
      write: (text) => {
        err += text;
        if (++writes >= stopAfter) stop.abort();
      },
    },
    env: { NO_COLOR: "1" },
    signal: stop.signal,
  };
  const defaults = { json: true, quiet: false, data: undefined, out: "", device: "reference", config };
  const code = await runOn(split, { ...defaults, ...flags }, reference("float32"), io);
  return { code, out, err };
}

describe("train mnist", () => {
  it("leaves a log, a checkpoint and a report, and prints its results", async () => {
    const out = join(folder, "whole");
    const { code, out: printed, err } = await run({ out });
    expect(code).toBe(0);
    expect((await readdir(out)).sort()).toEqual(["checkpoint.safetensors", "log.jsonl", "report.html"]);

    const result: MnistResult = JSON.parse(printed);
    expect(result).toMatchObject({ schemaVersion: 1, task: "mnist", device: "reference(float32)", config });
    expect(result.digits).toEqual({ train: 200, test: 60 });
    for (const { accuracy, alignment, uniformity } of [result.trained, result.untrained]) {
      expect(accuracy).toBeGreaterThan(0);
      expect(accuracy).toBeLessThanOrEqual(1);
      expect(alignment).toMatchObject({ n: 60 });
      expect(uniformity.gap).toBe(uniformity.value - uniformity.optimum);
    }
    expect(result.trained.uniformity.value).toBeLessThan(result.untrained.uniformity.value - 0.5);
    expect(result.rawPixels.accuracy).toBeGreaterThan(0.5);

    const log = (await readFile(join(out, "log.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(log.map(({ type }) => type)).toEqual(["config", ...Array(18).fill("step"), "result"]);
    expect(log[18]).toMatchObject({ epoch: 3, step: 18 });
    expect(log.at(-1)).toMatchObject(result);

    const { metadata, model, optimizer } = await loadCheckpoint(join(out, "checkpoint.safetensors"));
    expect(metadata).toMatchObject({ task: "mnist", config, epoch: 3, step: 18 });
    expect(Object.keys(model)).toHaveLength(4);
    expect(optimizer?.steps).toEqual([18, 18, 18, 18]);

    expect(err.match(/^ *\d+% {2}epoch \d\/3 .* images\/s {2}.*$/gm)).toHaveLength(3);
    expect(err).toMatch(/33% {2}epoch 1\/3 .*left\n/);
    expect(err).not.toContain("\x1b");
  });

  it("gives the same weights and numbers from the same seed, bit for bit, and others from another", async () => {
    const out = join(folder, "same");
    const first = await run({ out });
    const second = await run({ out });
    const other = await run({ out: join(folder, "other"), config: { ...config, seed: 1 } });
    expect(second.err).toContain(`moved to ${out}.1`);
    const outcome = ({ out: json }: Ran): object => ({ ...JSON.parse(json), trainingSeconds: 0 });
    expect(outcome(second)).toEqual(outcome(first));
    expect(JSON.parse(other.out).trained).not.toEqual(JSON.parse(first.out).trained);
    const weights = (name: string): Promise<Buffer> => readFile(join(name, "checkpoint.safetensors"));
    expect((await weights(out)).equals(await weights(`${out}.1`))).toBe(true);
    expect((await weights(out)).equals(await weights(join(folder, "other")))).toBe(false);
  });

  it("draws a bar on a terminal, nothing when quiet, and a table unless asked for JSON", async () => {
    const bar = await run({ out: join(folder, "bar"), json: false }, true);
    expect(bar.err.replaceAll("\x1b[2K", "<clear>")).toMatch(/\r<clear>█+░* +\d+% {2}epoch/);
    expect(bar.err).toMatch(/█ 100% .* in all\n/);
    expect(bar.out).toMatch(
      /^on 60 test digits +trained +untrained +raw pixels\n5-NN accuracy +[\d.]+% +[\d.]+% +[\d.]+%\n/,
    );
    for (const name of ["alignment", "uniformity", "its optimum", "gap"]) expect(bar.out).toContain(name);
    const quiet = await run({ out: join(folder, "bar"), quiet: true }, true);
    expect(quiet.err).toBe("");
  });

  it("stops after the present step when interrupted, and says what is there", async () => {
    const out = join(folder, "stopped");
    const { code, out: printed, err } = await run({ out }, false, 1); // the first line of progress ends epoch 1
    expect([code, printed]).toEqual([130, ""]);
    expect(err).toContain(
      `stopped after 6 of 18 steps; the weights so far are in ${join(out, "checkpoint.safetensors")}`,
    );
    expect((await readdir(out)).sort()).toEqual(["checkpoint.safetensors", "log.jsonl"]);
    const { metadata } = await loadCheckpoint(join(out, "checkpoint.safetensors"));
    expect(metadata).toMatchObject({ epoch: 1, step: 6 });
  });

  it("saves the weights of an epoch that was broken off too", async () => {
    const out = join(folder, "broken");
    const { code, err } = await run({ out }, true, 1); // on a terminal the first step is drawn
    expect(code).toBe(130);
    expect(err).toContain("stopped after 1 of 18 steps");
    const { metadata, optimizer } = await loadCheckpoint(join(out, "checkpoint.safetensors"));
    expect(metadata).toMatchObject({ epoch: 0, step: 1 });
    expect(optimizer?.steps).toEqual([1, 1, 1, 1]);
  });
});

describe("while it measures, train mnist", () => {
  // The fourth line, after one for each epoch, says that measuring begins.
  it("stops too when interrupted", async () => {
    const out = join(folder, "unmeasured");
    const { code, out: printed, err } = await run({ out }, false, 4);
    expect([code, printed]).toEqual([130, ""]);
    expect(err).toMatch(
      /raw pixels\nstopped after 18 of 18 steps; the weights so far are in .*; no report was written\n$/,
    );
    expect((await readdir(out)).sort()).toEqual(["checkpoint.safetensors", "log.jsonl"]);
  });
});

describe("the learning rate", () => {
  it("goes down to 0 along half a cosine", async () => {
    const run = mnistRun(split.train, config, reference("float32"));
    const rates: number[] = [];
    for await (const _ of run.train()) rates.push(run.optimizer.lr);
    expect(rates).toHaveLength(18);
    expect(rates[0]).toBe(config.lr);
    expect(rates[6]).toBeCloseTo(0.75 * config.lr, 10); // a third of the way: (1 + cos 60°) / 2
    expect(rates[9]).toBeCloseTo(0.5 * config.lr, 10);
    expect(rates[17]).toBeLessThan(0.01 * config.lr);
  });
});

describe("the report", () => {
  it("needs nothing beside itself and shows numbers, curves, features and distances", async () => {
    const out = join(folder, "report");
    const { out: printed } = await run({ out });
    const html = await readFile(join(out, "report.html"), "utf8");
    const result: MnistResult = JSON.parse(printed);
    expect(html).not.toMatch(/<(script|link|img|iframe)\b|@import|url\(|(src|href)="?http/i);
    expect(html).toContain(`${(100 * result.trained.accuracy).toFixed(1)}%`);
    expect(html).toContain(result.trained.uniformity.optimum.toFixed(3));
    expect(html).not.toMatch(/NaN|undefined/);
    expect(html.match(/<svg\b/g)).toHaveLength(2 + 2 + 10 + 2);
    expect(html.match(/<circle\b/g)).toHaveLength(60); // each test digit once among the ten small maps
    expect(html).toContain("prefers-color-scheme: dark");
  });
});
