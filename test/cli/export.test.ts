import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCheckpoint } from "../../src/cli/checkpoint.ts";
import { commandLine } from "../../src/cli/command-line.ts";
import { readExportFlags } from "../../src/cli/export/flags.ts";
import type { ExportResult } from "../../src/cli/export/result.ts";
import { exportTask } from "../../src/cli/export/run.ts";
import { toldPreparation } from "../../src/cli/export/told-preparation.ts";
import type { mnistConfig } from "../../src/cli/train/mnist/config.ts";
import { digitGallery, readSplit, type Split } from "../../src/cli/train/mnist/digits.ts";
import { mnist } from "../../src/cli/train/mnist/recipe.ts";
import { mnistTask } from "../../src/cli/train/mnist/task.ts";
import type { PictureTask } from "../../src/cli/train/picture-task.ts";
import { tasks } from "../../src/cli/train/tasks.ts";
import { type ByteImage, viewOf } from "../../src/data/index.ts";
import { readNpz, readSafetensors, readStateDict, writeSafetensors } from "../../src/formats/index.ts";
import { convEncoder, generator, noGrad, reference, tensor } from "../../src/index.ts";
import { loadCheckpoint, saveCheckpoint, version } from "../../src/node/index.ts";
import { inOnnxRuntime, loaded } from "../models/onnxruntime.ts";
import { writeDigits } from "./digits.ts";
import { type Ran, ran, type Surroundings, tinyEncoder, trainTiny } from "./tiny.ts";

const device = reference("float32");
let folder: string;
let digits: Split;
const at = (...names: string[]): string => join(folder, ...names);
const checkpoint = (): string => at("run", "checkpoint.safetensors");

/** `align-uniform export ARGV`. */
const exported = (argv: readonly string[], how: Surroundings = {}): Promise<Ran> =>
  ran((io) => commandLine(["export", ...argv], io), how);
const resultOf = async (...argv: string[]): Promise<ExportResult> => {
  const { code, out, err } = await exported([...argv, "--json"]);
  if (code !== 0) throw new Error(err);
  return JSON.parse(out);
};

/** The same of a task that is changed. */
const ofTask = (changed: Partial<PictureTask<typeof mnistConfig>>, ...argv: string[]): Promise<Ran> =>
  ran(async (io) => {
    const flags = readExportFlags(argv);
    return exportTask({ ...mnistTask, ...changed }, await readCheckpoint(flags.checkpoint), flags, io);
  });

/** The encoder of the run, in evaluation. */
async function trained(): Promise<ReturnType<typeof convEncoder>> {
  const encoder = convEncoder({ ...tinyEncoder, generator: generator(9), device }).eval();
  encoder.loadStateDict((await loadCheckpoint(checkpoint(), { device })).model);
  return encoder;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
  digits = await readSplit(await writeDigits(at("digits"), { train: 72, test: 30 }));
  const argv = ["--batch-size", "24", "--epochs", "2"];
  await trainTiny(at("run"), argv, { digits, stopAt: /100% {2}epoch 2\/2/ }); // trained, not measured
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

inOnnxRuntime("align-uniform export --to onnx", () => {
  it("writes what gives the run's features in onnxruntime, from pictures prepared as it says", async () => {
    const { file, bytes, graph, preparation } = await resultOf(at("run"), "--to", "onnx");
    expect(file).toBe(at("run", "encoder.onnx"));
    const content = await readFile(file);
    expect(content).toHaveLength(bytes);
    expect(graph).toEqual({
      layerIndex: -1,
      inputs: [{ name: "images", type: "float32", shape: ["n", 1, 28, 28] }],
      outputs: [{ name: "features", type: "float32", shape: ["n", 4] }],
    });
    if (preparation === undefined) throw new Error("no preparation");
    const bring = viewOf(preparation.steps);
    const pixels = [0, 1, 2].flatMap((i) => {
      const image: ByteImage = { data: digits.test.images.data.slice(784 * i, 784 * (i + 1)), shape: [1, 28, 28] };
      return Array.from(bring(image, generator(0)).data);
    });
    const shape = [3, ...preparation.shape];
    const { features } = await (await loaded(content))({ images: { data: Float32Array.from(pixels), shape } });
    const encoder = await trained();
    const ours = noGrad(() => encoder.forward(tensor(pixels, { shape, device }))).dataSync();
    expect(Math.max(...ours.map((y, i) => Math.abs(y - features.data[i])))).toBeLessThan(1e-5);
    const plain = await digitGallery(digits, mnist.defaults.views).asked.plain(Int32Array.of(0, 1, 2));
    expect(Float32Array.from(pixels)).toEqual(plain.data); // what the encoder was judged by
  });

  it("gives a block before the last, by --layer-index", async () => {
    const { graph } = await resultOf(at("run"), "--to", "onnx", "--layer-index", "-2", "--out", at("fc7.onnx"));
    expect(graph?.outputs).toEqual([{ name: "block3", type: "float32", shape: ["n", 8] }]);
    const x = generator(1).normal([2, 1, 28, 28], { device });
    const run = await loaded(await readFile(at("fc7.onnx")));
    const { block3 } = await run({ images: { data: Float32Array.from(x.dataSync()), shape: x.shape } });
    const encoder = await trained();
    const ours = noGrad(() => encoder.forward(x, { layerIndex: -2 })).dataSync();
    expect(Math.max(...ours.map((y, i) => Math.abs(y - block3.data[i])))).toBeLessThan(1e-5 * Math.max(...ours));
  });
});

describe("align-uniform export", () => {
  it("prints what it wrote, and how pictures are prepared; also into the file", async () => {
    const { code, out, err } = await exported([at("run"), "--to", "onnx", "--out", at("new", "folder", "a.onnx")]);
    expect([code, err]).toEqual([0, "pictures that are prepared otherwise get other features\n"]);
    const content = await readFile(at("new", "folder", "a.onnx"));
    expect(out.split("\n")).toEqual([
      `file      ${at("new", "folder", "a.onnx")}  onnx, ${(content.length / 1e3).toFixed(1)} kB`,
      "weights   22 arrays, 572 numbers, after 6 steps of training",
      "input     images  float32 [n, 1, 28, 28]",
      "output    features  float32 [n, 4]",
      "pictures  decode to bytes, grey",
      "          divide by 255",
      "          order as [n, 1, 28, 28]: picture, channel, row, column",
      "",
    ]);
    const text = content.toString("latin1");
    for (const part of ["align-uniform", version, "mnist", '{"shape":[1,28,28],"steps":[]}', "grey; divide by 255"]) {
      expect(text).toContain(part);
    }
    expect((await exported([at("run"), "--to", "npz", "--quiet"])).err).toBe("");
  });

  it("writes the encoder's state dict as safetensors, counts as integers", async () => {
    const { file, arrays, graph } = await resultOf(checkpoint(), "--to", "safetensors");
    expect([file, graph]).toEqual([at("run", "encoder.safetensors"), undefined]);
    const content = await readFile(file);
    const { tensors, metadata } = readSafetensors(content);
    expect(tensors.get("blocks.0.1.num_batches_tracked")?.data).toBeInstanceOf(BigInt64Array);
    expect(metadata).toMatchObject({ task: "mnist", step: "6", version, pictures: expect.stringContaining("by 255") });
    const encoder = await trained();
    const own = encoder.stateDict();
    expect(Object.keys(arrays).sort()).toEqual(Object.keys(own).sort());
    const read = readStateDict(content, { device });
    for (const [name, value] of Object.entries(own)) expect(read[name].dataSync(), name).toEqual(value.dataSync());
    encoder.loadStateDict(read);
  });

  it("writes the same arrays as npz", async () => {
    const { file } = await resultOf(at("run"), "--to", "npz", "--out", at("weights.npz"));
    await exported([at("run"), "--to", "safetensors"]);
    const { tensors } = readSafetensors(await readFile(at("run", "encoder.safetensors")));
    expect(await readNpz(await readFile(file))).toEqual(new Map(tensors));
  });

  it("takes the query encoder out of a larger model, under its own names", async () => {
    const { model, metadata } = await loadCheckpoint(checkpoint());
    const other = convEncoder({ ...tinyEncoder, generator: generator(1) }).stateDict();
    const others = Object.entries(other).map(([name, value]) => [`encoder_k.${name}`, value]);
    const own = Object.entries(model).map(([name, value]) => [`encoder_q.${name}`, value]);
    const whole = Object.fromEntries([...others, ...own]);
    await saveCheckpoint(at("moco"), { model: whole, metadata });
    for (const to of ["safetensors", "npz", "onnx"]) {
      const momentum = [at("moco"), "--to", to, "--out", at(`momentum.${to}`)];
      expect((await ofTask({ encoderPrefix: "encoder_q." }, ...momentum)).code).toBe(0);
      await exported([at("run"), "--to", to, "--out", at(`plain.${to}`)]);
      expect((await readFile(at(`momentum.${to}`))).equals(await readFile(at(`plain.${to}`))), to).toBe(true);
    }
  });

  it("replaces an earlier export as a whole, and leaves it where it fails", async () => {
    await mkdir(at("again"));
    const out = ["--to", "onnx", "--out", at("again", "a.onnx")];
    await writeFile(at("again", "a.onnx"), "earlier");
    expect((await exported([at("run"), ...out, "--layer-index", "5"])).code).toBe(2);
    expect(await readFile(at("again", "a.onnx"), "utf8")).toBe("earlier");
    expect((await exported([at("run"), ...out])).code).toBe(0);
    expect((await readFile(at("again", "a.onnx"))).length).toBeGreaterThan(1000);
    expect(await readdir(at("again"))).toEqual(["a.onnx"]);
  });

  it("ends at a Ctrl-C", async () => {
    expect(await exported([at("run"), "--to", "onnx"], { stopAt: "start" })).toEqual({
      code: 130,
      out: "",
      err: "stopped; nothing was exported\n",
    });
  });
});

describe("align-uniform export refuses", () => {
  const refused = async (...argv: string[]): Promise<string> => {
    const { code, out, err } = await exported(argv);
    expect([code, out]).toEqual([1, ""]);
    return err;
  };

  it("what is not there, and what is no checkpoint of train", async () => {
    expect(await refused(at("nowhere"), "--to", "onnx")).toContain(`cannot read ${at("nowhere")}: ENOENT`);
    await writeFile(at("weights"), writeSafetensors(new Map()));
    expect(await refused(at("weights"), "--to", "npz")).toContain(
      `${at("weights")} is no checkpoint of align-uniform train (its task: none, known: mnist`,
    );
  });

  it("a checkpoint that is damaged or of another version", async () => {
    const { tensors, metadata } = readSafetensors(await readFile(checkpoint()));
    const written = async (changed: Record<string, string>, names: (name: string) => string = (name) => name) => {
      const renamed = new Map([...tensors].map(([name, array]) => [names(name), array]));
      await writeFile(at("damaged"), writeSafetensors(renamed, { ...metadata, ...changed }));
      return refused(at("damaged"), "--to", "onnx");
    };
    expect(await written({ version: '"9.0.0"' })).toContain(`this is ${version}: export it with its own version`);
    expect(await written({ config: "{}" })).toContain("damaged is damaged, so it cannot be exported: train anew.");
    expect(await written({}, (name) => name.replace("blocks.0", "blocks.9"))).toMatch(
      /damaged is damaged: its weights do not fit an encoder of pictures \[1, 28, 28\]: loadStateDict.*\n {2}missing "blocks\.0/,
    );
    expect(await written({}, (name) => name.replace("model.", "optimizer.x."))).toContain(
      "so it cannot be exported: train anew: no tensor in it is called model.*",
    );
  });

  it("to write over the checkpoint, and into what is no file", async () => {
    await cp(at("run"), at("copy"), { recursive: true });
    const own = at("copy", "checkpoint.safetensors");
    await symlink(own, at("link"));
    for (const out of [own, join(at("copy"), ".", "checkpoint.safetensors"), at("link")]) {
      const { code, err } = await exported([at("copy"), "--to", "safetensors", "--out", out]);
      expect([code, err]).toEqual([2, expect.stringContaining(`export: --out ${out} would be written over ${own}`)]);
    }
    expect((await readFile(own)).equals(await readFile(checkpoint()))).toBe(true);
    expect(await refused(at("run"), "--to", "npz", "--out", at("digits"))).toContain(
      `cannot write ${at("digits")}: it is a folder, a file is needed`,
    );
    expect(await refused(at("run"), "--to", "npz", "--out", join(own, "a.npz"))).toContain("cannot write");
  });

  it("a layer that the encoder has not, as a flag that is wrong", async () => {
    const { code, err } = await exported([at("run"), "--to", "onnx", "--layer-index", "-6"]);
    expect(code).toBe(2);
    expect(err).toContain(
      'export: --layer-index must be a whole number in -5..4, for the 5 blocks of this encoder, got "-6"',
    );
  });
});

describe("what is told of preparing pictures", () => {
  const preparationOf = (name: string) => {
    const found = tasks.find(({ recipe }) => recipe.name === name);
    return found?.ofPictures?.(async ({ preparation, recipe }) => preparation(recipe.defaults));
  };

  it("is each task's own", async () => {
    const told = async (name: string): Promise<string[]> => {
      const preparation = await preparationOf(name);
      return preparation ? toldPreparation(preparation) : [];
    };
    const resize = (side: number): string =>
      `resize, bilinear with antialiasing (Pillow's), so that the shorter side has ${side} pixels`;
    const photographs = "subtract [0.485, 0.456, 0.406] and divide by [0.229, 0.224, 0.225], channel by channel";
    expect(await told("imagenet")).toEqual([
      "decode to bytes, red, green, blue",
      resize(256),
      "cut out the middle, 224x224 pixels",
      "divide by 255",
      photographs,
      "order as [n, 3, 224, 224]: picture, channel, row, column",
    ]);
    expect((await told("folder")).slice(1, 5)).toEqual([
      ...[resize(70), "cut out the middle, 64x64 pixels", "divide by 255", photographs],
    ]);
    expect((await told("cifar10")).slice(1)).toEqual([
      "divide by 255",
      "subtract [0.4914, 0.4822, 0.4465] and divide by [0.247, 0.2435, 0.2616], channel by channel",
      "order as [n, 3, 32, 32]: picture, channel, row, column",
    ]);
    expect((await told("stl10"))[4]).toMatch(/^subtract \[0\.44087801806139126, /);
  });

  it("names a step that has no words of its own as it is", () => {
    const steps = [
      ["resize", [8, 9]],
      ["gaussianBlur", { p: 1 }],
      ["centerCrop", [3, 4]],
    ] as const;
    expect(toldPreparation({ shape: [3, 3, 4], steps }).slice(1, 4)).toEqual([
      "resize [8,9]",
      'gaussianBlur {"p":1}',
      "cut out the middle, 3x4 pixels",
    ]);
  });
});
