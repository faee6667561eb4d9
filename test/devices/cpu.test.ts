import { describe, expect, it } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import {
  type BatchNormOptions,
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

  const pooled: [x: string, at: number | undefined][] = [
    ["numbers", undefined],
    ["a NaN", Number.NaN],
    ["an infinity", Infinity],
    ["a negative infinity", -Infinity],
  ];

  it.each(pooled)("pools batch norm and ReLU in one op as in two, the same bits: of %s", (_, special) => {
    const g = generator(3);
    const [values, scale, shift] = [g.normal([5, 4, 9, 11]).dataSync(), [-0.7, 1.2, 0.3, -1.5], [0.2, 0.1, -0.4, 0.3]];
    if (special !== undefined) values[130] = special; // in the second channel
    const inputs = [
      { of: values, shape: [5, 4, 9, 11] },
      { of: scale, shape: [4] },
      { of: shift, shape: [4] },
    ];
    for (const maxPool of [{ kernel: 2 }, { kernel: 3, stride: 2 }, { kernel: [3, 2], padding: 1 }] as const) {
      const { kernel, ...window } = maxPool;
      const found = (f: (x: Tensor, how: BatchNormOptions) => Tensor): Float32Array[] => {
        const [x, weight, bias] = inputs.map(({ of, shape }) => tensor(of, { shape, device, requiresGrad: true }));
        const y = f(x, { weight, bias, training: true, activation: "relu" });
        const grads = y.backward({ gradient: generator(4).normal(y.shape, { device }) });
        return [y, ...[x, weight, bias].map((t) => grads.get(t) as Tensor)].map((t) => t.dataSync() as Float32Array);
      };
      const [y, ...grads] = found((x, how) => batchNorm(x, { ...how, maxPool }));
      const [z, ...others] = found((x, how) => maxPool2d(batchNorm(x, how), kernel, window));
      expect(y).toEqual(z);
      for (const [i, wanted] of others.entries()) {
        const off = [...wanted].map((v, k) => (Object.is(v, grads[i][k]) ? 0 : Math.abs(grads[i][k] - v)));
        expect(off.reduce((a, b) => Math.max(a, b))).toBeLessThan(1e-5); // of NaN beside a number it is NaN
      }
    }
  });

  it("takes a weight of 0 for a positive one where it pools: the derivative to the right", () => {
    const x = tensor(
      [
        [
          [
            [1, 3],
            [2, 0],
          ],
        ],
      ],
      { device },
    );
    const weight = tensor([0], { device, requiresGrad: true });
    const y = batchNorm(x, { weight, training: true, eps: 0, maxPool: { kernel: 2 } });
    expect(y.itemSync()).toBe(0);
    expect(y.backward().get(weight)?.itemSync()).toBeCloseTo(1.5 / Math.sqrt(1.25), 6); // of the 3, whose mean is 1.5
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
