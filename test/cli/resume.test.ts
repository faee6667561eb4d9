import { appendFile, cp, type FileHandle, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Stopped, UsageError } from "../../src/cli/io.ts";
import { readSplit, type Split } from "../../src/cli/train/mnist/digits.ts";
import type { TrainResult } from "../../src/cli/train/result.ts";
import { readSafetensors, writeSafetensors } from "../../src/formats/index.ts";
import { loadCheckpoint, openRunFolder, saveCheckpoint, version } from "../../src/node/index.ts";
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

  it("before training changes nothing: no earlier run is moved, no report set aside", async () => {
    const before = await leftIn(at("whole"));
    await expect(train("whole", passes3, { stopAt: "start" })).rejects.toThrow("stopped before anything was changed");
    await expect(train("whole", ["--resume", "--epochs", "4"], { stopAt: "start" })).rejects.toThrow(Stopped);
    expect(await leftIn(at("whole"))).toEqual(before);
    expect(await readdir(folder)).not.toContain("whole.1");
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
    const [{ files, log, ...left }, { files: usual, log: expected, ...others }] = [
      await leftIn(at("raised")),
      await leftIn(at("whole")),
    ];
    expect(left).toEqual(others);
    expect(files).toEqual([...usual, "report-1.html"].sort());
    const isEarlier = (line: unknown): boolean => (line as TrainResult).config?.epochs === 1;
    expect(log.filter((line) => !isEarlier(line))).toEqual(expected);
    expect(log.filter(isEarlier)).toMatchObject([{ type: "result", trained: {} }]);
  });

  it("puts the report of fewer passes aside before it goes on, also when quiet", async () => {
    await train("aside", ["--batch-size", "12", "--epochs", "1"]);
    const before = await readFile(at("aside/report.html"), "utf8");
    const { err } = await train("aside", ["--resume", "--epochs", "2", "--quiet"]);
    expect(err).toBe(`${at("aside")}: the report of 1 pass is now ${at("aside/report-1.html")}\n`);
    expect(await readFile(at("aside/report-1.html"), "utf8")).toBe(before);
    expect(await readFile(at("aside/report.html"), "utf8")).not.toBe(before);
    expect((await resume("aside")).err).toContain("is complete");
  });

  it("lowers the number of passes to those that are done, and no further", async () => {
    await train("lowered", ["--batch-size", "12", "--epochs", "9"], { stopAt: /11% {2}epoch 1\/9/ });
    expect((await train("lowered", ["--resume"], { stopAt: /after 6 of 54/ })).code).toBe(130); // a step into the second
    await expect(resume("lowered", "--epochs", "1")).rejects.toThrow(
      "--epochs 1 contradicts the run in RUN, which has 9: with 7 steps done they are at least 2".replace(
        "RUN",
        at("lowered"),
      ),
    );
    expect((await train("lowered", ["--resume", "--epochs", "2"])).code).toBe(0);
    const [lowered, aside] = [await leftIn(at("lowered")), await leftIn(at("aside"))];
    expect(lowered.checkpoint).toBe(aside.checkpoint);
    expect(lowered.files).toEqual(["checkpoint.safetensors", "log.jsonl", "report.html"]);
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

  it("of a complete run whose log is gone is refused: losses and times cannot be told", async () => {
    await cp(at("whole"), at("forgotten"), { recursive: true });
    await rm(at("forgotten/log.jsonl"));
    for (let i = 0; i < 2; i++) {
      await expect(resume("forgotten")).rejects.toThrow(
        /forgotten is complete, but its log\.jsonl lacks 18 of 18 steps, their losses and times: put it back/,
      );
      await rm(at("forgotten/report.html"), { force: true });
    }
    expect(await readdir(at("forgotten"))).toEqual(["checkpoint.safetensors"]);
    const lines = (await readFile(at("whole/log.jsonl"), "utf8")).split("\n");
    await writeFile(at("forgotten/log.jsonl"), `${lines.slice(0, 6).join("\n")}\n`);
    await expect(resume("forgotten")).rejects.toThrow(/lacks 1[0-9] of 18 steps/);
    expect(await readFile(at("forgotten/log.jsonl"), "utf8")).toBe(`${lines.slice(0, 6).join("\n")}\n`);
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
    [["--epochs", "2"], "--epochs 2 contradicts the run in RUN, which has 3: with 18 steps done they are at least 3"],
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
      /whole has other digits, 72 \+ 30 \(sha256 [0-9a-f]{12}\), than those that are read without --data, 73 \+ 30 \(.*\): give its own --data/,
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

describe("a checkpoint that is damaged", () => {
  const damaged = async (change: (metadata: Record<string, string>) => Record<string, string>): Promise<string> => {
    await cp(at("whole"), at("damaged"), { recursive: true });
    const path = at("damaged/checkpoint.safetensors");
    const { tensors, metadata } = readSafetensors(await readFile(path), path);
    await writeFile(path, writeSafetensors(tensors, change({ ...metadata })));
    return path;
  };
  const dropped =
    (key: string) =>
    ({ [key]: _, ...rest }: Record<string, string>) =>
      rest;
  const replaced = (key: string, from: string, to: string) => (metadata: Record<string, string>) => {
    expect(metadata[key]).toContain(from);
    return { ...metadata, [key]: metadata[key].replace(from, to) };
  };

  it.each([
    ["device", dropped("device"), "device: needs one of cpu, reference"],
    ["data", dropped("data"), "data: is missing"],
    ["data's hash", replaced("data", '"sha256":"', '"sha":"'), "data.sha256: needs a string, is missing"],
    ["config", dropped("config"), "config: is missing"],
    ["a setting", replaced("config", '"momentum":0.9,', ""), "config.momentum: needs a number, is missing"],
    ["a setting's kind", replaced("config", '"t":2', '"t":"2"'), 'config.t: needs a number, got "2"'],
    ["a setting's range", replaced("config", '"epochs":3', '"epochs":0'), "config.epochs: needs 1..1000000"],
    ["widths", replaced("config", "[2,3,4]", "[2,3]"), 'unexpected "blocks.4.0.weight"'],
    ["list", replaced("config", '"lrDecayEpochs":[]', '"lrDecayEpochs":0'), "config.lrDecayEpochs: needs"],
    ["views", replaced("config", "[0.7,1.15]", "null"), "config.views.scale: needs"],
    ["step", replaced("step", "18", "17.5"), "step: needs a whole number >= 0"],
    ["step's range", replaced("step", "18", "19"), "step: needs 0..18, for 3 passes of 6 steps"],
    ["epoch", replaced("epoch", "3", "2"), "epoch: needs 3, after 18 steps"],
    ["no epoch", dropped("epoch"), "epoch: needs a whole number >= 0"],
    ["generators", dropped("generators"), "generators: needs the states that seed 0 gives after 18 steps"],
    ["a generator", replaced("generators", "[", "[1"), "generators: needs the states that seed 0 gives"],
    ["seed", replaced("config", '"seed":0', '"seed":1'), "generators: needs the states that seed 1 gives"],
    ["optimizer", dropped("optimizer"), 'metadata "optimizer" is missing'],
    ["optimizer's steps", replaced("optimizer", "18", "17"), "the optimizer's steps must all be 18"],
    ["optimizer's rate", replaced("optimizer", '"lr":0', '"lr":-1'), "lr must be a number >= 0"],
  ])("in its %s is refused with the file's name and what is wrong", async (_, change, message) => {
    const path = await damaged(change);
    const { message: told } = await resume("damaged").then(
      () => new Error("resumed"),
      (error: Error) => error,
    );
    expect(told).toContain(path);
    expect(told).toContain(message);
    expect(await readFile(at("damaged/log.jsonl"), "utf8")).toBe(await readFile(at("whole/log.jsonl"), "utf8"));
  });

  it("in a tensor is refused with the file's name", async () => {
    await cp(at("whole"), at("damaged"), { recursive: true });
    const path = at("damaged/checkpoint.safetensors");
    const { tensors, metadata } = readSafetensors(await readFile(path), path);
    for (const name of ["optimizer.momentum_buffer.0", "model.blocks.0.0.weight"]) {
      const fewer = new Map([...tensors].filter(([key]) => key !== name));
      expect(fewer.size).toBe(tensors.size - 1);
      await writeFile(path, writeSafetensors(fewer, metadata));
      const { message } = await resume("damaged").then(
        () => new Error("resumed"),
        (error: Error) => error,
      );
      expect(message).toContain(path);
      expect(message).toContain(`missing "${name.replace(/^(model|optimizer)\./, "")}"`);
    }
  });
});

describe("a disk that is full", () => {
  it.each([
    ["log.jsonl", "appendFile", 5],
    ["checkpoint.safetensors", "writeFile", 2], // the lock, and the first
  ] as const)(
    "while %s is written ends the run with the file's name, what is safe and how to go on",
    async (name, method, good) => {
      const probe = await open(at("whole/log.jsonl"));
      const prototype: FileHandle = Object.getPrototypeOf(probe);
      await probe.close();
      const original = prototype[method] as (...args: unknown[]) => Promise<void>;
      let calls = 0;
      vi.spyOn(prototype, method).mockImplementation(async function (this: FileHandle, ...args: unknown[]) {
        if (++calls > good)
          throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
        return original.apply(this, args);
      });
      const failed = train(`full ${name}`, passes3).finally(() => vi.restoreAllMocks());
      const path = at(`full ${name}`);
      await expect(failed).rejects.toThrow(
        `cannot write ${join(path, name)}: ENOSPC: no space left on device, write\n` +
          "the last checkpoint, of step 0, is intact: free space and go on with: " +
          `align-uniform train mnist --resume --out '${path}'`,
      );
      expect((await resume(`full ${name}`)).code).toBe(0);
      expect(await leftIn(path)).toEqual(await leftIn(at("whole")));
    },
  );
});

describe("a run folder", () => {
  it("is refused while somebody is at work in it", async () => {
    const folder = await openRunFolder(at("whole"));
    for (const argv of [["--resume"], ["--batch-size", "12"]]) {
      await expect(train("whole", argv)).rejects.toThrow('whole" is in use by this process: close it first');
    }
    await folder?.close();
    expect((await resume("whole")).out).toBe(whole.out);
    expect((await readdir(at("whole"))).sort()).toEqual(["checkpoint.safetensors", "log.jsonl", "report.html"]);
  });
});
