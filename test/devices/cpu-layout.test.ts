import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import type { Device } from "../../src/devices/device.ts";
import { merged } from "../../src/devices/dimensions.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import type { View, WindowSizes } from "../../src/devices/sizes.ts";
import { columnCount } from "../../src/devices/sizes.ts";
import { sizeOf, stridesOf } from "../../src/shape.ts";

const cpu = new CpuDevice();
const plain = reference("float32");

interface Slice extends View {
  /** Numbers in the array that is viewed. */
  readonly size: number;
}

/** Slices of a contiguous array: with steps, dimensions in any order, each of one of the kinds. */
const slices = (...kinds: readonly ("forwards" | "backwards" | "repeats")[]): fc.Arbitrary<Slice> =>
  fc
    .array(
      fc.record({
        size: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(1, 2, 3, 4, 5, 6, 18, 21) }, fc.constant(0)),
        step: fc.constantFrom(1, 1, 1, 2),
        kind: fc.constantFrom(...kinds),
      }),
      { maxLength: 4 },
    )
    .filter((dims) => sizeOf(dims.map(({ size }) => size)) < 3000)
    .chain((dims) => fc.tuple(fc.constant(dims), fc.shuffledSubarray([...dims.keys()], { minLength: dims.length })))
    .map(([dims, order]) => {
      const of = dims.map(({ size, step }) => Math.max(1, size * step));
      const shape = order.map((d) => dims[d].size);
      const strides = order.map((d) => stridesOf(of)[d] * dims[d].step);
      let offset = 0;
      order.forEach((d, i) => {
        if (dims[d].kind === "repeats") strides[i] = 0;
        if (dims[d].kind !== "backwards" || shape[i] === 0) return;
        offset += (shape[i] - 1) * strides[i];
        strides[i] = -strides[i];
      });
      return { shape, strides, offset, size: sizeOf(of) };
    });

/** Distinct numbers. */
const counted = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => i + 1);

describe("copy", () => {
  it("reads any view as the reference device does", () => {
    const run = (device: Device, view: Slice) =>
      device.kernels.copy(device.upload(counted(view.size)), view).readSync();
    fc.assert(
      fc.property(slices("forwards", "forwards", "backwards", "repeats"), (view) => {
        expect(run(cpu, view)).toEqual(run(plain, view));
      }),
      { numRuns: 500 },
    );
  });

  it.each([4, 15, 16, 17, 20, 31, 37])("transposes %i rows of any length", (m) => {
    for (const n of [1, 3, 4, 5, 16, 33]) {
      const got = cpu.kernels
        .copy(cpu.upload(counted(m * n)), { shape: [n, m], strides: [1, n], offset: 0 })
        .readSync();
      expect(got).toEqual(Float32Array.from({ length: m * n }, (_, i) => (i % m) * n + Math.floor(i / m) + 1));
    }
  });
});

describe("place", () => {
  it("writes to any view that names no place twice as the reference device does", () => {
    const run = (device: Device, view: Slice) =>
      device.kernels.place(device.upload(counted(sizeOf(view.shape))), view, view.size, -7).readSync();
    fc.assert(
      fc.property(slices("forwards", "backwards"), (view) => {
        expect(run(cpu, view)).toEqual(run(plain, view));
      }),
      { numRuns: 500 },
    );
  });
});

describe("a walk over arrays", () => {
  const dimension = (size: number, ...strides: number[]) => ({ size, strides });

  it("joins the dimensions that every array passes through in one go", () => {
    expect(merged([2, 3, 4], [[12, 4, 1]])).toEqual([dimension(24, 1)]);
    expect(
      merged(
        [2, 3, 4],
        [
          [12, 4, 1],
          [4, 0, 1],
        ],
      ),
    ).toEqual([dimension(2, 12, 4), dimension(3, 4, 0), dimension(4, 1, 1)]);
    expect(
      merged(
        [2, 3, 4],
        [
          [12, 4, 1],
          [3, 1, 0],
        ],
      ),
    ).toEqual([dimension(6, 4, 1), dimension(4, 1, 0)]);
    expect(merged([3, 4], [[-4, -1]])).toEqual([dimension(12, -1)]);
  });

  it("drops dimensions of size 1, but not the last", () => {
    expect(merged([1, 5, 1], [[99, 1, 7]])).toEqual([dimension(5, 1)]);
    expect(
      merged(
        [1, 1],
        [
          [3, 3],
          [0, 0],
        ],
      ),
    ).toEqual([dimension(1, 0, 0)]);
    expect(merged([], [[]])).toEqual([dimension(1, 0)]);
  });
});

const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

const windows: fc.Arbitrary<WindowSizes> = fc
  .record({
    batch: fc.nat(2),
    channels: fc.integer({ min: 1, max: 2 }),
    image: pair(1, 13),
    kernel: pair(1, 4),
    stride: pair(1, 3),
    padding: pair(0, 6),
    dilation: pair(1, 3),
  })
  .map(({ image: [height, width], ...rest }) => {
    const { kernel, stride, padding, dilation } = rest;
    const out = (n: number, d: 0 | 1) =>
      Math.floor((n + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d]) + 1;
    return { ...rest, height, width, outHeight: out(height, 0), outWidth: out(width, 1) };
  })
  .filter(({ outHeight, outWidth }) => outHeight > 0 && outWidth > 0);

describe("unfold and fold", () => {
  it("slide any window as the reference device does", () => {
    const run = (device: Device, window: WindowSizes) => {
      const image = counted(window.batch * window.channels * window.height * window.width);
      const columns = counted(columnCount(window)).map((x) => x % 1000);
      return [
        device.kernels.unfold(device.upload(image), window).readSync(),
        device.kernels.fold(device.upload(columns), window).readSync(),
      ];
    };
    fc.assert(
      fc.property(windows, (window) => {
        expect(run(cpu, window)).toEqual(run(plain, window));
      }),
      { numRuns: 500 },
    );
  });
});
