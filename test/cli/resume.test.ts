import { spawnSync } from "node:child_process";
import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { UsageError } from "../../src/cli/io.ts";
import { readSplit, type Split } from "../../src/cli/train/digits.ts";
import { loadCheckpoint, saveCheckpoint, version } from "../../src/node/index.ts";
import { writeDigits } from "./digits.ts";
import { type Circumstances, leftIn, type Ran, readLog, timeless, trainTiny } from "./tiny.ts";

const passes3 = ["--batch-size", "12", "--epochs", "3", "--json"]; // of 6 steps

let folder: string;
let digits: Split;
const at = (...names: string[]): string => join(folder, ...names);
const train = (name: string, argv: readonly string[], how: Partial<Circumstances> = {}): Promise<Ran> =>
  trainTiny(at(name), argv, { digits, ...how });
const resume = (name: string, ...argv: string[]): Promise<Ran> => train(name, ["--resume", "--json", ...argv]);

let whole: Ran; // a run that nothing interrupted
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
  digits = await readSplit(await writeDigits(at("digits"), { train: 72, test: 30 }));
  whole = await train("whole", passes3);
});
afterAll(() => rm(folder, { recursive: true }));

describe("Ctrl-C", () => {
  // On a terminal every step is drawn, so that the first one can be told.
  it.each([
    ["after a step", /epoch 1\/3/, true, "stopped after 1 of 18 steps; they are saved in"],
    ["after a pass", /33% {2}epoch 1\/3/, false, "stopped after 6 of 18 steps; they are saved in"],
    ["at the last step", /100% {2}epoch 3\/3/, false, "stopped while measuring; the trained weights are saved"],
    ["while it measures", /linear probe, fc7/, false, "stopped while measuring; the trained weights are saved"],
  ])("%s leaves a run that --resume ends with the same bits", async (when, stopAt, tty, message) => {
    const stopped = await train(when, passes3, { stopAt, tty });
    expect([stopped.code, stopped.out]).toEqual([130, ""]);
    expect(stopped.err).toContain(message);
    expect(stopped.err).toMatch(new RegExp(`to go on: align-uniform train mnist --resume --out '.*/${when}'\n$`));
    expect(await readdir(at(when))).toEqual(["checkpoint.safetensors", "log.jsonl"]);

    const { code, out, err } = await resume(when);
    expect(code).toBe(0);
    expect(err).toMatch(/^resuming .* after \d+ of 18 steps\n/);
    expect(timeless(JSON.parse(out))).toEqual(timeless(JSON.parse(whole.out)));
    expect(await leftIn(at(when))).toEqual(await leftIn(at("whole")));
  });

  it("says how to go on in the words that started it", async () => {
    const stop = { stopAt: /epoch 1/ };
    const told = async (argv: string[], env: Record<string, string>): Promise<string> => {
      const { err } = await train("told", [...passes3, ...argv], { ...stop, env });
      return err.split("to go on: ")[1].trim().replace(at("told"), "OUT");
    };
    expect(await told([], {})).toBe("align-uniform train mnist --resume --out OUT");
    expect(await told(["--data", "my digits"], { npm_lifecycle_event: "start" })).toBe(
      "npm start -- --resume --data 'my digits' --out OUT",
    );
    expect(await told(["--epochs", "9"], { npm_command: "exec" })).toBe(
      "npx align-uniform train mnist --resume --out OUT",
    );
  });
});

describe("--resume", () => {
  it("of a run that is complete prints its results and changes nothing", async () => {
    const before = await readFile(at("whole/log.jsonl"), "utf8");
    const { code, out, err } = await resume("whole");
    expect([code, out]).toEqual([0, whole.out]);
    expect(err).toContain("is complete, nothing is left to do: these are its results");
    expect(await readFile(at("whole/log.jsonl"), "utf8")).toBe(before);
  });

  it("of a run without its report measures again", async () => {
    await cp(at("whole"), at("unreported"), { recursive: true });
    await rm(at("unreported/report.html"));
    const { out } = await resume("unreported");
    expect(timeless(JSON.parse(out))).toEqual(timeless(JSON.parse(whole.out)));
    expect(await leftIn(at("unreported"))).toEqual(await leftIn(at("whole")));
  });

  it("raises the number of passes: the same bits as when all were asked for at once", async () => {
    await train("raised", ["--batch-size", "12", "--epochs", "1"]);
    const { code } = await train("raised", ["--resume", "--epochs", "2"], { stopAt: /resuming/ });
    expect(code).toBe(130);
    expect((await loadCheckpoint(at("raised/checkpoint.safetensors"))).metadata.config).toMatchObject({ epochs: 2 });
    expect((await resume("raised", "--epochs", "3")).code).toBe(0);
    expect(await leftIn(at("raised"))).toEqual(await leftIn(at("whole")));
  });

  it("cuts the log back to the checkpoint: each step is there once, torn lines and half-written files are gone", async () => {
    await train("cut", passes3, { stopAt: /33% {2}epoch 1\/3/ });
    const later = (await readFile(at("whole/log.jsonl"), "utf8")).split("\n").slice(9, 12); // steps 7 to 9, unsaved
    await appendFile(at("cut/log.jsonl"), `${later.join("\n")}\n{"type":"st`);
    await writeFile(at("cut/checkpoint.safetensors.01234567-89ab-cdef-0123-456789abcdef.tmp"), "half a checkp");
    await writeFile(at("cut/notes.tmp"), "not ours");
    const { err } = await resume("cut");
    expect(err).toContain("after 6 of 18 steps");
    const { files, ...left } = await leftIn(at("cut"));
    const { files: usual, ...expected } = await leftIn(at("whole"));
    expect(left).toEqual(expected);
    expect(files).toEqual([...usual, "notes.tmp"].sort());
  });

  it("goes on without the lines that a log has lost, and says so", async () => {
    await train("lost", passes3, { stopAt: /33% {2}epoch 1\/3/ });
    await rm(at("lost/log.jsonl"));
    const { code, out, err } = await resume("lost");
    expect(code).toBe(0);
    expect(err).toContain("its log.jsonl lacks 6 of these steps");
    expect(timeless(JSON.parse(out))).toEqual(timeless(JSON.parse(whole.out)));
    expect((await readLog(at("lost"))).filter(({ type }) => type === "step")).toHaveLength(12);
  });

  it("owes nothing to the clock, which decides when a checkpoint is written", async () => {
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (now += 11_000));
    const { out } = await train("slow", passes3).finally(() => vi.restoreAllMocks());
    const log = (await readLog(at("slow"))).map(({ type }) => type);
    expect(log.filter((type) => type === "checkpoint")).toHaveLength(19); // at the start and after every step
    expect(timeless(JSON.parse(out))).toEqual(timeless(JSON.parse(whole.out)));
    expect(await leftIn(at("slow"))).toEqual(await leftIn(at("whole")));
  });

  it("adds up the seconds of training", async () => {
    await train("seconds", passes3, { stopAt: /33% {2}epoch 1\/3/ });
    const saved = (await readLog(at("seconds"))).findLast(({ type }) => type === "checkpoint");
    await writeFile(at("seconds/log.jsonl"), `${JSON.stringify({ ...saved, seconds: 1000 })}\n`);
    const { trainingSeconds } = JSON.parse((await resume("seconds")).out);
    expect(trainingSeconds).toBeGreaterThan(1000);
    expect(trainingSeconds).toBeLessThan(1060);
  });

  it("where there is nothing to resume starts anew and says so", async () => {
    const first = await trainTiny(at("nothing"), ["--resume", "--batch-size", "36", "--device", "reference"], {
      digits,
      stopAt: /epoch 1/,
    });
    expect(first.code).toBe(130);
    expect(first.err).toContain(`${at("nothing")} holds no checkpoint to resume: starting anew`);
  });

  it.each([
    [["--lr", "0.5"], "--lr 0.5 contradicts the run in RUN, which has 0.005625: leave the flag out"],
    [["--seed", "1"], "--seed 1 contradicts the run in RUN, which has 0: leave the flag out"],
    [["--batch-size", "13"], "--batch-size 13 contradicts the run in RUN, which has 12: leave the flag out"],
    [["--epochs", "2"], "--epochs 2 contradicts the run in RUN, which has 3: epochs can only be raised"],
    [["--device", "gpu:cpu"], "--device gpu:cpu contradicts the run in RUN, which has reference: leave the flag out"],
  ])("refuses %j, which the run does not have", async (argv, message) => {
    const refused = resume("whole", ...argv);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(message.replace("RUN", at("whole")));
    expect((await resume("whole", "--lr", "0.005625", "--epochs", "3", "--seed", "0")).out).toBe(whole.out);
  });

  it("refuses other digits, naming both sets", async () => {
    const others = await readSplit(await writeDigits(at("others"), { train: 73, test: 30 }));
    await expect(train("whole", ["--resume"], { digits: others })).rejects.toThrow(
      /whole has other digits, 72 \+ 30 \(sha256 [0-9a-f]{12}\), than those given, 73 \+ 30 \(.*\): give its own --data/,
    );
    const labels = digits.test.labels.slice();
    labels[0] = 9 - labels[0];
    const onelabel = { ...digits, test: { ...digits.test, labels } };
    await expect(train("whole", ["--resume"], { digits: onelabel })).rejects.toThrow(/72 \+ 30 .* 72 \+ 30/);
  });

  it("refuses a checkpoint of another version or of something else", async () => {
    const path = at("foreign/checkpoint.safetensors");
    await cp(at("whole"), at("foreign"), { recursive: true });
    const bytes = await readFile(path);
    const older = bytes.toString("latin1").replace(`\\"${version}\\"`, `\\"${version.replace(/./, "9")}\\"`);
    expect(older).not.toBe(bytes.toString("latin1"));
    await writeFile(path, older, "latin1");
    await expect(resume("foreign")).rejects.toThrow(
      /was written by version 9\S+, this is .*: resume it with its own version, or start anew without --resume/,
    );
    await saveCheckpoint(path, { model: {}, metadata: { task: "stl10", step: 3 } });
    await expect(resume("foreign")).rejects.toThrow("is no checkpoint of train mnist (its task: stl10)");
    await saveCheckpoint(path, { model: {}, metadata: {} });
    await expect(resume("foreign")).rejects.toThrow("is no checkpoint of train mnist (its task: none)");
    expect(await readdir(at("foreign"))).not.toContain("run.lock");
  });
});

describe("a run folder", () => {
  it("is refused while another process is at work in it, and taken over from one that has ended", async () => {
    await cp(at("whole"), at("shared"), { recursive: true });
    await writeFile(at("shared/run.lock"), `${process.ppid}\n`);
    for (const argv of [["--resume"], ["--batch-size", "12"]]) {
      await expect(train("shared", argv)).rejects.toThrow(`shared" is in use by process ${process.ppid}: wait for it`);
    }
    const { pid } = spawnSync(process.execPath, ["--version"]);
    await writeFile(at("shared/run.lock"), `${pid}\n`);
    expect((await resume("shared")).out).toBe(whole.out);
    expect((await readdir(at("shared"))).sort()).toEqual(["checkpoint.safetensors", "log.jsonl", "report.html"]);
  });
});
