import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generator, noGrad, readStateDict, type Tensor, tensor, writeStateDict } from "../../src/index.ts";
import { type BlockEncoder, convEncoder, smallAlexNet } from "../../src/models/index.ts";
import type { StateDict } from "../../src/nn/index.ts";
import { type Shape, sizeOf } from "../../src/shape.ts";
import { mismatch } from "./compare.ts";
import { uniform } from "./counter.ts";
import { fixture } from "./fixture.ts";
import { pytorch, runPython } from "./pytorch.ts";

interface Case {
  readonly encoder: "convEncoder" | "smallAlexNet";
  readonly image: readonly number[];
  /** Names and shapes of PyTorch's state dict. */
  readonly state: Readonly<Record<string, number[]>>;
  readonly features: readonly number[];
  /** Every 61st number of fc7. */
  readonly fc7: readonly number[];
}

/** Of the largest entry; the cpu device computes in float32. */
const tolerance = 1e-5;

/** Images at a time, and where each quantity's counters start, as in `interop_encoders.py`. */
const images = 2;
const start = { weights: 0, pictures: 100_000_000 };

const encoders = { convEncoder, smallAlexNet };
const pictures = (image: Shape): Tensor =>
  tensor(uniform(start.pictures, images * sizeOf(image), 1), { shape: [images, ...image] });
const evaluated = (model: BlockEncoder, x: Tensor, layerIndex: number): ArrayLike<number> =>
  noGrad(() => model.eval().forward(x, { layerIndex })).dataSync();

/** Numbers for a state dict of these shapes by the formula of `interop_encoders.py`. */
function filled(shapes: Case["state"]): StateDict {
  let counter = start.weights;
  const entries = Object.entries(shapes).map(([name, shape]): [string, Tensor] => {
    const size = sizeOf(shape);
    const from = counter;
    counter += size;
    if (name.endsWith("num_batches_tracked")) return [name, tensor(from)];
    if (shape.length > 1) return [name, tensor(uniform(from, size, Math.sqrt((3 * shape[0]) / size)), { shape })];
    const about = name.endsWith("weight") || name.endsWith("running_var") ? 1 : 0;
    return [
      name,
      tensor(
        uniform(from, size, 0.5).map((a) => a + about),
        { shape },
      ),
    ];
  });
  return Object.fromEntries(entries);
}

test.each(fixture<Case>("interop-encoders").cases)(
  "$encoder gives with the same weights what it gives in PyTorch",
  (one) => {
    const model = encoders[one.encoder]({ generator: generator(0) });
    const state = Object.entries(model.stateDict()).map(([name, { shape }]) => [name, shape]);
    expect(state).toEqual(Object.entries(one.state));
    model.loadStateDict(filled(one.state));
    const x = pictures(one.image);
    expect(mismatch("features", evaluated(model, x, -1), one.features, tolerance)).toBeUndefined();
    const fc7 = Array.from(evaluated(model, x, -2)).filter((_, i) => i % 61 === 0);
    expect(mismatch("fc7", fc7, one.fc7, tolerance)).toBeUndefined();
  },
);

/** Images of 32×32 instead of 64×64 halve the file of SmallAlexNet; 13 pixels lose an odd one at each pool. */
const exchanges = [
  ["convEncoder", { inChannels: 1, imageSize: 28 }],
  ["convEncoder", { inChannels: 2, imageSize: 13, channels: [4, 5], hidden: 6, featDim: 3 }],
  ["smallAlexNet", { inChannels: 3, imageSize: 32 }],
] as const;

describe.skipIf(!pytorch)("a safetensors file", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each(exchanges)("moves %s %o to PyTorch and back, strictly, with the same output", async (name, options) => {
    const { inChannels, imageSize } = options;
    const made = (seed: number) => encoders[name]({ generator: generator(seed), ...options });
    const x = pictures([inChannels, imageSize, imageSize]);
    const model = made(0);
    noGrad(() => model.forward(generator(1).uniform(x.shape))); // moves the running statistics
    const [file, answer] = ["ours", "theirs"].map((which) => join(folder, `${which}.safetensors`));
    await writeFile(file, await writeStateDict(model.stateDict()));

    runPython("interop_encoders.py", "exchange", name, JSON.stringify(options), file, answer);
    const { ours, theirs, ...rest } = readStateDict(await readFile(answer));
    const given = evaluated(model, x, -1);
    expect(mismatch("our weights", given, ours.dataSync(), tolerance)).toBeUndefined();
    expect(mismatch("other weights", given, theirs.dataSync(), tolerance)).toMatch(/^other weights: entry/);

    const prefix = "model.".length;
    const back = made(2);
    back.loadStateDict(Object.fromEntries(Object.entries(rest).map(([key, value]) => [key.slice(prefix), value])));
    expect(mismatch("their weights", evaluated(back, x, -1), theirs.dataSync(), tolerance)).toBeUndefined();
  });
});
