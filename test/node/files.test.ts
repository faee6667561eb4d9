import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reference } from "../../src/devices/reference/reference.ts";
import { readSafetensors, writeSafetensors } from "../../src/formats/index.ts";
import { alignUniformLoss, tensor } from "../../src/index.ts";
import { mlpEncoder } from "../../src/models/index.ts";
import { Adam, Linear, SGD, trainStep } from "../../src/nn/index.ts";
import { loadCheckpoint, saveCheckpoint, version } from "../../src/node/index.ts";
import { generator } from "../../src/ops/index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
});
afterEach(() => rm(folder, { recursive: true }));

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
    const linear = new Linear(1, 1, { generator: generator(0) });
    const optimizer = new SGD(linear.parameters(), { lr: 1 });
    await expect(saveCheckpoint(path, { model: linear as never })).rejects.toThrow(
      /saveCheckpoint: model must be a state dict, model.stateDict\(\): "\w+" is no tensor/,
    );
    await expect(saveCheckpoint(path, { model, optimizer: optimizer as never })).rejects.toThrow(
      "saveCheckpoint: optimizer must be an optimizer's state: optimizer.stateDict()",
    );
    await saveCheckpoint(path, { model });
    expect((await loadCheckpoint(path)).metadata).toEqual({});
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
    await expect(loadCheckpoint(path)).rejects.toThrow(
      /c\.safetensors: tensor "xodel.w" is not part of a checkpoint.*readStateDict/,
    );
    await writeFile(path, writeSafetensors(new Map(), { optimizer: '{"lr":1}' }));
    await expect(loadCheckpoint(path)).rejects.toThrow(/"optimizer" needs \{ lr, steps \}.*, got \{"lr":1\}/);
    for (const optimizer of ['{"lr":"1","steps":[]}', '{"lr":1,"steps":[1.5]}', '{"lr":1,"steps":[-1]}', "null"]) {
      await writeFile(path, writeSafetensors(new Map(), { optimizer }));
      await expect(loadCheckpoint(path)).rejects.toThrow(`c.safetensors: metadata "optimizer" needs { lr, steps }`);
    }
    await writeFile(path, writeSafetensors(new Map(), { epoch: "three" }));
    await expect(loadCheckpoint(path)).rejects.toThrow(/metadata "epoch" is not JSON/);
  });

  it("that cannot be read or written are named", async () => {
    await expect(loadCheckpoint(folder)).rejects.toThrow(
      `cannot read ${folder}: it is a folder, a file is needed (EISDIR`,
    );
    const path = join(folder, "nowhere", "c.safetensors");
    await expect(saveCheckpoint(path, { model: {}, metadata: {} })).rejects.toThrow(`cannot write ${path}: ENOENT`);
    await expect(loadCheckpoint(path)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
