// What gradient caching costs and saves: `npm run example bench/cached-step.ts`. A step in one graph, and by
// cachedTrainStep in chunks, each on a cpu device of its own. Milliseconds are those that the process computed, on one
// thread: what else the machine does counts little.
import {
  type AlignUniformLoss,
  alignUniformLoss,
  cachedTrainStep,
  concat,
  convEncoder,
  type Device,
  generator,
  inChunks,
  type Module,
  SGD,
  smallAlexNet,
  type Tensor,
  trainStep,
} from "align-uniform";
import { CpuDevice } from "../src/devices/cpu/device.ts";
import { measured } from "./measure.ts";
import { peakOf } from "./peak.ts";

type Pair = readonly [x: Tensor, y: Tensor];

interface Work {
  readonly name: string;
  readonly image: readonly [channels: number, height: number, width: number];
  readonly pairs: number;
  readonly chunkSizes: readonly number[];
  encoder(device: Device): Module;
}

const works: readonly Work[] = [
  {
    name: "the digits' encoder, few weights",
    image: [1, 28, 28],
    pairs: 128,
    chunkSizes: [128, 32, 8],
    encoder: (device) => convEncoder({ generator: generator(0), device }),
  },
  {
    name: "SmallAlexNet, 27 million weights",
    image: [3, 32, 32],
    pairs: 32,
    chunkSizes: [32, 8],
    encoder: (device) => smallAlexNet({ generator: generator(0), imageSize: 32, device }),
  },
];

/** The step, ready to be timed on a device of its own, and how to ask for the most bytes that were in use after a kernel. */
function contestant({ image, pairs, encoder: make }: Work, chunkSize: number | undefined) {
  const device = new CpuDevice({ threads: 1 });
  const most = peakOf(device);
  const encoder = make(device);
  const optimizer = new SGD(encoder.parameters(), { lr: 1e-3, momentum: 0.9 });
  const weights = device.used;
  const g = generator(1);
  const x = g.normal([pairs, ...image], { device });
  const y = x.add(g.normal(x.shape, { device, std: 0.2 }));
  const encode = (pair: Pair): Tensor[] => encoder.forward(concat(pair)).chunk(2);
  const loss = (a: Tensor, b: Tensor): AlignUniformLoss => alignUniformLoss(a, b);
  const plain = trainStep(optimizer, () => {
    const [a, b] = encode([x, y]);
    return loss(a, b);
  });
  const cached = cachedTrainStep(optimizer, { encode, loss, modules: [encoder] });
  const step = chunkSize === undefined ? plain : () => cached(inChunks(chunkSize, x, y));
  return {
    weights,
    most,
    prepare: step,
    async time() {
      const before = process.cpuUsage();
      await (await step()).loss.item();
      const { user, system } = process.cpuUsage(before); // microseconds
      return (user + system) / 1000;
    },
  };
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

for (const work of works) {
  const contestants = [undefined, ...work.chunkSizes].map((size) => contestant(work, size));
  const times = await measured(contestants, { rounds: 3, limit: 120_000 });
  console.log(`${work.name}: ${work.pairs} pairs; weights ${megabytes(contestants[0].weights)} MB`);
  for (const [i, { most }] of contestants.entries()) {
    const name = i === 0 ? "in one graph" : `in chunks of ${work.chunkSizes[i - 1]}`;
    const [first, time] = [times[0], times[i]].map(Number); // NaN where one failed
    console.log(`  ${name}: ${time.toFixed(0)} ms, x ${(time / first).toFixed(2)}; peak ${megabytes(most())} MB`);
  }
}
