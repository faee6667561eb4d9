import fc from "fast-check";
import { expect, it } from "vitest";
import { convKernels } from "../../src/devices/cpu/conv.ts";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import { Machine } from "../../src/devices/cpu/machine.ts";
import type { Device, Storage } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import type { WindowSizes } from "../../src/devices/sizes.ts";
import { firstFault, soil, strayWrite } from "./against.ts";
import { numbers } from "./cases/numbers.ts";

const device = new CpuDevice();
const oracle = reference("float64");

type Fused = Required<Device["fused"]>;

/** Runs on both devices, from memory full of NaN: what differs by more than sums of `terms` numbers may. */
function faults(
  inputs: readonly Float32Array[],
  terms: number,
  run: (fused: Fused, inputs: readonly Storage[]) => Storage,
): string {
  soil(device);
  const given = inputs.map((x) => device.upload(x));
  const y = run(device.fused as Fused, given);
  const oracles = inputs.map((x) => oracle.upload(x));
  const fault = firstFault(y.readSync(), run(oracle.fused as Fused, oracles).readSync(), terms);
  const changed = given.findIndex((x, i) => !x.readSync().every((value, j) => Object.is(value, inputs[i][j])));
  for (const storage of [...given, y]) storage.free();
  return changed < 0 ? fault : `changed input ${changed}`;
}

interface Case {
  readonly window: WindowSizes;
  readonly out: number;
  /** Where in the images, or in the gradient, a number is not finite. */
  readonly hole: number;
  readonly strange: number;
}

const along = (n: number, k: number, s: number, p: number, d: number): number =>
  Math.floor((n + 2 * p - d * (k - 1) - 1) / s) + 1;

/** Any window that fits, some just so. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    batch: fc.integer({ min: 0, max: 4 }),
    channels: fc.integer({ min: 1, max: 5 }),
    out: fc.integer({ min: 1, max: 9 }),
    size: fc.tuple(fc.integer({ min: 1, max: 21 }), fc.integer({ min: 1, max: 21 })),
    kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    padding: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })),
    dilation: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    just: fc.boolean(),
    hole: fc.double({ min: 0, max: 1, noNaN: true }),
    strange: fc.constantFrom(Number.NaN, Infinity, -Infinity, 1),
  })
  .map(({ size, just, ...given }): Case => {
    const { batch, channels, out, kernel, stride, padding, dilation, hole, strange } = given;
    const extent = (d: 0 | 1): number => {
      const least = Math.max(1, dilation[d] * (kernel[d] - 1) + 1 - 2 * padding[d]);
      return just ? least : Math.max(least, size[d]);
    };
    const [height, width] = [extent(0), extent(1)];
    const outHeight = along(height, kernel[0], stride[0], padding[0], dilation[0]);
    const outWidth = along(width, kernel[1], stride[1], padding[1], dilation[1]);
    const window = { batch, channels, height, width, kernel, stride, padding, dilation, outHeight, outWidth };
    return { window, out, hole, strange };
  });

function check({ window, out, hole, strange }: Case): void {
  const { batch, channels, height, width, kernel, outHeight, outWidth } = window;
  const x = numbers(batch * channels * height * width, 1);
  const w = numbers(out * channels * kernel[0] * kernel[1], 2);
  const g = numbers(batch * out * outHeight * outWidth, 3);
  const pixels = outHeight * outWidth;
  const taps = kernel[0] * kernel[1];
  const holed = (values: Float32Array): Float32Array =>
    values.map((value, i) => (i === Math.floor(hole * values.length) ? strange : value));
  expect({
    convolve: faults([holed(x), w], channels * taps, (f, [a, b]) => f.convolve(a, b, out, window)),
    convolveInput: faults([holed(g), w], out * taps, (f, [a, b]) => f.convolveInput(a, b, out, window)),
    convolveWeight: faults([holed(x), g], batch * pixels, (f, [a, b]) => f.convolveWeight(a, b, out, window)),
  }).toEqual({ convolve: "", convolveInput: "", convolveWeight: "" });
}

it("convolves through any window as the reference device does, from memory full of NaN", () => {
  fc.assert(fc.property(cases, check), { numRuns: 300 });
});

it("writes nothing but its result and its scratch memory", () => {
  const check = ({ window, out }: Case): void => {
    const { batch, channels, height, width, kernel, outHeight, outWidth } = window;
    const x = batch * channels * height * width;
    const w = out * channels * kernel[0] * kernel[1];
    const g = batch * out * outHeight * outWidth;
    expect(
      strayWrite(new Machine(device, { threads: 1 }), [x, w], (m, [a, b]) =>
        convKernels(m).convolve(a, b, out, window),
      ),
    ).toBeLessThan(0);
    expect(
      strayWrite(new Machine(device, { threads: 1 }), [g, w], (m, [a, b]) =>
        convKernels(m).convolveInput(a, b, out, window),
      ),
    ).toBeLessThan(0);
    expect(
      strayWrite(new Machine(device, { threads: 1 }), [x, g], (m, [a, b]) =>
        convKernels(m).convolveWeight(a, b, out, window),
      ),
    ).toBeLessThan(0);
  };
  fc.assert(fc.property(cases, check), { numRuns: 40 });
});

const plain = { stride: [1, 1], padding: [1, 1], dilation: [1, 1] } as const;
it("keeps an infinite pixel from the weights that never meet it", () => {
  const sizes = { batch: 1, channels: 1, height: 2, width: 5, outHeight: 2, outWidth: 5 };
  check({ window: { ...sizes, kernel: [3, 3], ...plain }, out: 4, hole: 0.45, strange: Infinity }); // the last of a row
});

const large: [what: string, window: Omit<WindowSizes, "outHeight" | "outWidth">, out: number][] = [
  ["more taps than a band", { batch: 3, channels: 65, height: 9, width: 7, kernel: [3, 3], ...plain }, 17],
  [
    "a window of more taps than a band has as a rule",
    { batch: 2, channels: 2, height: 19, width: 21, kernel: [17, 19], ...plain },
    5,
  ],
  ["rows longer than a block", { batch: 2, channels: 3, height: 4, width: 1100, kernel: [3, 3], ...plain }, 5],
  [
    "rows longer than a block, in steps",
    { batch: 1, channels: 3, height: 4, width: 3301, kernel: [3, 3], ...plain, stride: [1, 3] },
    5,
  ],
  ["blocks of some rows", { batch: 2, channels: 3, height: 37, width: 61, kernel: [3, 3], ...plain }, 5],
  [
    "blocks of some rows, in steps that leave pixels out",
    { batch: 2, channels: 3, height: 110, width: 130, kernel: [2, 2], ...plain, stride: [3, 4], padding: [0, 0] },
    5,
  ],
  ["many images in a block", { batch: 300, channels: 3, height: 2, width: 1, kernel: [3, 3], ...plain }, 5],
  ["more weights than add up at once", { batch: 1, channels: 30, height: 5, width: 5, kernel: [3, 3], ...plain }, 135],
  [
    "one pixel at a time, of images as one row",
    { batch: 3, channels: 129, height: 19, width: 59, kernel: [1, 1], ...plain, padding: [0, 0] },
    7,
  ],
];

it.each(large)("convolves with %s", (_, sizes, out) => {
  const { height, width, kernel, stride, padding, dilation } = sizes;
  const outHeight = along(height, kernel[0], stride[0], padding[0], dilation[0]);
  const outWidth = along(width, kernel[1], stride[1], padding[1], dilation[1]);
  check({ window: { ...sizes, outHeight, outWidth }, out, hole: 0, strange: 1 });
});

it("does not drift where a weight's gradient is a sum of ten million tenths", () => {
  const [height, width] = [2000, 5000];
  const sizes = { batch: 1, channels: 1, height, width, outHeight: height, outWidth: width };
  const window: WindowSizes = { ...sizes, ...plain, kernel: [1, 1], padding: [0, 0] };
  const x = device.upload(new Float32Array(height * width).fill(0.1));
  const g = device.upload(new Float32Array(height * width).fill(1));
  const [sum] = (device.fused as Fused).convolveWeight(x, g, 1, window).readSync();
  // 256 equal terms alone, one by one, are 2.4e-6 off in float32.
  expect(Math.abs(sum / (height * width * Math.fround(0.1)) - 1)).toBeLessThan(3e-6);
});

it("keeps a sum over 400,000 pixels exact to 1e-6, which float32 term by term does not", () => {
  const window: WindowSizes = {
    batch: 512,
    channels: 1,
    height: 28,
    width: 28,
    kernel: [1, 1],
    ...plain,
    padding: [0, 0],
    outHeight: 28,
    outWidth: 28,
  };
  const x = numbers(512 * 784, 1).map((value) => (value + 1) / 2);
  const g = numbers(512 * 784, 2).map((value) => (value + 1) / 2);
  const [exact, serial] = x.reduce(
    ([e, s], value, i) => [e + value * g[i], Math.fround(s + Math.fround(value * g[i]))],
    [0, 0],
  );
  const [got] = (device.fused as Fused).convolveWeight(device.upload(x), device.upload(g), 1, window).readSync();
  expect(Math.abs(got - exact) / exact).toBeLessThan(1e-6);
  expect(Math.abs(serial - exact) / exact).toBeGreaterThan(1e-6);
});
