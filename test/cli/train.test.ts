import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mnistConfig } from "../../src/cli/train/mnist/config.ts";
import { readSplit, type Split } from "../../src/cli/train/mnist/digits.ts";
import type { TrainResult } from "../../src/cli/train/result.ts";
import { loadCheckpoint } from "../../src/node/index.ts";
import { writeDigits } from "./digits.ts";
import { leftIn, type Ran, readLog, timeless, tinyEncoder, trainTiny } from "./tiny.ts";

const passes3 = ["--batch-size", "24", "--epochs", "3", "--json"]; // of 6 steps
const pass1 = ["--batch-size", "75", "--epochs", "1"]; // of 2 steps

let folder: string;
let digits: Split;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
  digits = await readSplit(await writeDigits(join(folder, "digits"), { train: 150, test: 60 }));
});
afterAll(() => rm(folder, { recursive: true }));

const train = (name: string, argv: readonly string[], how: { tty?: boolean } = {}): Promise<Ran> =>
  trainTiny(join(folder, name), argv, { digits, ...how });

describe("train mnist", () => {
  it("leaves a log, a checkpoint and a report, and prints its results", async () => {
    const { code, out: printed, err } = await train("whole", passes3);
    expect(code).toBe(0);
    expect((await readdir(join(folder, "whole"))).sort()).toEqual([
      "checkpoint.safetensors",
      "log.jsonl",
      "report.html",
    ]);

    const result: TrainResult = JSON.parse(printed);
    const config = { ...mnistConfig, ...tinyEncoder, batchSize: 24, epochs: 3, lr: (0.12 * 24) / 256 };
    expect(result).toMatchObject({ schemaVersion: 3, task: "mnist", device: "reference(float32)", config });
    expect(result.pictures).toEqual({ train: 150, known: 150, test: 60 });
    expect(result.yardstick).toBe(150);
    const { trained, untrained, rawPixels } = result;
    for (const { alignment, uniformity } of [trained, untrained]) {
      expect(alignment).toMatchObject({ n: 60 });
      expect(uniformity.gap).toBe(uniformity.value - uniformity.optimum);
    }
    expect(trained.uniformity.value).toBeLessThan(untrained.uniformity.value - 0.3);
    for (const share of [trained.knn?.fc7, trained.knn?.output, untrained.few?.knn]) expect(share).toBeGreaterThan(0.4);
    // Ten updates of a probe learn nothing yet: these only have to be shares of 60 digits.
    for (const share of [trained.probes?.fc7 ?? 0.001, trained.probes?.output ?? 0.001])
      expect(Math.abs(((60 * share + 0.5) % 1) - 0.5)).toBeLessThan(1e-9);
    // among the same 150
    expect(trained.few).toEqual({ knn: trained.knn?.output, probe: trained.probes?.fc7 });
    expect(rawPixels?.knn).toBeGreaterThan(0.9);
    expect(rawPixels?.probe).toBeGreaterThan(0.5);

    const log = await readLog(join(folder, "whole"));
    const pass = [...Array(6).fill("step"), "checkpoint"];
    expect(log.map(({ type }) => type)).toEqual(["config", "checkpoint", ...pass, ...pass, ...pass, "result"]);
    expect(Object.keys(log[22])).toEqual(["type", "step", "seconds"]);
    expect(log[21]).toEqual({ type: "step", epoch: 3, step: 18, align: log[21].align, uniform: log[21].uniform });
    expect(log[23]).toEqual({ type: "result", ...result });

    const { metadata, model, optimizer } = await loadCheckpoint(join(folder, "whole", "checkpoint.safetensors"));
    expect(metadata).toMatchObject({ task: "mnist", device: "reference", config, epoch: 3, step: 18 });
    expect(metadata.data).toEqual({ train: 150, test: 60, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(metadata.generators).toMatchObject({ order: { algorithm: "xoshiro128**" }, views: {} });
    expect(model["blocks.0.1.num_batches_tracked"].itemSync()).toBe(18);
    expect(optimizer?.steps.every((count) => count === 18)).toBe(true);

    expect(err).toMatch(/^ {2}5% {2}epoch 1\/3 {2}align [\d.]+ {2}uniform -[\d.]+ {2}[\d,]+ images\/s {2}\d+s left$/m);
    expect(err).toMatch(/^100% {2}epoch 3\/3 .* in all$/m);
    expect(err).toMatch(/^ *\d+% {2}linear probe, fc7 {2}\d+s left$/m);
    expect(err).not.toContain("\x1b");
  });

  it("gives the same weights and numbers from the same seed, bit for bit, and others from another", async () => {
    const first = await train("same", passes3);
    const second = await train("same", passes3);
    const other = await train("other", [...passes3, "--seed", "1"]);
    expect(second.err).toContain(`moved to ${join(folder, "same")}.1`);
    expect(timeless(JSON.parse(second.out))).toEqual(timeless(JSON.parse(first.out)));
    expect(await leftIn(join(folder, "same"))).toEqual(await leftIn(join(folder, "same.1")));
    expect(JSON.parse(other.out).trained).not.toEqual(JSON.parse(first.out).trained);
    expect((await leftIn(join(folder, "other"))).checkpoint).not.toBe((await leftIn(join(folder, "same"))).checkpoint);
  });

  it("takes the weights and exponents of the losses", async () => {
    const plain = await train("plain", [...pass1, "--json"]);
    for (const [flag, value, key] of [
      ["--align-w", "0.5", "alignWeight"],
      ["--unif-w", "0", "uniformWeight"],
      ["--align-alpha", "1", "alpha"],
      ["--unif-t", "3", "t"],
      ["--lr", "0.5", "lr"],
    ]) {
      const changed = await train("changed", [...pass1, "--json", flag, value]);
      expect(JSON.parse(changed.out).config[key]).toBe(Number(value));
      expect(JSON.parse(changed.out).trained.alignment, flag).not.toEqual(JSON.parse(plain.out).trained.alignment);
    }
  });

  it("saves no step that was refused, also where the verdict on it comes late", async () => {
    const argv = [...pass1, "--align-w", "1e22", "--device", "gpu:cpu"];
    await expect(train("refused", argv)).rejects.toThrow(/gradient's norm is Infinity; the weights are lost/);
    const { metadata } = await loadCheckpoint(join(folder, "refused", "checkpoint.safetensors"));
    expect(metadata.step).toBe(0);
  });

  it("gives the same numbers on any number of threads, and tells with --verbose how many there were", async () => {
    const [one, two] = [
      await train("one", [...pass1, "--device", "cpu", "--threads", "1"]),
      await train("two", [...pass1, "--device", "cpu", "--threads", "2"]),
    ];
    expect(await readFile(join(folder, "two", "checkpoint.safetensors"))).toEqual(
      await readFile(join(folder, "one", "checkpoint.safetensors")),
    );
    expect(two.out).toBe(one.out);
    const { err } = await train("three", [...pass1, "--device", "cpu", "--threads", "1", "--quiet", "--verbose"]);
    expect(err).toMatch(/^cpu \(WebAssembly (relaxed )?SIMD, shared memory, 1 thread\) ran:\n +[\d,]+ {2}/);
  });

  it("tells with --verbose what the device ran and compiled", async () => {
    const { err } = await train("verbose", [...pass1, "--quiet", "--verbose", "--device", "gpu:cpu"]);
    expect(err).toMatch(
      /^gpu:cpu ran, [3-6]\d kernels compiled in \d+\.\d\d s \(first runs included\):\n +[\d,]+ {2}cpu:zip:/,
    );
    expect((await readLog(join(folder, "verbose")))[0]).toMatchObject({ device: "gpu:cpu" });
  });

  it("draws a bar on a terminal, nothing when quiet, and a table unless asked for JSON", async () => {
    const bar = await train("bar", pass1, { tty: true });
    expect(bar.err.replaceAll("\x1b[2K", "<clear>")).toMatch(/\r<clear>█+░* +\d+% {2}epoch/);
    expect(bar.err).toMatch(/█ 100% {2}epoch 1\/1 .* in all\n/);
    expect(bar.out.split("\n").map((line) => line.trim().split(/ {2,}| need /)[0])).toEqual([
      "on 60 test digits",
      "linear probe, fc7",
      "linear probe, output",
      "5-NN, fc7",
      "5-NN, output",
      "alignment",
      "uniformity",
      "its optimum",
      "gap",
      "uniformity of views",
      "batch norm's running averages, by which all this is measured, begin at mean 0 and variance 1 and", // after 6 steps
      "",
    ]);
    expect(bar.out).toMatch(/^5-NN, output +[\d.]+% +[\d.]+% +[\d.]+%$/m);
    const quiet = await train("bar", [...pass1, "--quiet"], { tty: true });
    expect(quiet.err).toBe(`${join(folder, "bar")} was there already: moved to ${join(folder, "bar")}.1\n`); // a warning
    expect((await train("fresh", [...pass1, "--quiet"], { tty: true })).err).toBe("");
  });

  it("refuses a batch of more digits than there are, before it touches the run folder", async () => {
    await expect(train("large", ["--batch-size", "151"])).rejects.toThrow(
      "150 training pictures make no batch of 151: lower --batch-size",
    );
    expect(await readdir(folder)).not.toContain("large");
  });
});
