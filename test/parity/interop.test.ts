import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Device } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { readSafetensors, readStateDict, type Tensor, tensor, writeStateDict } from "../../src/index.ts";
import { convEncoder } from "../../src/models/index.ts";
import { Adam, type Module, type Optimizer, SGD, trainStep } from "../../src/nn/index.ts";
import { loadCheckpoint, saveCheckpoint } from "../../src/node/index.ts";
import { generator } from "../../src/ops/index.ts";
import { mismatch } from "./compare.ts";
import { uniform } from "./counter.ts";
import { pytorch, runPython } from "./pytorch.ts";

interface Interop {
  readonly sizes: { imageSize: number; channels: number[]; hidden: number; featDim: number };
  readonly rows: number;
  readonly counts: number[];
  readonly training: number[];
  readonly evaluating: number[];
}

const file = (name: string): URL => new URL(`./${name}`, import.meta.url);
const weights = readFileSync(file("interop.safetensors"));
const { sizes, rows, ...theirs } = JSON.parse(readFileSync(file("interop.json"), "utf8")) as Interop;

/** Where each quantity's counters start, as in `interop.py`. */
const start = { pictures: 1_000_000, cotangent: 2_000_000 };

function encoder(device: Device, seed: number = 0): Module {
  return convEncoder({ ...sizes, generator: generator(seed), device });
}

function pictures(device: Device): Tensor {
  const shape = [rows, 1, sizes.imageSize, sizes.imageSize];
  return tensor(uniform(start.pictures, rows * sizes.imageSize ** 2, 1), { shape, device });
}

test.each([
  ["float64", 1e-12],
  ["float32", 1e-6],
] as const)("PyTorch's file of weights gives PyTorch's features in %s", (dtype, tolerance) => {
  const device = reference(dtype);
  const model = encoder(device);
  model.loadStateDict(readStateDict(weights, { device }));
  const counts = Object.entries(model.stateDict()).filter(([name]) => name.endsWith("num_batches_tracked"));
  expect(counts.map(([, count]) => count.itemSync())).toEqual(theirs.counts);
  const evaluated = model.eval().forward(pictures(device));
  expect(mismatch("evaluating", evaluated.dataSync(), theirs.evaluating, tolerance)).toBeUndefined();
  const trained = model.train().forward(pictures(device));
  expect(mismatch("training", trained.dataSync(), theirs.training, tolerance)).toBeUndefined();
});

test("our file of the same weights holds what PyTorch's holds: names, element types, shapes and bits", async () => {
  const device = reference("float32");
  const model = encoder(device);
  model.loadStateDict(readStateDict(weights, { device }));
  const ours = readSafetensors(await writeStateDict(model.stateDict())).tensors;
  const expected = readSafetensors(weights).tensors;
  expect(Object.keys(model.stateDict())).toEqual([...expected.keys()]);
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(expected));
});

/** An optimizer here, and under PyTorch's names. */
const optimizers: Record<string, { make(model: Module): Optimizer; options: Record<string, unknown> }> = {
  SGD: {
    make: (model) => new SGD(model.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 0.01 }),
    options: { lr: 9, momentum: 0.9, weight_decay: 0.01 }, // lr comes with the checkpoint
  },
  // eps is large because Adam scales a gradient that is 0 but for rounding up to the size of the others.
  Adam: {
    make: (model) => new Adam(model.parameters(), { lr: 0.02, betas: [0.8, 0.9], eps: 1e-3 }),
    options: { lr: 9, betas: [0.8, 0.9], eps: 1e-3 },
  },
};

test.skipIf(!pytorch).each(Object.entries(optimizers))(
  "a run with %s goes on in PyTorch and comes back as if it had never left",
  async (name, { make, options }) => {
    const device = reference("float64");
    const run = (seed: number) => {
      const model = encoder(device, seed);
      const optimizer = make(model);
      const cotangent = uniform(start.cotangent, rows * sizes.featDim, 1);
      const direction = tensor(cotangent, { shape: [rows, sizes.featDim], device });
      const step = trainStep(optimizer, () => ({ loss: model.forward(pictures(device)).mul(direction).sum() }));
      return { model, optimizer, step };
    };
    const stayed = run(1);
    await stayed.step();
    await stayed.step();

    const folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
    const [left, back] = [join(folder, "left.safetensors"), join(folder, "back.safetensors")];
    await saveCheckpoint(left, {
      model: stayed.model.stateDict(),
      optimizer: stayed.optimizer.stateDict(),
      metadata: { config: { optimizer: name, options } },
    });
    runPython("interop.py", "step", left, back);
    const { model, optimizer } = await loadCheckpoint(back, { device });
    await rm(folder, { recursive: true });
    if (optimizer === undefined) throw new Error("the checkpoint has no optimizer");

    const returned = run(2);
    returned.model.loadStateDict(model);
    returned.optimizer.loadStateDict(optimizer);
    await stayed.step();
    const differs = (): (string | undefined)[] =>
      Object.entries(stayed.model.stateDict()).map(([key, value]) =>
        mismatch(key, returned.model.stateDict()[key].dataSync(), value.dataSync(), 1e-10),
      );
    expect(differs().filter(Boolean)).toEqual([]);
    expect(returned.optimizer.stateDict().steps).toEqual(stayed.optimizer.stateDict().steps);
    await stayed.step();
    expect(differs().filter(Boolean)).not.toEqual([]); // a step can be told
    await returned.step();
    expect(differs().filter(Boolean)).toEqual([]);
  },
);
