import { execFile } from "node:child_process";
import { cp, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCheckpoint } from "../../src/cli/checkpoint.ts";
import { commandLine } from "../../src/cli/command-line.ts";
import { UsageError } from "../../src/cli/io.ts";
import { probe as probeCommand } from "../../src/cli/probe/command.ts";
import { readProbeFlags } from "../../src/cli/probe/flags.ts";
import type { ProbeResult } from "../../src/cli/probe/result.ts";
import { probeTask } from "../../src/cli/probe/run.ts";
import { untrainedEncoder } from "../../src/cli/train/encoders.ts";
import type { Gallery, Planned } from "../../src/cli/train/gallery.ts";
import { mnistConfig } from "../../src/cli/train/mnist/config.ts";
import { digitGallery, readSplit, type Split } from "../../src/cli/train/mnist/digits.ts";
import { mnist } from "../../src/cli/train/mnist/recipe.ts";
import { mnistTask } from "../../src/cli/train/mnist/task.ts";
import type { PictureTask } from "../../src/cli/train/picture-task.ts";
import type { Images } from "../../src/data/index.ts";
import { readSafetensors, writeSafetensors } from "../../src/formats/index.ts";
import { convEncoder, generator, noGrad, reference, tensor } from "../../src/index.ts";
import { loadCheckpoint, saveCheckpoint, version } from "../../src/node/index.ts";
import { writeDigits } from "./digits.ts";
import { type PlainRows, plainNeighbours, plainProbe } from "./plain-probe.ts";
import { type Ran, ran, type Surroundings, tinyEncoder, trainTiny } from "./tiny.ts";

let folder: string;
let digits: Split;
const at = (...names: string[]): string => join(folder, ...names);
const checkpoint = (run: string): string => at(run, "checkpoint.safetensors");

const lr = 0.05;
const passes4 = ["--epochs", "4", "--batch-size", "20", "--lr", String(lr), "--lr-decay-epochs", "2,3"];
const short = [...passes4, "--device", "reference"];

/** `align-uniform probe ARGV`, over the digits of the run unless ARGV says otherwise. */
const probe = (argv: readonly string[], how: Surroundings = {}): Promise<Ran> => {
  const data = argv.includes("--data") ? [] : ["--data", at("digits")];
  return ran((io) => commandLine(["probe", ...argv, ...data], io), how);
};
const found = async (...argv: string[]): Promise<ProbeResult> => {
  const { code, out, err } = await probe([...argv, "--json"]);
  if (code !== 0) throw new Error(err);
  return JSON.parse(out);
};
/** All of a result but what equal probes may differ in. */
const timeless = (result: ProbeResult): object => ({ ...result, seconds: 0 });

/** The same of a task that is changed; the data is the run's. */
async function ofTask(changed: Partial<PictureTask<typeof mnistConfig>>, ...argv: string[]): Promise<ProbeResult> {
  const flags = readProbeFlags([at("run"), ...short, "--json", ...argv]);
  const task = { ...mnistTask, open: async () => gallery(), ...changed };
  const { out } = await ran(async (io) => probeTask(task, await readCheckpoint(flags.checkpoint), flags, io));
  return JSON.parse(out);
}
const gallery = (): Gallery => digitGallery(digits, mnist.defaults.views);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
  digits = await readSplit(await writeDigits(at("digits"), { train: 72, test: 30 }));
  const argv = ["--batch-size", "24", "--epochs", "2", "--device", "cpu"];
  await trainTiny(at("run"), argv, { digits, stopAt: /100% {2}epoch 2\/2/ }); // trained, not measured
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describe("align-uniform probe", () => {
  it("finds what loops over numbers find, from the same features, weights and orders", async () => {
    const result = await found(at("run"), ...short, "--no-augment", "--seed", "3");
    const device = reference("float64");
    const { model, metadata } = await loadCheckpoint(checkpoint("run"), { device });
    const encoder = convEncoder({ ...tinyEncoder, generator: generator(9), device }).eval();
    encoder.loadStateDict(model);
    const seen = async (part: "train" | "test", layerIndex: number): Promise<PlainRows> => {
      const { length, labels } = digits[part];
      const rows = Array.from({ length }, (_, i) => {
        const pixels = digits[part].images.data.subarray(784 * i, 784 * (i + 1));
        const x = tensor(
          Float64Array.from(pixels, (byte) => byte / 255),
          { shape: [1, 1, 28, 28], device },
        );
        return Array.from(noGrad(() => encoder.forward(x, { layerIndex })).dataSync());
      });
      return { rows, labels };
    };
    const draws = generator(3);
    const orders = [1, 2, 3, 4].map((epoch) => draws.fork("order").fork(`epoch ${epoch}`).permutation(72));
    expect(result.layers.map(({ layerIndex, width }) => [layerIndex, width])).toEqual([
      [-1, 4],
      [-2, 8],
    ]);
    for (const [k, { layerIndex, epochs, linear, knn }] of result.layers.entries()) {
      const [known, asked] = [await seen("train", layerIndex), await seen("test", layerIndex)];
      const draw = draws.fork("classifiers").fork(`block ${4 - k}`);
      const plain = plainProbe(known, asked, 10, draw, orders, { batchSize: 20, lr, milestones: [2, 3] });
      expect(epochs.map(({ top1 }) => top1)).toEqual(plain.map(({ top1 }) => top1));
      for (const [i, { loss }] of epochs.entries()) expect(Math.abs(loss - plain[i].loss)).toBeLessThan(1e-5);
      expect(linear).toEqual({ top1: plain[3].top1 });
      expect(knn).toBe(plainNeighbours(known, asked));
      expect(knn).toBeGreaterThan(0.2); // of ten classes
    }
    expect(result).toMatchObject({
      schemaVersion: 1,
      task: "mnist",
      version,
      device: "reference(float32)",
      checkpoint: checkpoint("run"),
      step: 6,
      config: metadata.config,
      pictures: { known: 72, test: 30, own: true },
      classes: 10,
    });
    expect(result.probe).toEqual({
      ...{ seed: 3, layerIndex: -2, epochs: 4, batchSize: 20, optimizer: "adam", lr },
      ...{ lrDecayRate: 0.2, lrDecayEpochs: [2, 3], augment: false, knn: true },
    });
  });

  it("finds the same where pictures are shown one batch after the other, as they are", async () => {
    const [shown, remembered] = [await found(at("run"), ...short), await found(at("run"), ...short, "--no-augment")];
    expect(shown.probe.augment).toBe(true);
    expect(shown.layers).toEqual(remembered.layers);
  });

  it("gives the same bits from the same seed on any number of threads, and others from another", async () => {
    const cpu = [at("run"), "--epochs", "2", "--device", "cpu"];
    const first = await found(...cpu, "--threads", "1");
    expect(timeless(await found(...cpu, "--threads", "2"))).toEqual(timeless(first));
    const other = await found(...cpu, "--threads", "2", "--seed", "1");
    expect(other.layers[0].epochs[0].loss).not.toBe(first.layers[0].epochs[0].loss);
    expect(other.layers[0].knn).toBe(first.layers[0].knn);
  });

  it("shows the pictures of each step through the stream of their own, whenever they are made", async () => {
    const told: string[][] = [];
    const noisy = (ahead: boolean) => async (): Promise<Gallery> => {
      const own = gallery();
      const names: string[] = [];
      told.push(names);
      async function view({ indices, generator: draw }: Planned): Promise<Images<Float32Array>> {
        names.push(`${indices.length} ${draw.getState().words[0]}`);
        const { data, shape } = await own.known.plain(indices);
        return { data: data.map((x) => x + draw.float()), shape };
      }
      return {
        ...own,
        async *probing(plan) {
          const made = ahead ? await Promise.all(Array.from(plan, view)) : [];
          for (const step of ahead ? [] : plan) yield view(step);
          yield* made;
        },
      };
    };
    const [ahead, behind] = [await ofTask({ open: noisy(true) }), await ofTask({ open: noisy(false) })];
    expect(timeless(ahead)).toEqual(timeless(behind));
    expect(told[0]).toEqual(told[1]);
    const views = generator(0).fork("views");
    const steps = [1, 2, 3, 4].flatMap(() => [20, 20, 20, 12]); // each pass comes to its end
    const expected = steps.map((count, i) => `${count} ${views.fork(`step ${i + 1}`).getState().words[0]}`);
    expect(told[0]).toEqual(expected);
    const losses = ({ layers }: ProbeResult): number[] => layers.map(({ epochs }) => epochs[0].loss);
    expect(losses(ahead)).not.toEqual(losses(await ofTask({})));
    expect(ahead.layers.map(({ knn }) => knn)).toEqual((await ofTask({})).layers.map(({ knn }) => knn)); // of plain ones
  });

  it("probes any block, counted from either end, maps flattened, and the output once", async () => {
    const fc7 = await found(at("run"), ...short, "--layer-index", "3");
    expect(fc7.layers[1]).toEqual({ ...(await found(at("run"), ...short)).layers[1], layerIndex: 3 });
    const maps = await found(at("run"), ...short, "--layer-index", "0");
    expect(maps.layers[1]).toMatchObject({ layerIndex: 0, width: 2 * 14 * 14 });
    expect(maps.layers[0]).toEqual(fc7.layers[0]); // whatever is probed beside it
    for (const output of ["-1", "4"]) {
      const alone = await found(at("run"), ...short, "--layer-index", output);
      expect(alone.layers).toEqual([fc7.layers[0]]);
    }
  });

  it("takes the other optimizer with its own defaults, and leaves out the neighbours", async () => {
    const { probe, layers } = await found(at("run"), "--optimizer", "sgd", "--epochs", "2", "--no-knn", "--no-augment");
    expect(probe).toMatchObject({ batchSize: 256, lr: 30, lrDecayRate: 0.1, lrDecayEpochs: [60, 80], knn: false });
    for (const layer of layers) expect(layer).not.toHaveProperty("knn");
  });

  it("probes the encoder of the same run before training", async () => {
    const result = await found(at("run"), ...short, "--untrained");
    expect(result.step).toBe(0);
    const { config } = await readSaved();
    const model = untrainedEncoder(config, [1, 28, 28], reference("float32")).stateDict();
    const { metadata } = await loadCheckpoint(checkpoint("run"));
    await saveCheckpoint(at("fresh.safetensors"), { model, metadata });
    expect(result.layers).toEqual((await found(at("fresh.safetensors"), ...short)).layers);
    expect(result.layers).not.toEqual((await found(at("run"), ...short)).layers);
  });

  it("reads the encoder out of a larger model", async () => {
    const { model, metadata } = await loadCheckpoint(checkpoint("run"));
    const prefixed = Object.entries(model).map(([name, value]) => [`encoder_q.${name}`, value]);
    const other = untrainedEncoder(mnistConfig, [1, 28, 28], reference("float32")).stateDict();
    const rest = Object.entries(other).map(([name, value]) => [`encoder_k.${name}`, value]);
    const whole = Object.fromEntries([...rest, ...prefixed]);
    await saveCheckpoint(at("momentum.safetensors"), { model: whole, metadata });
    const flags = readProbeFlags([at("momentum.safetensors"), ...short, "--json"]);
    const task = { ...mnistTask, open: async () => gallery(), encoderPrefix: "encoder_q." };
    const { out } = await ran(async (io) => probeTask(task, await readCheckpoint(flags.checkpoint), flags, io));
    expect(JSON.parse(out).layers).toEqual((await found(at("run"), ...short)).layers);
  });

  it("prints a table, tells of every pass, and of what the device ran", async () => {
    const { code, out, err } = await probe([at("run"), ...short, "--verbose"]);
    expect(code).toBe(0);
    expect(out).toMatch(
      new RegExp(
        [
          "^an encoder after 6 steps {9}width {4}linear {6}5-NN",
          "output {31}4 +[\\d.]+% +[\\d.]+%",
          "layer -2 {29}8 +[\\d.]+% +[\\d.]+%",
          "of 30 test digits named rightly, having learnt 72 training digits\n$",
        ].join("\n"),
      ),
    );
    const pass = (n: number): RegExp =>
      new RegExp(
        `^ *\\d+% {2}linear classifiers {2}epoch ${n}/4 {2}output loss [\\d.]+ test [\\d.]+% {2}` +
          "layer -2 loss [\\d.]+ test [\\d.]+% {2}[\\d,]+ images/s",
        "m",
      );
    for (const n of [1, 2, 3, 4]) expect(err).toMatch(pass(n));
    expect(err).toMatch(/^100% {2}5-NN, layer -2|^ *\d+% {2}5-NN, layer -2/m);
    expect(err).toContain("reference(float32) ran:");

    const quiet = await probe([at("run"), ...short, "--untrained", "--quiet"]);
    expect(quiet.err).toBe("");
    expect(quiet.out).toMatch(/^an untrained encoder {8} +width/);
  });

  it.each([
    ["at its start", "start"],
    ["while it encodes", /encoding test pictures/],
    ["while classifiers learn", /linear classifiers/],
    ["while it looks for neighbours", /5-NN, output/],
  ] as const)("ends at once at a Ctrl-C %s", async (_, stopAt) => {
    const stopped = { code: 130, out: "" };
    const { err, ...rest } = await probe([at("run"), ...short], { stopAt });
    expect(rest).toEqual(stopped);
    expect(err).toMatch(/(^|\n)stopped; of a probe nothing is kept\n$/);
  });
});

it.skipIf(process.platform === "win32")("probe ends at once at a Ctrl-C while it waits for a file", async () => {
  await promisify(execFile)("mkfifo", [at("pipe")]);
  const stop = new AbortController();
  const write = (): boolean => true;
  const io = { stdout: { write }, stderr: { write }, env: {}, signal: stop.signal };
  const waiting = probeCommand.run([at("pipe")], io);
  setTimeout(() => stop.abort(), 50);
  try {
    await expect(waiting).rejects.toThrow("stopped; of a probe nothing is kept");
  } finally {
    await (await open(at("pipe"), "w")).close(); // lets go of the thread that reads
  }
});

async function readSaved(): Promise<{ config: typeof mnistConfig }> {
  const { metadata } = await loadCheckpoint(checkpoint("run"));
  return { config: metadata.config as typeof mnistConfig };
}

describe("align-uniform probe refuses", () => {
  const refused = async (...argv: string[]): Promise<string> => {
    const { code, out, err } = await probe([...argv, ...short]);
    expect([code, out]).toEqual([1, ""]);
    return err;
  };

  it("what is not there, and what is no checkpoint of train", async () => {
    expect(await refused(at("nowhere"))).toContain(`cannot read ${at("nowhere")}: ENOENT`);
    expect(await refused(at("digits"))).toContain(`cannot read ${at("digits/checkpoint.safetensors")}: ENOENT`);
    await writeFile(at("text"), "years of work");
    expect(await refused(at("text"))).toContain(`${at("text")}: `);
    await writeFile(at("weights"), writeSafetensors(new Map()));
    expect(await refused(at("weights"))).toContain(
      `${at("weights")} is no checkpoint of align-uniform train (its task: none, known: mnist`,
    );
    await writeFile(at("foreign"), writeSafetensors(new Map(), { task: '"cifar11"' }));
    expect(await refused(at("foreign"))).toMatch(
      /its task: cifar11, known: mnist.*: name one that align-uniform train/,
    );
  });

  it("a checkpoint that is damaged or of another version", async () => {
    const { tensors, metadata } = readSafetensors(await readFile(checkpoint("run")));
    const written = async (changed: Record<string, string>, names: (name: string) => string = (name) => name) => {
      const renamed = new Map([...tensors].map(([name, array]) => [names(name), array]));
      await writeFile(at("damaged"), writeSafetensors(renamed, { ...metadata, ...changed }));
      return refused(at("damaged"));
    };
    expect(await written({ version: '"9.0.0"' })).toContain(
      `was written by version 9.0.0, this is ${version}: probe it with its own version`,
    );
    const config = JSON.parse(metadata.config);
    expect(await written({ config: JSON.stringify({ ...config, featDim: "four" }) })).toMatch(
      /damaged is damaged, so it cannot be probed: train anew\. In its metadata\n {2}config\.featDim: needs a number/,
    );
    expect(await written({ config: JSON.stringify({ ...config, featDim: 5 }) })).toMatch(
      /damaged: its weights do not fit an encoder of pictures \[1, 28, 28\]: .*unless the file is damaged: loadStateDict/,
    );
    expect(await written({}, (name) => name.replace("model.blocks.0", "model.blocks.9"))).toContain(
      'missing "blocks.0',
    );
    await cp(checkpoint("run"), at("torn"));
    await writeFile(at("torn"), (await readFile(at("torn"))).subarray(0, 2000));
    expect(await refused(at("torn"))).toContain(at("torn"));
  });

  it("a layer that the encoder has not, as a flag that is wrong", async () => {
    for (const layer of ["5", "-6"]) {
      const { code, err } = await probe([at("run"), ...short, "--layer-index", layer]);
      expect(code).toBe(2);
      expect(err).toContain(
        `--layer-index must be a whole number in -5..4, for the 5 blocks of this encoder, got "${layer}"`,
      );
    }
  });

  it("pictures without labels, and those of a shape that the encoder does not take", async () => {
    const unlabelled = (part: "known" | "asked", at: number) => async (): Promise<Gallery> => {
      const own = gallery();
      return { ...own, [part]: { ...own[part], labels: own[part].labels.map((label, i) => (i === at ? -1 : label)) } };
    };
    await expect(ofTask({ open: unlabelled("known", 7) })).rejects.toThrow(
      "training picture 7 has no label: a probe needs",
    );
    await expect(ofTask({ open: unlabelled("asked", 0) })).rejects.toThrow("test picture 0 has no label");
    const none = async (): Promise<Gallery> => ({
      ...gallery(),
      known: { ...gallery().known, length: 0, labels: new Int32Array() },
    });
    await expect(ofTask({ open: none })).rejects.toThrow("there are no training pictures with labels");
    const larger = async (): Promise<Gallery> => ({ ...gallery(), shape: [1, 32, 32] });
    await expect(ofTask({ open: larger })).rejects.toThrow(
      /checkpoint.safetensors: its weights do not fit an encoder of pictures \[1, 32, 32\]: give --data of the kind/,
    );
  });

  it("an unknown flag, before it reads anything", async () => {
    expect(() => readProbeFlags([at("nowhere"), "--lrr", "1"])).toThrow(UsageError);
  });

  it("nothing where the pictures are others: it probes these, with a warning, also when quiet", async () => {
    await writeDigits(at("others"), { train: 40, test: 20 });
    const { code, out, err } = await probe([at("run"), ...short, "--quiet", "--data", at("others")]);
    expect(code).toBe(0);
    expect(err).toMatch(
      /^these are other digits, 40 \+ 20 \(sha256 \w{12}\), than those of the run in .*, 72 \+ 30 \(sha256 \w{12}\)\n$/,
    );
    expect(out).toContain("of 20 test digits named rightly, having learnt 40 training digits");
  });
});
