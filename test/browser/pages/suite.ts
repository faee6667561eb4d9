import type { Device, DeviceReport, FusedKernels, Storage } from "../../../src/devices/device.ts";
import { reference } from "../../../src/devices/reference/reference.ts";
import { type GpuMode, gpu } from "../../../src/gpu.ts";
import { numbers } from "../../devices/cases/numbers.ts";
import { conformance, kernelNames } from "../../devices/conformance.ts";

/** What the device suite finds wrong with a device, and what that device says it did. */
export interface Verdict extends DeviceReport {
  readonly violations: readonly string[];
}

/** The verdict on one kernel, by every `every`-th case; null where the device lacks it and composes the op instead. */
export async function check(mode: GpuMode, kernel: string, every = 1): Promise<Verdict | null> {
  const device = await gpu({ mode });
  if (kernel in reference("float32").fused && device.fused[kernel as keyof FusedKernels] === undefined) return null;
  const violations = await conformance(device, new RegExp(`^${kernel}$`), every);
  return { ...device.report(), violations };
}

/** The verdict on all kernels that the device has, and the names of those. */
export async function checkAll(
  mode: GpuMode,
  every: number,
): Promise<Verdict & { readonly kernels: readonly string[] }> {
  const violations: string[] = [];
  const kernels: string[] = [];
  for (const kernel of kernelNames) {
    const verdict = await check(mode, kernel, every);
    if (verdict) kernels.push(kernel);
    violations.push(...(verdict?.violations ?? []));
  }
  return { ...(await gpu({ mode })).report(), violations, kernels };
}

/** Where calls of a kernel go wrong that come together before it is compiled, for arrays of these sizes. */
export async function atOnce(mode: GpuMode, sizes: readonly number[]): Promise<string[]> {
  const device = await gpu({ mode });
  const twice = { name: "twice", f: (x: number) => 2 * x, source: "(x) => x + x", custom: true };
  const results = sizes.map((n) => device.kernels.map(twice, device.upload(numbers(n, n))));
  const read = await Promise.all(results.map((result) => result.read()));
  return sizes.flatMap((n, i) => {
    const wrong = numbers(n, n).findIndex((x, j) => read[i][j] !== 2 * x);
    return wrong < 0 && read[i].length === n ? [] : [`of ${n}: [${wrong}] of ${read[i].length}`];
  });
}

/** One call of n, or of n rows. */
const calls: Readonly<Record<string, (device: Device, n: number) => Storage>> = {
  map: (device, n) => device.kernels.map({ name: "exp", f: Math.exp }, device.upload(numbers(n))),
  zip: (device, n) => {
    const [a, b] = [1, 2].map((seed) => device.upload(numbers(n, seed)));
    return device.kernels.zip({ name: "sub", f: (x, y) => x - y }, a, [1], b, [1], [n]);
  },
  matmul: (device, n) => {
    const [a, b] = [device.upload(numbers(n * 3)), device.upload(numbers(3 * 2, 1))];
    const plain = { batch: 1, transposeA: false, transposeB: false, batchedA: false, batchedB: false };
    return device.kernels.matmul(a, b, { ...plain, m: n, k: 3, n: 2 });
  },
};

/** Where a map, a zip and a product go wrong when one after the other is called at each of these sizes. */
export async function atSizes(mode: GpuMode, sizes: readonly number[]): Promise<string[]> {
  const [device, oracle] = [await gpu({ mode }), reference("float32")];
  const wrong: string[] = [];
  for (const n of sizes) {
    for (const [name, call] of Object.entries(calls)) {
      const [got, wanted] = [await call(device, n).read(), await call(oracle, n).read()];
      const at = wanted.findIndex((w, i) => !(Math.abs(got[i] - w) <= 1e-5 * Math.max(1, Math.abs(w))));
      if (at >= 0 || got.length !== wanted.length)
        wrong.push(`${name} of ${n}: [${at}] of ${got.length} is ${got[at]}`);
    }
  }
  return wrong;
}
