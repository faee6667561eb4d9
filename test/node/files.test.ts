import { link, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reference } from "../../src/devices/reference/reference.ts";
import { readSafetensors } from "../../src/formats/index.ts";
import { alignUniformLoss, tensor } from "../../src/index.ts";
import { mlpEncoder } from "../../src/models/index.ts";
import { Adam, trainStep } from "../../src/nn/index.ts";
import {
  createRunFolder,
  loadCheckpoint,
  readMnistFiles,
  saveCheckpoint,
  version,
  writeFileAtomic,
} from "../../src/node/index.ts";
import { generator } from "../../src/ops/index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("createRunFolder", () => {
  it("moves an earlier run to the next free number and starts empty", async () => {
    const out = join(folder, "runs", "mnist");
    const first = await createRunFolder(out);
    expect(first.moved).toBeUndefined();
    await first.write("log.jsonl", "first");
    await mkdir(`${out}.1`);
    const second = await createRunFolder(`${out}/`);
    expect(second).toMatchObject({ path: out, moved: `${out}.2` });
    expect(await readdir(out)).toEqual([]);
    expect(await readFile(join(`${out}.2`, "log.jsonl"), "utf8")).toBe("first");
  });

  it("logs one line of JSON a record", async () => {
    const run = await createRunFolder(join(folder, "run"));
    await run.log({ type: "step", loss: 0.5 });
    await run.log({ type: "end" });
    expect(await readFile(join(run.path, "log.jsonl"), "utf8")).toBe('{"type":"step","loss":0.5}\n{"type":"end"}\n');
  });
});

describe("writeFileAtomic", () => {
  it("replaces a file and leaves nothing else behind, also when it fails", async () => {
    const path = join(folder, "a.txt");
    await writeFileAtomic(path, "old");
    await writeFileAtomic(path, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    await mkdir(join(folder, "taken"));
    await expect(writeFileAtomic(join(folder, "taken"), "x")).rejects.toThrow();
    expect((await readdir(folder)).sort()).toEqual(["a.txt", "taken"]);
  });

  it("leaves the old file to whoever has it open", async () => {
    const [path, opened] = [join(folder, "a.txt"), join(folder, "opened.txt")];
    await writeFile(path, "old");
    await link(path, opened); // a second name for the same file
    await writeFileAtomic(path, "new");
    expect(await readFile(opened, "utf8")).toBe("old");
  });

  it("lets several write one path at a time: one of them is there, whole", async () => {
    const path = join(folder, "a.txt");
    const contents = Array.from({ length: 20 }, (_, i) => `${i} `.repeat(50_000));
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    expect(contents).toContain(await readFile(path, "utf8"));
    expect(await readdir(folder)).toEqual(["a.txt"]);
  });
});

describe("checkpoints", () => {
  it("let training go on exactly where it was", async () => {
    const device = reference("float32");
    const make = () => {
      const encoder = mlpEncoder({ sizes: [4, 3, 2], generator: generator(1), device });
      const optimizer = new Adam(encoder.parameters(), { lr: 0.01 });
      const step = trainStep(optimizer, (seed: number) =>
        alignUniformLoss(
          encoder.forward(generator(seed).normal([6, 4], { device })),
          encoder.forward(generator(seed + 100).normal([6, 4], { device })),
        ),
      );
      return { encoder, optimizer, step };
    };
    const path = join(folder, "c.safetensors");
    const run = make();
    for (let i = 0; i < 3; i++) await run.step(i);
    await saveCheckpoint(path, {
      model: run.encoder.stateDict(),
      optimizer: run.optimizer.stateDict(),
      metadata: { epoch: 3, config: { lr: 0.01 } },
    });
    for (let i = 3; i < 6; i++) await run.step(i);

    const resumed = make();
    const { model, optimizer, metadata } = await loadCheckpoint(path, { device });
    expect(metadata).toEqual({ epoch: 3, config: { lr: 0.01 } });
    resumed.encoder.loadStateDict(model);
    if (optimizer === undefined) throw new Error("the checkpoint has no optimizer");
    resumed.optimizer.loadStateDict(optimizer);
    for (let i = 3; i < 6; i++) await resumed.step(i);
    const weights = ({ encoder }: typeof run): number[][] => encoder.parameters().map((p) => Array.from(p.dataSync()));
    expect(weights(resumed)).toEqual(weights(run));
  });

  it("hold float64 weights to the last bit, with or without an optimizer", async () => {
    const path = join(folder, "c.safetensors");
    const device = reference("float64");
    await saveCheckpoint(path, { model: { w: tensor([[0.1, 1 / 3]], { device }) }, metadata: {} });
    const { model, optimizer } = await loadCheckpoint(path, { device });
    expect(optimizer).toBeUndefined();
    expect(model.w.shape).toEqual([1, 2]);
    expect(Array.from(model.w.dataSync())).toEqual([0.1, 1 / 3]);
  });

  it("keep every name, and the entries of their own apart from yours", async () => {
    const path = join(folder, "c.safetensors");
    const model = Object.fromEntries([["__proto__", tensor([1])]]);
    await saveCheckpoint(path, { model, metadata: {} });
    const loaded = await loadCheckpoint(path);
    expect(Object.keys(loaded.model)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(loaded.model)).toBe(Object.prototype);
    expect(readSafetensors(await readFile(path)).metadata).toEqual({ version: `"${version}"` });
    for (const key of ["optimizer", "version"]) {
      await expect(saveCheckpoint(path, { model, metadata: { [key]: 1 } })).rejects.toThrow(
        `saveCheckpoint: metadata "${key}" is an entry of the file's own`,
      );
    }
    // @ts-expect-error a misspelt option
    await expect(loadCheckpoint(path, { devise: reference("float64") })).rejects.toThrow(/unknown option "devise"/);
  });

  it("that are damaged or something else are refused with the file's name", async () => {
    const path = join(folder, "c.safetensors");
    await saveCheckpoint(path, { model: { w: tensor([1, 2]) }, metadata: {} });
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 1));
    await expect(loadCheckpoint(path)).rejects.toThrow(/c\.safetensors: tensor "model\.w" ends at byte 8.*truncated/);
    await writeFile(path, bytes.toString("latin1").replace('"model.w"', '"xodel.w"'), "latin1");
    await expect(loadCheckpoint(path)).rejects.toThrow(/tensor "xodel.w" is not part of a checkpoint/);
  });
});

describe("readMnistFiles", () => {
  it("finds the 70,000 digits of the installed package", async () => {
    const { train, test } = await readMnistFiles();
    expect([train.length, test.length]).toEqual([60000, 10000]);
    expect([0, 1, 2].map((i) => train.get(i).label)).toEqual([5, 0, 4]);
    expect(test.get(0).image.shape).toEqual([1, 28, 28]);
  });

  it("names the file that is absent, compressed or damaged", async () => {
    await expect(readMnistFiles(folder)).rejects.toThrow(
      /train-images-idx3-ubyte: no such file; needed are train-images-idx3-ubyte, train-labels.*t10k-labels-idx1-ubyte/,
    );
    await writeFile(join(folder, "train-images-idx3-ubyte.gz"), "");
    await expect(readMnistFiles(folder)).rejects.toThrow(/compressed: gunzip .*train-images-idx3-ubyte\.gz/);
    await writeFile(join(folder, "train-images-idx3-ubyte"), "no digits");
    await writeFile(join(folder, "train-labels-idx1-ubyte"), "");
    await expect(readMnistFiles(folder)).rejects.toThrow(/train-images-idx3-ubyte: an IDX file starts with/);
  });
});
