import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandLine } from "../../src/cli/command-line.ts";
import type { Io } from "../../src/cli/io.ts";
import type { ProbeResult } from "../../src/cli/probe/result.ts";
import { readTrainFlags } from "../../src/cli/train/flags.ts";
import { imagenet } from "../../src/cli/train/imagenet/recipe.ts";
import { cifar10 } from "../../src/cli/train/pictures/cifar10.ts";
import { folder as folderRecipe } from "../../src/cli/train/pictures/folder.ts";
import { stl10 } from "../../src/cli/train/pictures/stl10.ts";
import type { TrainResult } from "../../src/cli/train/result.ts";
import { loadCheckpoint, saveCheckpoint } from "../../src/node/index.ts";
import { writeCifar10, writeImageFolder, writeStl10 } from "../node/picture-files.ts";
import { leftIn, readLog, timeless } from "./tiny.ts";

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

/** The command line as it is called, in this process; Ctrl-C comes as soon as standard error reads so. */
async function call(argv: readonly string[], stopAt?: RegExp): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const stop = new AbortController();
  const io: Io = {
    stdout: { write: (text) => { out += text; } }, // biome-ignore format: short
    stderr: {
      write(text) {
        err += text;
        if (stopAt?.test(err)) stop.abort();
      },
    },
    env: { NO_COLOR: "1" },
    signal: stop.signal,
  };
  return { code: await commandLine(argv, io), out, err };
}

const pictures = (part: string, count: number, ending: string): string[] =>
  Array.from({ length: count }, (_, i) => `${part}/${["cat", "dog"][i % 2]}/${i}.${ending}`);

/** Two passes over a small data set in its real format, by an encoder as small as there is. */
const systems = {
  cifar10: ["--batch-size", "6"],
  stl10: ["--batch-size", "6", "--arch", "conv"],
  folder: ["--batch-size", "12", "--arch", "conv", "--image-size", "16"],
  imagenet: [
    ...["--batch-size", "6", "--arch", "conv", "--image-size", "16", "--moco-k", "12", "--bn-splits", "2"],
    ...["--moco-contr-w", "0.5", "--aug-plus", "--cos", "--lr", "0.1"],
  ],
} as const;
type System = keyof typeof systems;
const names = Object.keys(systems) as System[];
const train = (name: System, out: string, more: readonly string[] = [], stopAt?: RegExp) =>
  call(
    ["train", name, "--data", at(name), "--out", at(out), "--epochs", "2", "--json", ...systems[name], ...more],
    stopAt,
  );

const whole = new Map<System, { code: number; out: string; err: string }>();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-systems-"));
  await writeCifar10(at("cifar10"), { train: [8, 5], test: 6 });
  await writeStl10(at("stl10"), { train: 8, unlabeled: 5, test: 6 });
  await writeImageFolder(at("folder"), pictures("", 31, "png").map((path) => path.slice(1)), [18, 20]); // biome-ignore format: short
  await writeImageFolder(at("imagenet"), [...pictures("train", 13, "jpg"), ...pictures("val", 6, "png")], [24, 20]);
  for (const name of names) whole.set(name, await train(name, `whole-${name}`));
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

describe.each(names)("train %s", (name) => {
  it("leaves a log, a checkpoint and a report, and prints its results", async () => {
    const { code, out, err } = whole.get(name) ?? { code: -1, out: "", err: "" };
    expect(code, err).toBe(0);
    expect((await readdir(at(`whole-${name}`))).sort()).toEqual(["checkpoint.safetensors", "log.jsonl", "report.html"]);
    const result: TrainResult = JSON.parse(out);
    expect(result).toMatchObject({ schemaVersion: 3, task: name });
    expect(result.pictures.test).toBe(name === "folder" ? 3 : 6);
    expect(result.pictures.train).toBe(name === "folder" ? 28 : 13);
    expect(result.pictures.known).toBe({ cifar10: 13, stl10: 8, folder: 28, imagenet: 13 }[name]);
    const steps = (await readLog(at(`whole-${name}`))).filter(({ type }) => type === "step");
    expect(steps).toHaveLength(4); // two passes of two batches: what makes no batch is left out
    const { metadata } = await loadCheckpoint(at(`whole-${name}`, "checkpoint.safetensors"));
    expect(metadata).toMatchObject({ task: name, epoch: 2, step: 4 });
  });

  it("stopped by Ctrl-C and resumed, it ends with the bits of a run that nothing interrupted", async () => {
    const stopped = await train(name, `stopped-${name}`, ["--log-interval", "1"], /epoch 2\/2/);
    expect(stopped.code).toBe(130);
    expect(stopped.err).toContain("stopped after 3 of 4 steps");
    expect(stopped.err).toContain(`train ${name} --resume --data `);
    const argv = ["train", name, "--resume", "--data", at(name), "--out", at(`stopped-${name}`), "--json"];
    const { code, out } = await call(argv);
    expect(code).toBe(0);
    expect(timeless(JSON.parse(out))).toEqual(timeless(JSON.parse(whole.get(name)?.out ?? "")));
    expect(await leftIn(at(`stopped-${name}`))).toEqual(await leftIn(at(`whole-${name}`)));
  });

  it("gives the same bits whether threads make its views or not, and others from another seed", async () => {
    const alone = await train(name, `alone-${name}`, ["--num-workers", "0"]);
    expect(timeless(JSON.parse(alone.out))).toEqual(timeless(JSON.parse(whole.get(name)?.out ?? "")));
    expect((await leftIn(at(`alone-${name}`))).checkpoint).toBe((await leftIn(at(`whole-${name}`))).checkpoint);
    const other = await train(name, `other-${name}`, ["--seed", "1"]);
    expect(JSON.parse(other.out).trained).not.toEqual(JSON.parse(whole.get(name)?.out ?? "").trained);
  });

  it("refuses to resume on other pictures", async () => {
    const other = at(`changed-${name}`);
    if (name === "cifar10") await writeCifar10(other, { train: [8, 6], test: 6 });
    else if (name === "stl10") await writeStl10(other, { train: 8, unlabeled: 6, test: 6 });
    else if (name === "folder")
      await writeImageFolder(other, pictures("", 32, "png").map((path) => path.slice(1)), [18, 20]); // biome-ignore format: short
    else await writeImageFolder(other, [...pictures("train", 14, "jpg"), ...pictures("val", 6, "png")], [24, 20]);
    const { code, err } = await call(["train", name, "--resume", "--data", other, "--out", at(`whole-${name}`)]);
    expect([code, err]).toEqual([1, expect.stringMatching(/has other pictures, .* than those given, /)]);
  });

  it("says what it needs where no data is named, or none lies there", async () => {
    expect(await call(["train", name])).toMatchObject({ code: 2, err: expect.stringContaining("needs --data DIR") });
    const { code, err } = await call(["train", name, "--data", at("nowhere"), "--out", at("none")]);
    expect([code, err]).toEqual([1, expect.stringContaining("nowhere")]);
    expect(await readdir(folder)).not.toContain("none");
  });
});

describe.each(names)("probe of %s", (name) => {
  const probe = async (...more: string[]): Promise<{ result: ProbeResult; err: string }> => {
    const argv = ["probe", at(`whole-${name}`), "--data", at(name), "--epochs", "2", "--batch-size", "5", "--json"];
    const { code, out, err } = await call([...argv, ...more]);
    expect(code, err).toBe(0);
    return { result: JSON.parse(out), err };
  };

  it("shows the labelled pictures in crops that are other in each pass, the same whether threads make them or not", async () => {
    const { result, err } = await probe("--num-workers", "2");
    expect(err).not.toContain("other pictures");
    expect(result).toMatchObject({ schemaVersion: 1, task: name, step: 4, probe: { augment: true } });
    const known = { cifar10: 13, stl10: 8, folder: 28, imagenet: 13 }[name];
    expect(result.pictures).toEqual({ known, test: name === "folder" ? 3 : 6, own: true });
    const { result: alone } = await probe("--num-workers", "0");
    expect({ ...alone, seconds: 0 }).toEqual({ ...result, seconds: 0 });
    const { result: plain } = await probe("--no-augment");
    for (const [k, { epochs, knn, layerIndex }] of plain.layers.entries()) {
      expect(layerIndex).toBe([-1, -2][k]);
      expect(result.layers[k].epochs[0].loss).not.toBe(epochs[0].loss);
      expect(result.layers[k].knn).toBe(knn);
    }
    const { result: before } = await probe("--untrained");
    expect(before.layers[0].epochs[0].loss).not.toBe(result.layers[0].epochs[0].loss);
  });
});

describe("train stl10", () => {
  it("learns from training and unlabeled pictures, and without the latter from the former", async () => {
    await writeStl10(at("labelled"), { train: 8, test: 6 });
    const argv = ["train", "stl10", "--data", at("labelled"), "--out", at("labelled-run"), "--epochs", "1", "--json"];
    const { code, out } = await call([...argv, "--batch-size", "6", "--arch", "conv"]);
    expect(code).toBe(0);
    expect(JSON.parse(out).pictures).toEqual({ train: 8, known: 8, test: 6 });
  });

  it("has the flags and defaults of the paper's script", () => {
    const { given } = readTrainFlags(stl10, []);
    expect(stl10.settled(given)).toMatchObject({
      ...{ alignWeight: 1, uniformWeight: 1, alpha: 2, t: 2, batchSize: 768, epochs: 200, lrDecayRate: 0.1 },
      ...{ lr: 0.12 * 3, lrDecayEpochs: [155, 170, 185], momentum: 0.9, weightDecay: 1e-4, featDim: 128 },
      ...{ arch: "small-alexnet", imageSize: 64 },
    });
    const argv =
      "--align-w 2 --unif-w 3 --align-alpha 1 --unif-t 4 --batch-size 512 --epochs 30 --lr 0.5 --lr-decay-rate 0.2 " +
      "--lr-decay-epochs 10,20 --momentum 0.8 --weight-decay 0 --feat-dim 64 --num-workers 3 --log-interval 40 " +
      "--data-folder d --result-folder r";
    const flags = readTrainFlags(stl10, argv.split(" "));
    expect(flags).toMatchObject({ workers: 3, logInterval: 40, data: "d", out: "r" });
    expect(stl10.settled(flags.given)).toMatchObject({
      ...{ alignWeight: 2, uniformWeight: 3, alpha: 1, t: 4, batchSize: 512, epochs: 30, lr: 0.5, lrDecayRate: 0.2 },
      ...{ lrDecayEpochs: [10, 20], momentum: 0.8, weightDecay: 0, featDim: 64 },
    });
  });

  it("lets the rate fall by the paper's shares of however many passes, and with the batch", () => {
    const { lr, lrDecayEpochs } = stl10.settled({ epochs: 20, batchSize: 256 });
    expect([lr, lrDecayEpochs]).toEqual([0.12, [16, 17, 19]]);
    expect(cifar10.settled({ epochs: 1 }).lrDecayEpochs).toEqual([]);
    expect(stl10.settled({ epochs: 20, lrDecayEpochs: [] }).lrDecayEpochs).toEqual([]);
  });

  it("takes batches by the chunk: the loss is that of the whole batch", async () => {
    const chunked = await train("stl10", "chunked", ["--chunk-size", "6"]);
    expect((await leftIn(at("chunked"))).log.slice(1)).toEqual((await leftIn(at("whole-stl10"))).log.slice(1).map((line) => (line as { type: string }).type === "result" ? expect.anything() : line)); // biome-ignore format: a line
    expect(chunked.code).toBe(0);
    const halves = await train("stl10", "halves", ["--chunk-size", "3"]);
    expect(halves.code).toBe(0);
    const firsts = await Promise.all(
      ["whole-stl10", "halves"].map(async (out) => (await readLog(at(out))).find(({ type }) => type === "step")),
    );
    // other statistics in each half, so other features: but of one batch
    expect(firsts[1]).not.toEqual(firsts[0]);
    expect(Math.abs(Number(firsts[1]?.uniform) - Number(firsts[0]?.uniform))).toBeLessThan(0.5);
  });
});

describe("train imagenet", () => {
  it("has the flags and defaults of the paper's script", () => {
    expect(imagenet.settled({})).toMatchObject({
      ...{ arch: "resnet50", epochs: 200, batchSize: 256, lr: 0.03, lrDecayEpochs: [120, 160], momentum: 0.9 },
      ...{ weightDecay: 1e-4, featDim: 128, queueSize: 65_536, keyMomentum: 0.999, alignWeight: 3, alpha: 2 },
      ...{ uniformWeight: 1, t: 3, intraBatch: true, contrastiveWeight: 0, tau: 0.07, mlp: false, cosine: false },
    });
    const argv =
      "--arch resnet18 --schedule none --wd 0.1 --moco-dim 64 --moco-k 512 --moco-m 0.99 --moco-align-w 0 --moco-align-alpha 1 " +
      "--moco-unif-w 0.5 --moco-unif-t 2 --moco-unif-no-intra-batch --moco-contr-w 1 --moco-contr-tau 0.2 --mlp --aug-plus --cos";
    const config = imagenet.settled(readTrainFlags(imagenet, argv.split(" ")).given);
    expect(config).toMatchObject({
      ...{ arch: "resnet18", lrDecayEpochs: [], weightDecay: 0.1, featDim: 64, queueSize: 512, keyMomentum: 0.99 },
      ...{ alignWeight: 0, alpha: 1, uniformWeight: 0.5, t: 2, intraBatch: false, contrastiveWeight: 1, tau: 0.2 },
      ...{ mlp: true, augPlus: true, cosine: true },
    });
    expect(config.views.map(([name]) => name)).toEqual([
      ...["randomResizedCrop", "colorJitter", "randomGrayscale", "gaussianBlur", "horizontalFlip", "normalizeChannels"],
    ]);
  });

  it("keeps both encoders, the queue and its place, and tells every loss that counts", async () => {
    const { model } = await loadCheckpoint(at("whole-imagenet", "checkpoint.safetensors"));
    expect(model.queue.shape).toEqual([128, 12]);
    expect(await model.queue_ptr.data()).toEqual(Float32Array.of(0)); // 4 steps of 6 keys, twice around
    expect(Object.keys(model)).toContain("encoder_k.blocks.0.0.weight");
    const steps = (await readLog(at("whole-imagenet"))).filter(({ type }) => type === "step");
    for (const step of steps) expect(Object.keys(step).sort()).toEqual(["align", "contrastive", "epoch", "step", "type", "uniform"]); // biome-ignore format: a line
  });

  it("is probed by its query encoder, which is the one that learns", async () => {
    const argv = ["--data", at("imagenet"), "--epochs", "1", "--json"];
    const layers = async (checkpoint: string): Promise<ProbeResult["layers"]> => {
      const { code, out, err } = await call(["probe", checkpoint, ...argv]);
      expect(code, err).toBe(0);
      return JSON.parse(out).layers;
    };
    const { model, metadata } = await loadCheckpoint(at("whole-imagenet", "checkpoint.safetensors"));
    const query = Object.entries(model).filter(([key]) => key.startsWith("encoder_q."));
    await saveCheckpoint(at("query.safetensors"), { model: Object.fromEntries(query), metadata });
    expect(await layers(at("query.safetensors"))).toEqual(await layers(at("whole-imagenet")));
  });

  it("does not let the passes of a rate that falls along a cosine be changed", async () => {
    const argv = ["train", "imagenet", "--resume", "--data", at("imagenet"), "--out", at("whole-imagenet")];
    const { code, err } = await call([...argv, "--epochs", "3"]);
    expect([code, err]).toEqual([2, expect.stringContaining("--epochs 3 contradicts the run in")]);
  });

  it("refuses a queue that batches do not fill evenly, before it touches the run folder", async () => {
    const { code, err } = await call(["train", "imagenet", "--data", at("imagenet"), "--out", at("uneven"), ...systems.imagenet, "--moco-k", "13"]); // biome-ignore format: a line
    expect([code, err]).toEqual([1, expect.stringContaining("batches of 6 must divide the queue of 13 keys")]);
    const nothing = ["--moco-align-w", "0", "--moco-unif-w", "0", "--moco-contr-w", "0"];
    const idle = await call([
      "train",
      "imagenet",
      "--data",
      at("imagenet"),
      "--out",
      at("uneven"),
      ...systems.imagenet,
      ...nothing,
    ]);
    expect([idle.code, idle.err]).toEqual([2, expect.stringContaining("every weight of the loss is 0")]);
    expect(await readdir(folder)).not.toContain("uneven");
  });
});

describe("train folder", () => {
  it("without classes measures the spread alone", async () => {
    await writeImageFolder(at("plain"), Array.from({ length: 40 }, (_, i) => `${i}.png`), [18, 20]); // biome-ignore format: short
    const { code, out, err } = await call(["train", "folder", "--data", at("plain"), "--out", at("plain-run"), "--epochs", "1", ...systems.folder]); // biome-ignore format: a line
    expect(code, err).toBe(0);
    expect(out).toMatch(/^on 4 test pictures +trained +untrained\nalignment /);
    expect(out).not.toMatch(/probe|5-NN/);
  });

  it("refuses too few test pictures, and one part without the other, naming the folder", async () => {
    await writeImageFolder(at("scant"), ["1.png", "2.png", "3.png"], [18, 20]);
    await writeImageFolder(at("half"), ["train/a/1.png", "train/b/1.png"], [18, 20]);
    const told = async (name: string, task = "folder") =>
      (await call(["train", task, "--data", at(name), "--out", at("refused")])).err;
    expect(await told("scant")).toMatch(/scant: 0 test pictures are too few to measure by: needs at least 3/);
    expect(await told("half")).toMatch(/half: needs train, and val or test, .* it has train but neither val nor test/);
    expect(await told("scant", "imagenet")).toMatch(/scant: needs train, and val or test, .* it has neither/);
    expect(await readdir(folder)).not.toContain("refused");
  });

  it("refuses parts with other classes, naming both", async () => {
    await writeImageFolder(at("unlike"), ["train/a/1.png", "train/b/1.png", "val/a/1.png"], [18, 20]);
    const { code, err } = await call(["train", "folder", "--data", at("unlike"), "--out", at("unlike-run")]);
    expect([code, err]).toEqual([1, expect.stringMatching(/train has the classes a, b, .*val has a: give both/)]);
  });

  it("brings pictures to the size that is asked for", () => {
    const config = folderRecipe.settled({ imageSize: 96 });
    expect([config.views[0], config.plain.slice(0, 2)]).toEqual([
      ["randomResizedCrop", 96, { scale: [0.08, 1] }],
      [
        ["resize", 105],
        ["centerCrop", 96],
      ],
    ]);
  });
});
