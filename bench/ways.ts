import {
  add,
  alignUniformLoss,
  backward,
  batchNorm,
  conv2d,
  convEncoder,
  type Device,
  exp,
  GRU,
  gemm,
  generator,
  log,
  type Mnist,
  type Module,
  matmul,
  max,
  maxPool2d,
  Packing,
  pow,
  relu,
  SGD,
  scope,
  sigmoid,
  slice,
  smallAlexNet,
  sum,
  type Tensor,
  tanh,
  tensor,
  trainStep,
  uniformity,
  uniformLoss,
} from "align-uniform";
import { lrPer256 } from "../src/cli/train/config.ts";
import { affineLessons } from "../src/cli/train/mnist/affine-lessons.ts";
import { mnistConfig } from "../src/cli/train/mnist/config.ts";
import { twoViewRun } from "../src/cli/train/two-views.ts";
import { labelledImages } from "../src/data/labelled-images.ts";
import { lengthsOf, type Model, type Once, type Pointwise, type Ways } from "./job.ts";

/** Waits until a result is there. */
export type Read = (result: Tensor) => Promise<unknown>;

/** Reads all of it: where results lie behind a bus, that is part of the work. */
export const whole: Read = (result) => result.data();

/**
 * Reads one number of a result that is not small: for a device whose results lie in this process's memory, as those of
 * the libraries beside which it is timed do.
 */
export const oneNumber: Read = async (result) => {
  if (result.size <= 4096) {
    await result.data();
    return;
  }
  const first = scope(() => slice(result.reshape([result.size]), { end: 1 }));
  await first.item();
  first.storage.free();
};

/** Our way of doing each job, on a device. */
export function waysOn(device: Device, read: Read): Ways {
  const g = generator(1);
  const drawn = (...shape: number[]): Tensor => g.normal(shape, { device });

  const once =
    (f: () => Tensor[]): Once =>
    async () => {
      const results = scope(f);
      await Promise.all(results.map(read));
      for (const { storage } of results) storage.free(); // at once: the next run is to find as much room
    };
  /** f of the inputs; with `gradient`, that of the result, their gradients. */
  const differentiated = (f: (...xs: Tensor[]) => Tensor, inputs: readonly Tensor[], gradient: Tensor): Once => {
    const leaves = inputs.map((x) => x.withGrad());
    return once(() => backward(f(...leaves), { gradient }).values());
  };

  const models = {
    convEncoder: () => ({ encoder: convEncoder({ generator: g, device }), channels: 1 }),
    smallAlexNet: (size) => ({ encoder: smallAlexNet({ generator: g, imageSize: size, device }), channels: 3 }),
  } satisfies Record<Model, (size: number) => { encoder: Module & { forward(x: Tensor): Tensor }; channels: number }>;

  return {
    matmul: ({ m, k, n }) => {
      const [a, b] = [drawn(m, k), drawn(k, n)];
      return once(() => [matmul(a, b)]);
    },
    linear: ({ rows, inputs, outputs }) =>
      differentiated(
        (x, w) => gemm(x, w, { transposeB: true }),
        [drawn(rows, inputs), drawn(outputs, inputs)],
        drawn(rows, outputs),
      ),
    gru: (job) => {
      const { inputs, hidden } = job;
      const packing = new Packing(lengthsOf(job));
      const layer = new GRU(inputs, hidden, { generator: g, bidirectional: true, device });
      const [x, gradient] = [drawn(packing.items, inputs).withGrad(), drawn(packing.items, 2 * hidden)];
      return once(() => backward(layer.packed(x, packing).output, { gradient }).values());
    },
    conv: ({ batch, inputs, outputs, size, backward }) => {
      const [x, w] = [drawn(batch, inputs, size, size), drawn(outputs, inputs, 3, 3)];
      const f = (x: Tensor, w: Tensor): Tensor => conv2d(x, w, { padding: 1 });
      return backward ? differentiated(f, [x, w], drawn(batch, outputs, size, size)) : once(() => [f(x, w)]);
    },
    uniformLoss: ({ n, d, backward: withGradient }) => {
      const x = drawn(n, d).normalize();
      if (!withGradient) return once(() => [uniformLoss(x)]);
      const leaf = x.withGrad();
      return once(() => {
        const loss = uniformLoss(leaf);
        return [loss.detach(), ...backward(loss).values()];
      });
    },
    uniformity: async ({ n, d }) => {
      const points = { data: await g.normal([n, d]).data(), shape: [n, d] };
      return () => uniformity(points);
    },
    step: ({ model, pairs, size }) => {
      const { encoder, channels } = models[model](size);
      const shape = [2 * pairs, channels, size, size];
      const pixels = g.normal(shape).dataSync();
      const { momentum, weightDecay } = mnistConfig; // the paper's
      const optimizer = new SGD(encoder.parameters(), { lr: (lrPer256 * pairs) / 256, momentum, weightDecay });
      const step = trainStep(optimizer, () => {
        const features = encoder.forward(tensor(pixels, { shape, device }));
        return alignUniformLoss(slice(features, { end: pairs }), slice(features, { start: pairs }));
      });
      return async () => (await step()).loss.item();
    },
    mnistJob: ({ pairs }) => {
      const lr = (lrPer256 * pairs) / 256;
      const config = { ...mnistConfig, epochs: 1e6, batchSize: pairs, lr };
      const steps = twoViewRun(affineLessons(noise(pairs), config.views), config, device).train(0);
      return () => steps.next();
    },
    pointwise: ({ op, count }) => {
      const x = op === "log" || op === "pow" ? drawn(count).abs() : drawn(count);
      return once(() => [pointwise[op](x)]);
    },
    reduce: ({ op, count }) => {
      const x = drawn(count);
      return once(() => [op === "sum" ? sum(x) : max(x)]);
    },
    batchNorm: ({ shape, backward }) => {
      const [x, weight, bias] = [drawn(...shape), drawn(shape[1]), drawn(shape[1])];
      const f = (x: Tensor, weight: Tensor, bias: Tensor) => batchNorm(x, { weight, bias, training: true });
      return backward ? differentiated(f, [x, weight, bias], drawn(...shape)) : once(() => [f(x, weight, bias)]);
    },
    maxPool: ({ shape, backward }) => {
      const x = drawn(...shape);
      const f = (x: Tensor) => maxPool2d(x, 2);
      const [n, c, h, w] = shape;
      if (!backward) return once(() => [f(x)]);
      return differentiated(f, [x], drawn(n, c, Math.floor(h / 2), Math.floor(w / 2)));
    },
  };
}

const pointwise: Readonly<Record<Pointwise, (x: Tensor) => Tensor>> = {
  add: (x) => add(x, x),
  relu,
  exp,
  log,
  sigmoid,
  tanh,
  pow: (x) => pow(x, 1.5),
};

function noise(length: number): Mnist {
  const g = generator(28);
  const data = Uint8Array.from({ length: length * 28 * 28 }, () => g.below(256));
  return labelledImages("noise", { data, shape: [length, 1, 28, 28] }, new Uint8Array(length));
}
