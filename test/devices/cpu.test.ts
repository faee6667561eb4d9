import { describe, expect, it } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import {
  batchNorm,
  conv2d,
  type Device,
  flatten,
  generator,
  maxPool2d,
  pdist,
  queueUniformLoss,
  reference,
  type Tensor,
  tensor,
  uniformLoss,
  valueAndGrad,
} from "../../src/index.ts";
import { conformance, kernelNames } from "./conformance.ts";
import type { AllKernels } from "./faulty.ts";

describe("cpu", () => {
  const device = new CpuDevice();

  it.for(kernelNames)("means by %s what the reference device means", async (kernel) => {
    expect((await conformance(device, new RegExp(`^${kernel}$`))).slice(0, 10)).toEqual([]);
    expect(device.ranOn()[kernel]).toBeGreaterThan(0);
  });

  it("ran every built-in function as a kernel, none in JavaScript", () => {
    const names = Object.keys(device.ranOn());
    expect(kernelNames.filter((name) => !names.includes(name))).toEqual([]);
    expect(names.filter((name) => name.startsWith("js:"))).toEqual([]);
  });

  it("gives the losses on potentials as the reference device does", () => {
    const [x, queue] = [65, 40].map((n, i) =>
      generator(i)
        .normal([n, 8], { device: reference("float64") })
        .normalize(),
    );
    const found = (on: Device): number[][] => {
      const [a, b] = [x, queue].map((from) => tensor(from.dataSync(), { shape: from.shape, device: on }));
      const f = valueAndGrad((q: Tensor, z: Tensor) => uniformLoss(q).add(queueUniformLoss(q, z)));
      const { value, grads } = f(a, b);
      return [value, ...grads].map((y) => [...y.dataSync()]);
    };
    const [ours, theirs] = [found(device), found(reference("float64"))];
    for (const [i, wanted] of theirs.entries()) {
      const largest = Math.max(...wanted.map(Math.abs));
      expect(Math.max(...wanted.map((v, k) => Math.abs(ours[i][k] - v)))).toBeLessThan(1e-5 * largest);
    }
  });

  it("gives the same bits wherever its numbers lie and whatever lay there before", () => {
    const train = (fresh: CpuDevice): Float32Array[] => {
      const draws = generator(1);
      const normal = (...shape: number[]): Tensor => draws.normal(shape, { device: fresh });
      const [x, w, p, q] = [normal(3, 2, 9, 9), normal(5, 2, 3, 3), normal(5), normal(5)];
      const f = valueAndGrad((image: Tensor, filters: Tensor, weight: Tensor, bias: Tensor) => {
        const y = batchNorm(conv2d(image, filters, { padding: 1 }), { weight, bias, training: true });
        return pdist(flatten(maxPool2d(y, 3, { stride: 2, padding: 1 }), 1)).sum();
      });
      const { value, grads } = f(x, w, p, q);
      return [value, ...grads].map((t) => t.dataSync() as Float32Array);
    };
    const used = new CpuDevice();
    used.upload(new Float32Array(17));
    used.upload(new Float32Array(300_000).fill(Number.NaN)).free();
    used.upload(new Float32Array(5));
    const first = train(new CpuDevice());
    expect(first.every((values) => values.every(Number.isFinite))).toBe(true);
    expect(train(used)).toEqual(first);
    expect(train(used)).toEqual(first);
  });

  it("gives the memory of scratch and results back", async () => {
    const fresh = new CpuDevice();
    fresh.upload([1]).free();
    const before = fresh.used;
    const x = fresh.upload(new Float32Array(2 * 3 * 8 * 8));
    const window = { batch: 2, channels: 3, height: 8, width: 8, ...halves, outHeight: 4, outWidth: 4 };
    const { maxPool2d, avgPool2d, channelMoments } = fresh.fused as AllKernels;
    const { y, places } = maxPool2d(x, window);
    const all = [x, y, places, avgPool2d(x, window), channelMoments(x, { outer: 2, n: 3, inner: 64 })];
    for (const storage of all) storage.free();
    expect(fresh.used).toBe(before);
  });

  it("refuses planes in which float32 cannot name every place", () => {
    const fresh = new CpuDevice();
    const window = { batch: 0, channels: 1, height: 4097, width: 4096, ...halves, outHeight: 2048, outWidth: 2048 };
    expect(() => (fresh.fused as AllKernels).maxPool2d(fresh.upload([]), window)).toThrow(
      "cpu: maxPool2d takes planes of at most 16777216 pixels, got 4097 x 4096",
    );
  });
});

const halves = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1] } as const;
