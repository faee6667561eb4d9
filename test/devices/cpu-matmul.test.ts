import { describe, expect, it } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import { Machine } from "../../src/devices/cpu/machine.ts";
import { matmulKernels } from "../../src/devices/cpu/matmul.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import type { MatmulSizes } from "../../src/devices/sizes.ts";
import { firstFault, soil, strayWrite } from "./against.ts";
import { numbers } from "./cases/numbers.ts";
import { conformance } from "./conformance.ts";

const device = new CpuDevice();
const oracle = reference("float64");

type Edit = (a: Float32Array, b: Float32Array) => void;

/** What is wrong, from memory full of NaN, in every transposed and batched form. */
function faults(batch: number, m: number, k: number, n: number, edit: Edit = () => {}): string[] {
  const found: string[] = [];
  for (const [batchedA, batchedB] of batch > 1
    ? [
        [true, true],
        [true, false],
        [false, true],
      ]
    : [[true, true]]) {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const sizes: MatmulSizes = { batch, m, k, n, transposeA, transposeB, batchedA, batchedB };
        const a = numbers((batchedA ? batch : 1) * m * k, 1);
        const b = numbers((batchedB ? batch : 1) * k * n, 2);
        edit(a, b);
        soil(device);
        const got = device.kernels.matmul(device.upload(a), device.upload(b), sizes).readSync();
        const wanted = oracle.kernels.matmul(oracle.upload(a), oracle.upload(b), sizes).readSync();
        const fault = firstFault(got, wanted, k);
        if (fault !== "") found.push(`${JSON.stringify(sizes)}: ${fault}`);
      }
    }
  }
  return found;
}

describe("matmul on cpu", () => {
  it("means what it means on the reference device", async () => {
    expect(await conformance(device, /^matmul$/)).toEqual([]);
  });

  it.each([
    [1, 5, 16_384, 9],
    [1, 1, 16_384, 5],
    [1, 3, 1031, 1031],
    [1, 1031, 257, 17],
    [1, 961, 3, 257],
    [1, 5, 4097, 300],
    [1, 1, 257, 16_391],
    [3, 33, 65, 10],
    [3, 1, 65, 10],
    [3, 10, 65, 1],
    [1, 1, 1, 1],
  ])("keeps long and odd sums exact to rounding, from memory full of NaN: %i of [%i, %i] [.., %i]", (...sizes) => {
    expect(faults(...sizes)).toEqual([]);
  });

  it.each([Number.NaN, Infinity])("lets %f reach exactly the sums it is a term of", (strange) => {
    for (const [m, k, n] of [
      [5, 7, 11],
      [1, 7, 11],
      [5, 7, 1],
      [97, 300, 9],
    ]) {
      const poison: Edit = (a, b) => {
        a[a.length - 1] = strange;
        b[0] = strange;
      };
      expect(faults(1, m, k, n, poison)).toEqual([]);
    }
  });

  it("gives zeros for a sum of no terms", () => {
    for (const [m, n] of [
      [3, 5],
      [1, 5],
      [3, 1],
    ])
      expect(faults(2, m, 0, n)).toEqual([]);
  });

  it.each([
    [1, 1e7, 1, 1e-6],
    [1, 1e6, 8, 1e-6],
    [8, 1e6, 1, 1e-6],
    [8, 1e6, 8, 3e-6], // 256 equal terms alone are 2.4e-6 off in float32
  ])("does not drift in [%i, %i] [.., %i] of tenths", (m, k, n, bound) => {
    for (const transpose of [false, true]) {
      const forms = { transposeA: transpose, transposeB: transpose, batchedA: true, batchedB: true };
      const a = device.upload(new Float32Array(m * k).fill(0.1));
      const b = device.upload(new Float32Array(k * n).fill(1));
      const c = device.kernels.matmul(a, b, { batch: 1, m, k, n, ...forms });
      for (const sum of c.readSync()) expect(Math.abs(sum / (k * Math.fround(0.1)) - 1)).toBeLessThan(bound);
      for (const storage of [a, b, c]) storage.free();
    }
  });

  it("writes nothing but its result and its scratch memory", () => {
    for (const [m, k, n] of [
      [2, 3, 2],
      [5, 17, 9],
      [63, 65, 5],
      [1, 3, 5],
      [5, 3, 1],
      [97, 300, 257],
      [3, 0, 3],
      [3, 4097, 5],
      [1, 257, 5],
      [1, 257, 16_385],
    ]) {
      for (const transpose of [false, true]) {
        const forms = { transposeA: transpose, transposeB: !transpose, batchedA: true, batchedB: true };
        const sizes: MatmulSizes = { batch: 2, m, k, n, ...forms };
        const inputs = [2 * m * k, 2 * k * n];
        expect(
          strayWrite(new Machine(device, { threads: 1 }), inputs, (machine, [a, b]) =>
            matmulKernels(machine).matmul(a, b, sizes),
          ),
        ).toBeLessThan(0);
      }
    }
  });

  it("gives the same bits again", () => {
    const sizes = {
      batch: 1,
      m: 65,
      k: 700,
      n: 63,
      transposeA: false,
      transposeB: true,
      batchedA: true,
      batchedB: true,
    };
    const [a, b] = [numbers(65 * 700, 1), numbers(700 * 63, 2)];
    const run = () => device.kernels.matmul(device.upload(a), device.upload(b), sizes).readSync();
    const first = run();
    device.upload([1]); // the next addresses are others
    expect(run()).toEqual(first);
  });
});
