import { mnistConfig } from "../../../src/cli/train/config.ts";
import { mnistRun, type StepRecord } from "../../../src/cli/train/mnist.ts";
import { type GpuMode, gpu } from "../../../src/gpu.ts";
import {
  alignUniformLoss,
  cpu,
  generator,
  mlpEncoder,
  mnist,
  SGD,
  type Tensor,
  trainStep,
} from "../../../src/index.ts";

/** From live-objects.js, which runs before. */
declare const liveObjects: () => number;

async function bytes(path: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(path)).arrayBuffer());
}

/** The first steps of the MNIST job on batches of two views of 16 digits, and how long each took. */
export async function mnistSteps(
  mode: GpuMode | undefined,
  steps: number,
): Promise<(StepRecord & { milliseconds: number })[]> {
  const digits = mnist(await bytes("/train-images-idx3-ubyte"), await bytes("/train-labels-idx1-ubyte"));
  const device = mode === undefined ? cpu : await gpu({ mode });
  const run = mnistRun(digits, { ...mnistConfig, batchSize: 16, epochs: steps }, device);
  const records: (StepRecord & { milliseconds: number })[] = [];
  let start = performance.now();
  for await (const record of run.train(0)) {
    records.push({ ...record, milliseconds: performance.now() - start });
    if (records.length === steps) break;
    start = performance.now();
  }
  return records;
}

/** How many objects are on the graphics card after each of many small steps. */
export async function liveAfterSteps(mode: GpuMode, steps: number): Promise<number[]> {
  const device = await gpu({ mode });
  const g = generator(7);
  const encoder = mlpEncoder({ sizes: [4, 6, 3], generator: g, device });
  const optimizer = new SGD(encoder.parameters(), { lr: 0.1, momentum: 0.9 });
  const step = trainStep(optimizer, (x: Tensor, y: Tensor) => alignUniformLoss(encoder.forward(x), encoder.forward(y)));
  const [x, y] = [g.normal([8, 4], { device }), g.normal([8, 4], { device })];
  const live: number[] = [];
  for (let i = 0; i < steps; i++) {
    const { loss } = await step(x, y);
    await loss.item();
    live.push(liveObjects());
  }
  return live;
}
