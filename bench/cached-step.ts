// What gradient caching costs and saves: `npm run example bench/cached-step.ts`. A step of SmallAlexNet on 32 pairs of
// 32 x 32 in one graph, and by cachedTrainStep in chunks, each on a cpu device of its own.
import {
  type AlignUniformLoss,
  alignUniformLoss,
  cachedTrainStep,
  concat,
  generator,
  inChunks,
  SGD,
  smallAlexNet,
  type Tensor,
  trainStep,
} from "align-uniform";
import { CpuDevice } from "../src/devices/cpu/device.ts";
import { measured } from "./measure.ts";
import { peakOf } from "./peak.ts";

const pairs = 32;
const chunkSizes = [32, 8];

type Pair = readonly [x: Tensor, y: Tensor];

/** The step's function, on a device of its own, and how to ask for the most bytes that were in use after a kernel. */
function contestant(chunkSize: number | undefined) {
  const device = new CpuDevice();
  const most = peakOf(device);
  const encoder = smallAlexNet({ generator: generator(0), imageSize: 32, device });
  const optimizer = new SGD(encoder.parameters(), { lr: 1e-3, momentum: 0.9 });
  const weights = device.used;
  const g = generator(1);
  const x = g.normal([pairs, 3, 32, 32], { device });
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
      const start = performance.now();
      await (await step()).loss.item();
      return performance.now() - start;
    },
  };
}

const names = ["one graph", ...chunkSizes.map((size) => `${pairs / size} chunks of ${size} pairs`)];
const contestants = [undefined, ...chunkSizes].map(contestant);
const times = await measured(contestants, { rounds: 3, limit: 120_000 });
const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
for (const [i, { weights, most }] of contestants.entries()) {
  const time = times[i];
  const ratio = typeof time === "number" && typeof times[0] === "number" ? (time / times[0]).toFixed(2) : "";
  console.log(
    `${names[i]}: ${typeof time === "number" ? time.toFixed(0) : time} ms, x ${ratio}; peak ${megabytes(most())} MB, of which weights ${megabytes(weights)}`,
  );
}
