import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import type { Device } from "../../src/devices/device.ts";
import {
  alignUniformLoss,
  BatchNorm1d,
  generator,
  L2Norm,
  Linear,
  ReLU,
  Sequential,
  SGD,
  scope,
  setDefaultDevice,
  type Tensor,
  tensor,
  trainStep,
} from "../../src/index.ts";

/** The four ways of looping, on a device of 64 MiB: each has to end in a fixed amount of memory, or in a clear error. */
const limit = 2 ** 26;

let device: CpuDevice;
let before: Device;
beforeAll(() => {
  device = new CpuDevice({ limit });
  before = setDefaultDevice(device);
});
afterAll(() => {
  setDefaultDevice(before);
});

/** What a step makes: a few matrices of 1 MiB. */
function work(x: Tensor): Tensor {
  return x.mul(2).relu().add(1).square().mean();
}

describe("memory of the cpu device", () => {
  it("is flat to the byte over 5,000 steps of trainStep", async () => {
    const draws = generator(1);
    // Made in a scope, the first weights are nobody else's, so the first step gives them back: exact from there on.
    const model = scope(
      () =>
        new Sequential(
          new Linear(6, 16, { generator: draws }),
          new BatchNorm1d(16),
          new ReLU(),
          new Linear(16, 3, { generator: draws }),
          new L2Norm(),
        ),
    );
    const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 1e-4 });
    const [x, y] = [draws.normal([8, 6]), draws.normal([8, 6])];
    const step = trainStep(optimizer, (a: Tensor, b: Tensor) => alignUniformLoss(model.forward(a), model.forward(b)));
    const used = new Set<number>();
    const capacity = new Set<number>();
    for (let i = 0; i < 5000; i++) {
      await step(x, y);
      if (i === 0) continue; // makes the momentum
      used.add(device.used);
      capacity.add(device.capacity);
    }
    expect([used.size, capacity.size]).toEqual([1, 1]);
  });

  it("is bounded over steps of trainStep whose batches are made outside of it and whose results are large", async () => {
    const layer = new Linear(512, 512, { generator: generator(6) });
    const values = new Float32Array(512 * 512).fill(0.1);
    const step = trainStep(new SGD(layer.parameters(), { lr: 1e-6 }), (x: Tensor) => {
      const features = layer.forward(x);
      return { loss: features.square().mean(), features };
    });
    for (let i = 0; i < 100; i++) await step(tensor(values, { shape: [512, 512] })); // 200 MiB in and out
    expect(device.capacity).toBeLessThanOrEqual(limit);
  });

  it("is bounded in a loop that awaits a result of each round", async () => {
    const x = generator(2).normal([512, 512]);
    for (let i = 0; i < 200; i++) expect(await work(x).item()).toBeGreaterThan(0); // 1 GiB in all
    expect(device.capacity).toBeLessThanOrEqual(limit);
  });

  it("is flat in a synchronous loop whose rounds are scopes", () => {
    const x = generator(3).normal([512, 512]);
    const used = new Set<number>();
    for (let i = 0; i < 100; i++) {
      expect(scope(() => work(x)).itemSync()).toBeGreaterThan(0);
      used.add(device.used);
    }
    expect(used.size).toBe(1);
  });

  it("ends in an error that names the amount, the shapes, trainStep and scope in a loop with none of these", () => {
    const x = generator(4).normal([512, 512]);
    const loop = (): void => {
      for (let i = 0; i < 1000; i++) work(x);
    };
    expect(loop).toThrow(/out of memory: 1.0 MiB more do not fit .*Largest: \d+ x \[512, 512\] .*scope.*trainStep/);
  });

  it("refuses a read of what was freed", () => {
    const x = generator(5).normal([4]);
    let inside: Tensor | undefined;
    scope(() => {
      inside = x.mul(2);
    });
    expect(() => inside?.dataSync()).toThrow(/was freed when its scope ended/);
  });
});
