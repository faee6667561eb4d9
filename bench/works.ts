import {
  alignUniformLoss,
  type Device,
  generator,
  type Mnist,
  matmul,
  SGD,
  scope,
  slice,
  tensor,
  trainStep,
  uniformLoss,
  valueAndGrad,
} from "align-uniform";
import { lrPer256, mnistConfig } from "../src/cli/train/config.ts";
import { mnistRun } from "../src/cli/train/mnist.ts";
import { labelledImages } from "../src/data/labelled-images.ts";
import { smallAlexNet } from "./small-alex-net.ts";

/** Something to be timed. */
export interface Work {
  readonly name: string;
  /** Whether a machine without a graphics card is through with it in seconds. */
  readonly small: boolean;
  /** Makes on `device` what it needs. The function that comes back does the work once, until its result is read. */
  prepare(device: Device): () => Promise<unknown>;
}

const width = 128; // of features: the paper's

/** A product of two matrices that lie on the device; the product is read. */
function product(n: number, small: boolean): Work {
  return {
    name: `matmul ${n}`,
    small,
    prepare(device) {
      const g = generator(n);
      const [a, b] = [g.normal([n, n], { device }), g.normal([n, n], { device })];
      return async () => {
        const c = scope(() => matmul(a, b));
        await c.data();
        c.storage.free(); // at once: the next one is to find as much room
      };
    },
  };
}

/** Value and gradient for features that lie on the device; both are read. */
function uniformity(n: number, small: boolean): Work {
  return {
    name: `uniformLoss forward + backward, n = ${n}, d = ${width}`,
    small,
    prepare(device) {
      const x = generator(n).normal([n, width], { device }).normalize();
      const both = valueAndGrad((features) => uniformLoss(features));
      return async () => {
        const { value, grads } = scope(() => both(x));
        await Promise.all([value.item(), grads[0].data()]);
        for (const { storage } of [value, grads[0]]) storage.free();
      };
    },
  };
}

/** A step of `align-uniform train mnist` on noise: views are drawn and uploaded, both losses are read. */
function mnistStep(batchSize: number, small: boolean): Work {
  return {
    name: `MNIST training step, 2 × ${batchSize} images`,
    small,
    prepare(device) {
      const lr = (lrPer256 * batchSize) / 256;
      const steps = mnistRun(noise(batchSize), { ...mnistConfig, epochs: 1e6, batchSize, lr }, device).train(0);
      return () => steps.next();
    },
  };
}

function noise(length: number): Mnist {
  const g = generator(28);
  const data = Uint8Array.from({ length: length * 28 * 28 }, () => g.below(256));
  return labelledImages("noise", { data, shape: [length, 1, 28, 28] }, new Uint8Array(length));
}

/** A step of the paper's STL-10 training on noise of 32×32: pixels are uploaded, the loss is read. */
function smallAlexNetStep(batchSize: number): Work {
  return {
    name: `SmallAlexNet training step, 2 × ${batchSize} images of 32 × 32`,
    small: false,
    prepare(device) {
      const g = generator(32);
      const shape = [2 * batchSize, 3, 32, 32];
      const pixels = g.normal(shape).dataSync();
      const encoder = smallAlexNet(g, device);
      const { momentum, weightDecay } = mnistConfig; // the paper's
      const optimizer = new SGD(encoder.parameters(), { lr: (lrPer256 * batchSize) / 256, momentum, weightDecay });
      const step = trainStep(optimizer, () => {
        const features = encoder.forward(tensor(pixels, { shape, device }));
        return alignUniformLoss(slice(features, { end: batchSize }), slice(features, { start: batchSize }));
      });
      return async () => (await step()).loss.item();
    },
  };
}

/** Whatever is timed, in the order of the table. */
export const works: readonly Work[] = [
  product(256, true),
  product(512, true),
  product(1024, false),
  product(2048, false),
  product(4096, false),
  uniformity(1024, true),
  uniformity(4096, false),
  mnistStep(16, true),
  mnistStep(256, false),
  smallAlexNetStep(32),
  smallAlexNetStep(128),
];
