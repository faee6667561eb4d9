import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tensor } from "../../src/autograd/create.ts";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import type { Floats, MapFunction, ZipFunction } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { binary, unary } from "../../src/ops/custom.ts";
import { sizeOf } from "../../src/shape.ts";
import { special } from "./cases/numbers.ts";
import { builtIn } from "./cases/pointwise.ts";

const device = new CpuDevice();
const { kernels } = device;
const upload = (values: ArrayLike<number>) => device.upload(values);

/** Each `step`-th of the 2^32 float32 values: every exponent and sign, subnormal values, infinities and NaN. */
function everyExponent(step: number): Float32Array {
  const bits = Uint32Array.from({ length: Math.floor(2 ** 32 / step) }, (_, i) => i * step);
  return new Float32Array(bits.buffer);
}

/** What a subnormal result may be off by; the 1% are for what was rounded before. */
const roundingOfSubnormal = 1.01 * 2 ** -150;

/** The largest relative error; infinite where one of the two is infinite, NaN, or a zero of the other sign. */
function worstError(got: Floats, wanted: (i: number) => number): number {
  let worst = 0;
  for (let i = 0; i < got.length; i++) {
    const w = wanted(i);
    const rounded = Math.fround(w);
    if (Object.is(got[i], rounded)) continue;
    if (!Number.isFinite(got[i]) || !Number.isFinite(rounded) || w === 0) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, (Math.abs(got[i] - w) - roundingOfSubnormal) / Math.abs(w));
  }
  return worst;
}

/** What may be lost, in units of 2^-24, half a unit in the last place. Everything else is as exact as float32 can be. */
const inexact: Readonly<Record<string, number>> = { exp: 6, log: 6, sigmoid: 6, tanh: 8, erf: 16, pow: 6 };
const bound = (name: string): number => (inexact[name] ?? 0) * 2 ** -24;

describe("over all exponents", () => {
  const x = everyExponent(9973);
  it.each(builtIn.maps.map((fn): [string, MapFunction] => [fn.name, fn]))("%s is what f is", (name, fn) => {
    const got = kernels.map(fn, upload(x)).readSync();
    expect(worstError(got, (i) => fn.f(x[i]))).toBeLessThanOrEqual(bound(name));
  });

  const coarse = [...everyExponent(9973 * 1024), ...Array.from({ length: 200 }, (_, i) => (i - 100) / 8)];
  const n = coarse.length;
  it.each(builtIn.zips.map((fn): [string, ZipFunction] => [fn.name, fn]))("%s is what f is", (name, fn) => {
    const got = kernels.zip(fn, upload(coarse), [1, 0], upload(coarse), [0, 1], [n, n]).readSync();
    const wanted = (i: number) => fn.f(Math.fround(coarse[Math.floor(i / n)]), Math.fround(coarse[i % n]));
    expect(worstError(got, wanted)).toBeLessThanOrEqual(bound(name));
  });
});

/** Ordinary numbers in a row are computed by a shorter way than special ones. */
describe("beside special numbers", () => {
  const n = 700;
  const x = Float32Array.from({ length: n }, (_, i) => 0.01 * (i + 1));
  /** The same with one number in nine made special. */
  const mixed = x.map((v, i) => (i % 9 === 4 ? special[i % special.length] : v));
  const differing = (run: (x: Float32Array) => Floats): number => {
    const [alone, beside] = [run(x), run(mixed)];
    return x.findIndex((v, i) => v === mixed[i] && !Object.is(alone[i], beside[i]));
  };

  it.each(builtIn.maps.map((fn): [string, MapFunction] => [fn.name, fn]))("%s gives the same bits", (_, fn) => {
    expect(differing((values) => kernels.map(fn, upload(values)).readSync())).toBe(-1);
    expect(differing((values) => kernels.map(fn, upload(values.map((v) => -v))).readSync())).toBe(-1);
  });

  it.each(builtIn.zips.map((fn): [string, ZipFunction] => [fn.name, fn]))("%s gives the same bits", (_, fn) => {
    const other = upload(x.map((v) => 3 - v));
    expect(differing((values) => kernels.zip(fn, upload(values), [1], other, [1], [n]).readSync())).toBe(-1);
  });
});

/** Strides by which some array holds `shape`: its dimensions in any order, those marked repeating. */
const strides = (shape: readonly number[]) =>
  fc
    .record({
      order: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
      repeats: fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
    })
    .map(({ order, repeats }) => {
      const found = shape.map(() => 0);
      let size = 1;
      for (const d of order.filter((d) => !repeats[d])) {
        found[d] = size;
        size *= shape[d];
      }
      return { strides: found, size };
    });

const operands = fc
  .tuple(fc.array(fc.nat(4), { maxLength: 3 }), fc.array(fc.constantFrom(0, 1, 3, 4, 5, 8, 19), { maxLength: 2 }))
  .map(([few, many]) => [...few, ...many])
  .chain((shape) => fc.tuple(fc.constant(shape), strides(shape), strides(shape)));

describe("zip", () => {
  it("finds its operands at any strides, as the reference device does", () => {
    const sub: ZipFunction = { name: "sub", f: (a, b) => a - b };
    const plain = reference("float32");
    fc.assert(
      fc.property(operands, ([shape, a, b]) => {
        const left = Float32Array.from({ length: a.size }, (_, i) => i + 0.5);
        const right = Float32Array.from({ length: b.size }, (_, i) => 1000 * i);
        const got = kernels.zip(sub, upload(left), a.strides, upload(right), b.strides, shape).readSync();
        const on = plain.kernels.zip(sub, plain.upload(left), a.strides, plain.upload(right), b.strides, shape);
        expect(got).toEqual(on.readSync());
        expect(got.length).toBe(sizeOf(shape));
      }),
      { numRuns: 500 },
    );
  });
});

describe("what ran", () => {
  it("is a kernel for each built-in function, never a JavaScript loop", () => {
    const device = new CpuDevice();
    const x = device.upload([1, 2, 3]);
    for (const fn of builtIn.maps) device.kernels.map(fn, x);
    for (const fn of builtIn.zips) device.kernels.zip(fn, x, [1], x, [1], [3]);
    const wanted = [...builtIn.maps.map((fn) => `map:${fn.name}`), ...builtIn.zips.map((fn) => `zip:${fn.name}`)];
    expect(Object.keys(device.ranOn()).sort()).toEqual(wanted.sort());
  });

  it("is a JavaScript loop for a function of the user's own, whatever its name", () => {
    const device = new CpuDevice();
    const exp = unary("exp", { f: (x) => x + 1, vjp: null });
    const less = binary("less", { f: (a, b) => (a < b ? 1 : 0), vjp: [null, null] });
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { device },
    );
    expect(exp(x).dataSync()).toEqual(Float32Array.of(2, 3, 4, 5));
    expect(less(x, tensor([2, 4], { device })).dataSync()).toEqual(Float32Array.of(1, 1, 0, 0));
    expect(device.ranOn()).toEqual({ "js:exp": 1, "js:less": 1 });
  });
});
