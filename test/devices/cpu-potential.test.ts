import { describe, expect, it } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import { Machine } from "../../src/devices/cpu/machine.ts";
import { potentialKernels } from "../../src/devices/cpu/potential.ts";
import {
  type Device,
  generator,
  grad,
  noGrad,
  normalize,
  queueUniformLoss,
  reference,
  tensor,
  uniformLoss,
  valueAndGrad,
} from "../../src/index.ts";
import { atTheEnd, strayWrite } from "./against.ts";
import { numbers } from "./cases/numbers.ts";

const device = new CpuDevice();
const oracle = reference("float64");

type Points = readonly number[][];

/** n points of the unit sphere of R^d. */
function sphere(n: number, d: number, seed = 1): number[][] {
  const flat = normalize(generator(seed).normal([n, d], { device: oracle })).dataSync();
  return Array.from({ length: n }, (_, i) => [...flat.subarray(i * d, (i + 1) * d)]);
}

const moved = (point: readonly number[], by: readonly number[], far: number): number[] =>
  point.map((a, c) => a + far * by[c]);

/** Of `uniformLoss`. */
function gradient(points: Points, t: number, on: Device): number[] {
  const [g] = grad((x) => uniformLoss(x, { t, checkNorm: false }))(tensor(points, { device: on }));
  return [...g.dataSync()];
}

/** The largest error of the gradient in float32, over its largest entry, against float64 at the same points. */
function error(points: Points, t: number): number {
  const rounded = points.map((point) => [...Float32Array.from(point)]);
  const [rough, exact] = [gradient(rounded, t, device), gradient(rounded, t, oracle)];
  return Math.max(...rough.map((g, k) => Math.abs(g - exact[k]))) / Math.max(...exact.map(Math.abs));
}

describe("the gradient of uniformLoss on cpu, in float32", () => {
  const rounding = 2 ** -23;

  it.each([1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6])("keeps its digits with points %d apart", (delta) => {
    const [far, steps] = [sphere(40, 16), sphere(40, 16, 2)];
    const twoNear = [...far, moved(far[0], steps[0], delta)];
    const cluster = steps.map((step) => moved(far[0], step, delta));
    const twoClusters = steps.map((step, i) => moved(far[i % 2], step, delta));
    const pair = [far[0], moved(far[0], steps[0], delta)];
    const errors = [twoNear, cluster, twoClusters, pair].map((points) => error(points, 2));
    const sharp = error(twoNear, 12); // the two have most of the weight
    console.log(`| ${delta} | ${[...errors, sharp].map((e) => e.toExponential(0)).join(" | ")} |`);
    expect(Math.max(...errors, sharp)).toBeLessThan(20 * rounding);
  });

  it("is exactly 0 where all points coincide, and from a point's twin", () => {
    const [point, other] = sphere(2, 16);
    expect(gradient(Array(200).fill(point), 2, device).every((g) => g === 0)).toBe(true);
    const twins = gradient([point, point, other], 2, device);
    expect(twins.slice(0, 16)).toEqual(twins.slice(16, 32));
  });

  it("and the value go over smoothly from products to differences as points lie farther apart for their t", () => {
    // Two opposite points 1 from their mean and others between: products up to t = 16.
    const points = [
      ...sphere(50, 8).map((x) => x.map((a) => 0.9 * a)),
      [1, 0, 0, 0, 0, 0, 0, 0],
      [-1, 0, 0, 0, 0, 0, 0, 0],
    ];
    for (const t of [10, 14, 15, 15.9, 16.1, 17, 20]) {
      expect(error(points, t), `t ${t}`).toBeLessThan(1e-5);
      const value = (on: Device): number =>
        uniformLoss(tensor(points, { device: on }), { t, checkNorm: false }).itemSync();
      expect(Math.abs(value(device) - value(oracle)), `t ${t}`).toBeLessThan(5e-6);
    }
  });
});

describe("potentials on cpu", () => {
  it("keep no array over pairs: memory is linear in the points", () => {
    const used = (n: number): number => {
      const fresh = new CpuDevice({ threads: 1 });
      const x = fresh.upload(numbers(n * 32));
      const { total, gradients } = fresh.fused.logPotential?.(x, undefined, n, n, 32, 0.1, [true]) ?? {};
      expect([total?.size, gradients?.[0]?.size]).toEqual([1, n * 32]);
      return fresh.capacity;
    };
    const [few, many] = [2048, 8192].map(used);
    // x, the gradient, and of quarters ten factors of the points, seven of what pulls and seven products; pairs would take 128 MiB.
    expect(many - few).toBeLessThan(1.2 * (2 + 24 / 4) * 4 * (8192 - 2048) * 33);
  });

  it.each([1, 4, 7])("read nothing past the points: %i coordinates, at the end of memory", (d) => {
    const machine = new Machine(device, { threads: 1 });
    const n = 1024;
    const { x, grown } = atTheEnd(machine, n * d);
    potentialKernels(machine).logPotential?.(x, undefined, n, n, d, 0.1, [true]);
    expect(grown()).toBe(false);
  });

  it("of points without coordinates are 1, whatever memory held", () => {
    const fresh = new CpuDevice({ threads: 1 });
    fresh.upload(new Float32Array(100_000).fill(-9)).free();
    const { total } = fresh.fused.logPotential?.(fresh.upload([]), undefined, 40, 40, 0, 2, [false]) ?? {};
    expect(total?.readSync()[0]).toBeCloseTo(Math.log((40 * 39) / 2), 6);
  });

  it("come with a gradient where one is wanted, and without where not", () => {
    const fresh = new CpuDevice();
    const [x, queue] = [sphere(30, 4), sphere(20, 4, 2)].map((points) => tensor(points, { device: fresh }));
    noGrad(() => uniformLoss(x.withGrad()));
    uniformLoss(x);
    expect(fresh.ranOn().potentialGradient).toBe(undefined);
    valueAndGrad((a) => queueUniformLoss(a, queue))(x);
    expect(fresh.ranOn()).toMatchObject({ logPotential: 4, potentialGradient: 2 });
  });

  it("write nothing but their results and their scratch memory", () => {
    for (const [n, m, d] of [
      [2, 0, 1],
      [17, 0, 3],
      [130, 0, 9],
      [5, 300, 4],
      [300, 5, 17],
    ]) {
      for (const t of [0.01, 1000]) {
        const sizes = m ? [n * d, m * d] : [n * d];
        const stray = strayWrite(new Machine(device, { threads: 1 }), sizes, (machine, [x, y]) => {
          const { total, gradients } =
            potentialKernels(machine).logPotential?.(x, y, n, m || n, d, t, [true, true]) ?? {};
          return [total, ...(gradients ?? [])].filter((storage) => storage !== undefined);
        });
        expect(stray, `[${n}, ${d}] and ${m}, t ${t}`).toBeLessThan(0);
      }
    }
  });
});
