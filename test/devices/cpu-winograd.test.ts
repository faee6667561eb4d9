import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import { Machine } from "../../src/devices/cpu/machine.ts";
import { type Winograd, winograd } from "../../src/devices/cpu/winograd.ts";
import type { FusedKernels, Storage } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { pixelsIn, pixelsOut, type WindowSizes } from "../../src/devices/sizes.ts";
import { cpu, setWinograd } from "../../src/index.ts";
import { atTheEnd, soil, strayWrite } from "./against.ts";
import { numbers } from "./cases/numbers.ts";
import { windowOf } from "./cases/windows.ts";

type Convolutions = Required<Pick<FusedKernels, "convolve" | "convolveInput" | "convolveWeight">>;

const device = new CpuDevice();
const oracle = reference("float64").fused as Convolutions & typeof device.fused;
const names = ["convolve", "convolveInput", "convolveWeight"] as const;

/** Numbers of images, weights and results, for each kernel the inputs', and last its own. */
function sizesOf(window: WindowSizes, out: number): Record<keyof Winograd, readonly [number, number, number]> {
  const [x, w, g] = [pixelsIn(window), 9 * out * window.channels, pixelsOut(window, out)];
  return { convolve: [x, w, g], convolveInput: [g, w, x], convolveWeight: [x, g, w] };
}

/** Products in one result at most. */
function termsOf(name: keyof Winograd, window: WindowSizes, out: number): number {
  if (name === "convolveWeight") return window.batch * window.outHeight * window.outWidth;
  return 9 * (name === "convolve" ? window.channels : out);
}

/** One kernel by Winograd's method, from memory full of NaN: undefined where it said no. */
function fast(
  name: keyof Winograd,
  inputs: readonly ArrayLike<number>[],
  window: WindowSizes,
  out: number,
): Float32Array | undefined {
  const machine = new Machine(device);
  const [a, b] = inputs.map((values) => {
    const x = machine.allocate(values.length);
    machine.floats(x.address, x.size).set(values);
    return x;
  });
  const dirt = machine.allocate(2e6);
  machine.floats(dirt.address, dirt.size).fill(Number.NaN);
  dirt.free();
  const y = machine.allocate(sizesOf(window, out)[name][2]);
  return winograd(machine, true)[name](y, a, b, out, window) ? y.readSync() : undefined;
}

function exact(name: keyof Winograd, inputs: readonly Float32Array[], window: WindowSizes, out: number): Float64Array {
  const [a, b] = inputs.map((values) => reference("float64").upload(values));
  return oracle[name](a, b, out, window).readSync() as Float64Array;
}

/** The largest error and the root mean square of all, relative to `scale`. */
function errors(got: Float32Array | undefined, wanted: Float64Array, scale: number): { max: number; rms: number } {
  if (got === undefined) return { max: Infinity, rms: Infinity };
  const off = wanted.map((w, i) => Math.abs(got[i] - w) / scale);
  const worst = off.reduce((m, e) => (e <= m ? m : e), 0); // NaN is the worst
  return { max: worst, rms: rmsOf(off) };
}

function rmsOf(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, v) => sum + v * v, 0) / values.length);
}

/** Random signs, so that sums do not grow: numbers(...) of neighbouring seeds are shifts of one another. */
function noise(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  });
}

interface Case {
  readonly window: WindowSizes;
  readonly out: number;
  readonly strange: number;
  readonly hole: number;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    batch: fc.integer({ min: 1, max: 5 }),
    channels: fc.constantFrom(1, 2, 3, 5, 17),
    out: fc.constantFrom(1, 2, 5, 17, 65),
    height: fc.integer({ min: 1, max: 21 }),
    width: fc.integer({ min: 4, max: 21 }),
    padding: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })),
    hole: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    strange: fc.constantFrom(Number.NaN, Infinity, -Infinity),
  })
  .map(({ batch, channels, out, height, width, padding: [down, across], hole, strange }) => {
    const padding = [height + 2 * down < 3 ? 1 : down, width + 2 * across < 6 ? 1 : across] as const;
    return { window: windowOf([batch, channels, height, width], [3, 3], [1, 1], padding, [1, 1]), out, hole, strange };
  });

/** What is wrong by more than 2e-5 of what a sum of so many products of numbers in (-1, 1) is as a rule. */
function check({ window, out, hole, strange }: Case): void {
  for (const name of names) {
    const inputs = sizesOf(window, out)
      [name].slice(0, 2)
      .map((count, i) => noise(count, 3 + i));
    const wanted = exact(name, inputs, window, out);
    const scale = Math.sqrt(termsOf(name, window, out)) / 3;
    expect(errors(fast(name, inputs, window, out), wanted, scale).max, name).toBeLessThan(2e-5);
    const at = Math.floor(hole * inputs[0].length);
    const holed = [inputs[0].map((value, i) => (i === at ? strange : value)), inputs[1]];
    // Under padding wider than the window a number may meet nothing.
    const reaches = !exact(name, holed, window, out).every(Number.isFinite);
    if (reaches) expect(fast(name, holed, window, out), `${name} of ${strange}`).toBeUndefined();
  }
}

describe("Winograd's method", () => {
  it("is what convolution is where weights are many, and more than one panel of tiles meets them at a time", () => {
    const [window, out] = [windowOf([2, 120, 36, 35], [3, 3], [1, 1], [1, 1], [1, 1]), 130];
    const [x, w] = [noise(pixelsIn(window), 1), noise(9 * out * window.channels, 2)];
    const direct = new CpuDevice({ threads: 1 });
    direct.winograd = false;
    const wanted = direct.fused.convolve?.(direct.upload(x), direct.upload(w), out, window).readSync() ?? [];
    const { max } = errors(fast("convolve", [x, w], window, out), Float64Array.from(wanted), rmsOf(wanted));
    expect(max).toBeLessThan(2e-5);
  });

  it("convolves in any window that it fits, and says no to NaN and infinity wherever they are", () => {
    fc.assert(fc.property(cases, check), { numRuns: 60 });
  });

  it.each([
    [
      "more channels of results than are transformed at once",
      windowOf([1, 1024, 4, 5], [3, 3], [1, 1], [1, 1], [1, 1]),
      160,
    ],
    ["more tiles than add up in float32", windowOf([4, 2, 112, 112], [3, 3], [1, 1], [1, 1], [1, 1]), 3],
    ["more channels than a sum's block", windowOf([2, 300, 9, 6], [3, 3], [1, 1], [1, 1], [1, 1]), 70],
  ])("convolves with %s", (_, window, out) => {
    check({ window, out, hole: 0.5, strange: Number.NaN });
  });

  it("writes nothing but its results and its scratch memory", () => {
    const stray = ({ window, out }: Case): void => {
      for (const name of names) {
        const [a, b, size] = sizesOf(window, out)[name];
        const launch = (machine: Machine, [x, y]: readonly Storage[]): Storage => {
          const to = machine.allocate(size);
          expect(winograd(machine, true)[name](to, x, y, out, window)).toBe(true);
          return to;
        };
        expect(strayWrite(new Machine(device, { threads: 1 }), [a, b], launch), name).toBeLessThan(0);
      }
    };
    fc.assert(fc.property(cases, stray), { numRuns: 20 });
  });

  it("reads nothing past the image, however wide the zeros around it are", () => {
    const machine = new Machine(device, { threads: 1 });
    const window = windowOf([3, 16, 4, 4], [3, 3], [1, 1], [8, 8], [1, 1]); // a panel begins right of the last image
    const { x, grown } = atTheEnd(machine, pixelsIn(window));
    const [w, y] = [machine.allocate(9 * 16 * 4), machine.allocate(pixelsOut(window, 4))];
    machine.floats(w.address, w.size).set(numbers(w.size, 2));
    expect(winograd(machine, true).convolve(y, x, w, 4, window)).toBe(true);
    expect(grown()).toBe(false);
  });

  // Measured: at most 1e-5 and 1.5e-6 of the results' root mean square; directly 2.7e-6 and 3.5e-7.
  it.each([
    [windowOf([4, 16, 14, 14], [3, 3], [1, 1], [1, 1], [1, 1]), 16],
    [windowOf([1, 12, 120, 120], [3, 3], [1, 1], [0, 0], [1, 1]), 12],
    [windowOf([1, 256, 15, 15], [3, 3], [1, 1], [1, 1], [1, 1]), 16],
    [windowOf([1, 768, 15, 15], [3, 3], [1, 1], [1, 1], [1, 1]), 8],
  ])("errs by 2e-5 of the results' root mean square at most, on average by 3e-6, at any scale", (window, out) => {
    for (const name of names) {
      for (const scale of [1, 1e-9, 1e9]) {
        const [a, b] = sizesOf(window, out)[name];
        const inputs = [noise(a, 5).map((x) => x * scale), noise(b, 6)];
        const wanted = exact(name, inputs, window, out);
        const { max, rms } = errors(fast(name, inputs, window, out), wanted, rmsOf(wanted));
        expect(max, `${name} at ${scale}`).toBeLessThan(2e-5);
        expect(rms, `${name} at ${scale}`).toBeLessThan(3e-6);
      }
    }
  });

  it("does not drift where a weight's gradient is a sum of ten million tenths", () => {
    const window = windowOf([1, 1, 2000, 5000], [3, 3], [1, 1], [1, 1], [1, 1]);
    const tenths = new Float32Array(1e7).fill(0.1);
    const w = fast("convolveWeight", [tenths, new Float32Array(1e7).fill(1)], window, 1);
    expect(Math.abs((w?.[4] ?? 0) / (1e7 * Math.fround(0.1)) - 1)).toBeLessThan(3e-6);
  });

  it("says no to windows that it is not made for, and leaves memory alone", () => {
    const other: [WindowSizes, number][] = [
      [windowOf([2, 16, 16, 16], [3, 3], [2, 1], [1, 1], [1, 1]), 16],
      [windowOf([2, 16, 16, 16], [3, 3], [1, 1], [1, 1], [1, 2]), 16],
      [windowOf([2, 16, 16, 16], [3, 5], [1, 1], [1, 1], [1, 1]), 16],
      [windowOf([2, 16, 16, 3], [3, 3], [1, 1], [1, 1], [1, 1]), 16],
      [windowOf([2, 16, 16, 5], [3, 3], [1, 1], [1, 0], [1, 1]), 16],
      [windowOf([0, 16, 16, 16], [3, 3], [1, 1], [1, 1], [1, 1]), 16],
    ];
    for (const [window, out] of other) {
      for (const name of names) {
        const [a, b] = sizesOf(window, out)[name].map((count) => numbers(count, 1));
        expect(fast(name, [a, b], window, out)).toBeUndefined();
      }
    }
  });
});

describe("the cpu device", () => {
  const window = windowOf([4, 16, 9, 14], [3, 3], [1, 1], [1, 1], [1, 1]);
  const inputs = (on: CpuDevice, hole = 0): [Storage, Storage] => {
    const [a, b] = sizesOf(window, 17).convolve;
    return [on.upload(noise(a, 7).map((x, i) => (i === 700 ? x + hole : x))), on.upload(noise(b, 8))];
  };
  const convolve = (on: CpuDevice, hole = 0): Float32Array => {
    soil(on);
    return (on.fused as Convolutions).convolve(...inputs(on, hole), 17, window).readSync() as Float32Array;
  };

  it("goes by it where that pays, counts it, and does not where it is told not to", () => {
    const on = new CpuDevice();
    const first = convolve(on);
    expect(on.ranOn()).toEqual({ convolve: 1, "convolve:winograd": 1 });
    on.winograd = false;
    expect(on.winograd).toBe(false);
    const second = convolve(on);
    expect(on.ranOn()).toEqual({ convolve: 2, "convolve:winograd": 1 });
    expect(first).not.toEqual(second); // other roundings
    on.winograd = true;
    expect(convolve(on)).toEqual(first);
  });

  it("puts NaN and infinity where the reference device does", () => {
    for (const hole of [Number.NaN, Infinity, -Infinity]) {
      const on = new CpuDevice();
      const got = convolve(on, hole);
      const base = reference("float64");
      const [x, w] = inputs(on, hole).map((storage) => base.upload(storage.readSync()));
      const wanted = (base.fused as Convolutions).convolve(x, w, 17, window).readSync();
      const strange = (values: ArrayLike<number>): string =>
        Array.from(values, (v) => (Number.isFinite(v) ? 0 : v)).join();
      expect(strange(got)).toBe(strange(wanted));
      expect(on.ranOn()).toEqual({ convolve: 1 });
    }
  });

  it("is set by setWinograd, which takes nothing but true and false", () => {
    setWinograd(false);
    expect((cpu as CpuDevice).winograd).toBe(false);
    setWinograd(true);
    expect((cpu as CpuDevice).winograd).toBe(true);
    // @ts-expect-error: a boolean is needed
    expect(() => setWinograd("off")).toThrow("setWinograd: needs true or false, got off");
  });
});
