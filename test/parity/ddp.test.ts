import { mkdtempSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandLine } from "../../src/cli/command-line.ts";
import type { TrainConfig } from "../../src/cli/train/config.ts";
import { readSplit, type Split } from "../../src/cli/train/mnist/digits.ts";
import { cifar10 } from "../../src/cli/train/pictures/cifar10.ts";
import type { TrainResult } from "../../src/cli/train/result.ts";
import { sessionOf } from "../../src/cli/train/session.ts";
import type { Trainee } from "../../src/cli/train/task.ts";
import { twoViewRun } from "../../src/cli/train/two-views.ts";
import { affineViews, type Images } from "../../src/data/index.ts";
import { cpu, generator, readSafetensors, reference, writeSafetensors } from "../../src/index.ts";
import { createRunFolder, loadCheckpoint } from "../../src/node/index.ts";
import { writeDigits } from "../cli/digits.ts";
import { noiseLessons } from "../cli/lessons.ts";
import { ran, readLog, trainTiny } from "../cli/tiny.ts";
import { mismatch } from "./compare.ts";
import { faults, type Went, wentInParallel } from "./data-parallel.ts";
import { pytorch, runPython } from "./pytorch.ts";

const example = fileURLToPath(new URL("../../examples/pytorch-ddp", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "align-uniform-ddp-"));
afterAll(() => rm(folder, { recursive: true }));
const at = (...names: string[]): string => join(folder, ...names);

/** The example, in two processes that meet in a file, speak over the loopback, and give up on each other after a while. */
const goOn = (...args: readonly string[]): void =>
  runPython("../../examples/pytorch-ddp/go_on.py", ...args, "--timeout", "20", "--threads", "1");

/** The start of a program beside the example, in the folder of these specs. */
const program = `
import os, sys
sys.dont_write_bytecode = True
sys.path.insert(0, ${JSON.stringify(example)})
os.chdir(${JSON.stringify(folder)})`;

const devices = { float64: reference("float64"), float32: cpu } as const;
type DType = keyof typeof devices;
/** Largest difference that is allowed, as a share of the largest number; measured were 1e-15 and 3e-6. Every fault is off by `fault`. */
const tolerances: Readonly<Record<DType, number>> = { float64: 1e-12, float32: 1e-5 };
const fault = 1e-3;

/** Three steps a pass; every setting is another one than its default. */
const config: TrainConfig = cifar10.settled({
  ...{ seed: 5, epochs: 6, batchSize: 8, lr: 0.05, lrDecayRate: 0.4, lrDecayEpochs: [1, 3], momentum: 0.8 },
  ...{ weightDecay: 0.1, alignWeight: 2, alpha: 1.5, uniformWeight: 0.7, t: 1.2, contrastiveWeight: 0.4, tau: 0.3 },
  ...{ arch: "conv", featDim: 4, channels: [4, 6], hidden: 10, imageSize: 8 },
});
const stepsPerPass = 3;
/** One step into the second pass: after the first milestone, and the next ten steps cross the other. */
const done = 4;
const expectedRates = [...Array<number>(5).fill(0.05 * 0.4), ...Array<number>(5).fill(0.05 * 0.4 * 0.4)];

/** A run after some steps, as `align-uniform train` leaves it in the folder `name`. */
async function left(name: string, dtype: DType, settings: TrainConfig, size: number, steps: number): Promise<string> {
  const device = devices[dtype];
  const lessons = noiseLessons(stepsPerPass * settings.batchSize + 1, size, 3);
  const run = twoViewRun(lessons, settings, device);
  const made = await createRunFolder(at(name));
  const data = { train: lessons.length, test: 3, sha256: "" };
  for await (const { step } of run.train(0)) if (step === steps) break;
  const trainee: Trainee<TrainResult> = { run, passing: [1, "images"], measure: () => Promise.reject(new Error("no")) };
  await sessionOf(made, { task: "cifar10", device: "cpu", data, config: settings }, device, trainee).save(steps, 0);
  await made.close();
  return made.checkpoint;
}

/** Views for so many steps of `n` pictures, and the file `name` with them. */
async function batchesIn(name: string, count: number, n: number, size: number): Promise<Images<Float32Array>[]> {
  const g = generator(11);
  const shape = [2 * n, 3, size, size] as const;
  const batches = Array.from({ length: count }, () => ({
    data: Float32Array.from({ length: 2 * n * 3 * size * size }, () => g.float()),
    shape,
  }));
  await writeFile(at(name), writeSafetensors(new Map(batches.map((batch, k) => [`batch.${k}`, batch]))));
  return batches;
}

/** What the example left in the run folder `name`. */
async function wentThere(name: string, dtype: DType): Promise<Went> {
  const records = (await readLog(at(name))).filter(({ losses }) => losses !== undefined);
  const { model, optimizer } = await loadCheckpoint(at(name, "checkpoint.safetensors"), { device: devices[dtype] });
  return {
    losses: records.map(({ losses }) => losses as number[]),
    rates: records.map(({ lr }) => lr as number),
    state: Object.fromEntries(Object.entries(model).map(([key, value]) => [key, value.dataSync()])),
    buffers: Object.values(optimizer?.tensors ?? {}).map((buffer) => buffer.dataSync()),
  };
}

/** Where ours is further from theirs than is allowed. */
function differences(ours: Went, theirs: Went, allowed: number): string[] {
  const compared = (what: string, a: ArrayLike<number>, b: ArrayLike<number>) => mismatch(what, a, b, allowed) ?? [];
  return [
    compared("losses", ours.losses.flat(), theirs.losses.flat()),
    compared("rates", ours.rates, theirs.rates),
    ...Object.entries(theirs.state).map(([name, value]) => compared(name, ours.state[name] ?? [], value)),
    ...theirs.buffers.map((value, i) => compared(`buffer ${i}`, ours.buffers[i] ?? [], value)),
  ].flat();
}

describe.skipIf(!pytorch)("examples/pytorch-ddp", () => {
  describe.each(["float64", "float32"] as const)("goes on in %s", (dtype) => {
    const checkpoint = at(dtype, "checkpoint.safetensors");
    let batches: Images<Float32Array>[];
    let theirs: Went;
    beforeAll(async () => {
      await left(dtype, dtype, config, 8, done);
      batches = await batchesIn(`${dtype}.safetensors`, 10, 8, 8);
      goOn(checkpoint, at(`${dtype}-ddp`), "--batches", at(`${dtype}.safetensors`));
      theirs = await wentThere(`${dtype}-ddp`, dtype);
    });

    test("as one process does with both halves of each batch: losses, rates, weights, statistics, momentum", async () => {
      const ours = await wentInParallel(checkpoint, batches, stepsPerPass, devices[dtype]);
      expect(theirs.losses.map((both) => both.length)).toEqual(Array(10).fill(2));
      expect(ours.rates.every((rate, k) => Math.abs(rate - expectedRates[k]) < 1e-15)).toBe(true);
      expect(differences(ours, theirs, tolerances[dtype])).toEqual([]);
    });

    test.each(faults)("and not as one with %s", async (planted) => {
      const ours = await wentInParallel(checkpoint, batches, stepsPerPass, devices[dtype], planted);
      expect(differences(ours, theirs, fault)).not.toEqual([]);
    });
  });

  test("has our rate for the next step, in a pass and between two", async () => {
    const expected = { 2: 0.05, 3: 0.02, 8: 0.02, 9: 0.008 };
    for (const [steps, rate] of Object.entries(expected)) {
      await left(`after ${steps}`, "float32", config, 8, Number(steps));
      runPython(
        "-c",
        `${program}
from handed_over import HandedOver
found = HandedOver("after ${steps}").rate
assert abs(found - ${rate}) < 1e-15, found`,
      );
    }
  });

  test("goes on with SmallAlexNet where the checkpoint says so", async () => {
    const settings: TrainConfig = cifar10.settled({ ...config, arch: "small-alexnet", imageSize: 15 });
    const checkpoint = await left("alexnet", "float32", settings, 15, 1);
    const batches = await batchesIn("alexnet.safetensors", 2, 8, 15);
    goOn(at("alexnet"), at("alexnet-ddp"), "--batches", at("alexnet.safetensors"));
    const theirs = await wentThere("alexnet-ddp", "float32");
    const { losses } = await wentInParallel(checkpoint, batches, stepsPerPass, cpu);
    expect(mismatch("losses", losses.flat(), theirs.losses.flat(), 1e-4)).toBeUndefined(); // measured: 6e-6
  });

  describe("with digits of its own", () => {
    let digits: Split;
    beforeAll(async () => {
      digits = await readSplit(await writeDigits(at("digits"), { train: 40, test: 12 }));
      const argv = ["--batch-size", "8", "--epochs", "2", "--device", "cpu"];
      expect((await trainTiny(at("here"), argv, { digits })).code).toBe(0);
      goOn(at("here"), at("there"), "--epochs", "4", "--data", at("digits"));
    });

    test("leaves a run folder that align-uniform probe reads, and that goes on here", async () => {
      const argv = ["probe", at("there"), "--data", at("digits"), "--json", "--epochs", "1", "--batch-size", "8"];
      const { code, out, err } = await ran((io) => commandLine(argv, io));
      expect(code, err).toBe(0);
      expect(JSON.parse(out)).toMatchObject({
        task: "mnist",
        step: 20,
        config: { epochs: 4 },
        pictures: { own: true },
      });

      const back = await trainTiny(at("there"), ["--resume", "--epochs", "5"], { digits });
      expect(back.code, back.err).toBe(0);
      expect(back.err).toContain("after 20 of 25 steps");
      expect(back.err).not.toContain("lacks");
      const steps = (await readLog(at("there"))).filter(({ type }) => type === "step");
      expect(steps.map(({ step, epoch }) => [step, epoch])).toEqual(
        Array.from({ length: 25 }, (_, k) => [k + 1, 1 + Math.floor(k / 5)]),
      );
    });

    test("draws other views for each process, and the same ones again", async () => {
      goOn(at("here"), at("again"), "--epochs", "4", "--data", at("digits"), "--steps", "3");
      const [once, again] = [await wentThere("there", "float32"), await wentThere("again", "float32")];
      expect(again.losses).toEqual(once.losses.slice(0, 3));
      expect(once.losses.every(([first, second]) => first !== second)).toBe(true);
    });
  });

  test("looks at a picture through our matrix", async () => {
    const drawn = [0.9, 0.2, 0.7, 0.1, 0.6]; // of the angle, scale, slant and both shifts, for either view
    const ranges = { angle: 0.35, scale: [0.7, 1.15], shear: 0.2, translate: 0.2 } as const;
    const data = generator(1).uniform([28, 28]).dataSync() as Float32Array;
    let k = 0;
    const stub = { ...generator(0), float: () => drawn[k++ % 5] };
    const ours = affineViews({ data, shape: [1, 1, 28, 28] }, [0], ranges, stub);
    await writeFile(at("picture.safetensors"), writeSafetensors(new Map([["x", { data, shape: [1, 1, 28, 28] }]])));
    runPython(
      "-c",
      `${program}
import torch
from digits import affine_views
from handed_over import read_safetensors, write_safetensors
drawn = iter(${JSON.stringify(drawn)})
torch.rand = lambda n, generator: torch.full([n], next(drawn))
x = read_safetensors("picture.safetensors")[0]["x"]
write_safetensors("view.safetensors", {"view": affine_views(x, ${JSON.stringify(ranges)})})`,
    );
    const { view } = Object.fromEntries(readSafetensors(await readFile(at("view.safetensors"))).tensors);
    expect(mismatch("view", ours.data.slice(0, 784), Array.from(view.data, Number), 1e-5)).toBeUndefined();
  });

  test("says what does not go together, before any process is started", async () => {
    const checkpoint = await left("refused", "float32", config, 8, done);
    const { tensors, metadata } = readSafetensors(await readFile(checkpoint));
    const other = (name: string, changed: Record<string, unknown>): Promise<void> => {
      const texts = Object.entries(changed).map(([key, value]) => [key, JSON.stringify(value)]);
      return writeFile(at(name), writeSafetensors(tensors, { ...metadata, ...Object.fromEntries(texts) }));
    };
    await other("imagenet.safetensors", { task: "imagenet" });
    await other("resnet.safetensors", { config: { ...config, arch: "resnet18" } });
    await other("wider.safetensors", { config: { ...config, hidden: 11 } });
    await writeFile(at("weights.safetensors"), writeSafetensors(tensors));
    await batchesIn("few.safetensors", 1, 8, 8);
    await batchesIn("small.safetensors", 1, 6, 8);
    runPython(
      "-c",
      `${program}
from go_on import main
def said(*args, **env):
    os.environ.update(env)
    try:
        main([*args])
    except SystemExit as error:
        return str(error)
    finally:
        for name in env:
            del os.environ[name]
    return "nothing"
views = ["--batches", "few.safetensors"]
os.mkdir("old")
open("old/x", "w").close()
for found, wanted in [
    (said("nowhere", "x", *views), "No such file or directory: 'nowhere'"),
    (said("weights.safetensors", "x", *views), "weights.safetensors is no checkpoint of align-uniform train: in its metadata 'task' is missing"),
    (said("imagenet.safetensors", "x", *views), "imagenet.safetensors: its task is imagenet: this example trains by two views"),
    (said("resnet.safetensors", "x", *views), "resnet.safetensors: its encoder is resnet18, and this example has conv and small-alexnet"),
    (said("wider.safetensors", "x", *views), "wider.safetensors: Error(s) in loading state_dict for ConvEncoder"),
    (said("refused", "x"), "is of task cifar10, and this example reads the pictures of mnist alone: give --batches"),
    (said("refused", "x", *views, "--processes", "3"), "a batch of 8 has no equal shares for 3 processes: take 1, 2, 4"),
    (said("refused", "x", *views, "--processes", "8"), "a batch of 8 has no equal shares for 8 processes: take 1, 2, 4"),
    (said("refused", "x", "--batches", "small.safetensors"), "small.safetensors: batch.0 must be [16, channels, height, width], both views of 8 pictures, and is [12, 3, 8, 8]"),
    (said("refused", "old", *views), "old is there already: name a new folder"),
    (said("refused", "x", *views, "--epochs", "1"), "has 4 steps behind it, 1 passes, and nothing left to do: raise --epochs, which is 1"),
    (said("refused", "x", *views, RANK="0"), "RANK is set, WORLD_SIZE and MASTER_ADDR and MASTER_PORT not: set them too"),
    (said("refused", "x", *views, "--timeout", "1", RANK="1", WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT="1"), "process 1 of 2 has not found the others at 127.0.0.1:1 (MASTER_ADDR:MASTER_PORT): is process 0"),
]:
    assert wanted in found, found`,
    );
    expect(await readdir(folder)).not.toContain("x");
  });
});
