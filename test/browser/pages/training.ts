import { affineLessons } from "../../../src/cli/train/mnist/affine-lessons.ts";
import { type MnistConfig, mnistConfig } from "../../../src/cli/train/mnist/config.ts";
import type { StepRecord } from "../../../src/cli/train/task.ts";
import { twoViewRun } from "../../../src/cli/train/two-views.ts";
import { type GpuMode, gpu } from "../../../src/gpu.ts";
import { alignLoss, cpu, generator, mlpEncoder, mnist, SGD, trainStep } from "../../../src/index.ts";

/** From live-objects.js, which runs before: how many objects are on the graphics card, and how many ever were. */
declare const onCard: () => { readonly live: number; readonly made: number };

/** The MNIST job's encoder, or one made small: without a graphics card a step of the whole one takes half a minute. */
const encoders: Readonly<Record<"whole" | "small", Partial<MnistConfig>>> = {
  whole: {},
  small: { channels: [4, 8, 8], hidden: 32, featDim: 16 },
};

async function bytes(path: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(path)).arrayBuffer());
}

/** The first steps of the MNIST job, and how long each took; without a mode on the cpu device. */
export async function mnistSteps(
  mode: GpuMode | null,
  steps: number,
  { size, batchSize, lr }: { size: "whole" | "small"; batchSize: number; lr: number },
): Promise<(StepRecord & { milliseconds: number })[]> {
  const digits = mnist(await bytes("/train-images-idx3-ubyte"), await bytes("/train-labels-idx1-ubyte"));
  const device = mode === null ? cpu : await gpu({ mode });
  const config = { ...mnistConfig, batchSize, lr, ...encoders[size] };
  const run = twoViewRun(affineLessons(digits, config.views), config, device);
  const records: (StepRecord & { milliseconds: number })[] = [];
  let start = performance.now();
  for await (const record of run.train(0)) {
    records.push({ ...record, milliseconds: performance.now() - start });
    if (records.length === steps) break;
    start = performance.now();
  }
  return records;
}

/** After each of many small steps, how many objects are on the graphics card, and how many ever were. */
export async function onCardAfterSteps(mode: GpuMode, steps: number): Promise<ReturnType<typeof onCard>[]> {
  const device = await gpu({ mode });
  const g = generator(7);
  const encoder = mlpEncoder({ sizes: [4, 3], generator: g, device });
  const [x, y] = [g.normal([8, 4], { device }), g.normal([8, 4], { device })];
  const step = trainStep(new SGD(encoder.parameters(), { lr: 0.1, momentum: 0.9 }), () => ({
    loss: alignLoss(encoder.forward(x), encoder.forward(y)),
  }));
  const counts: ReturnType<typeof onCard>[] = [];
  for (let i = 1; i <= steps; i++) {
    const { loss } = await step();
    if (i % 10 === 0) await loss.item();
    counts.push(onCard());
  }
  return counts;
}
