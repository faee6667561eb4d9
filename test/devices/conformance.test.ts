import { describe, expect, it } from "vitest";
import type { Device, FusedKernels, Kernels, Storage } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { gpu } from "../../src/gpu.ts";
import { conformance, kernelNames } from "./conformance.ts";

const devices: [string, () => Promise<Device>][] = [
  ["reference(float32)", async () => reference("float32")],
  ["gpu:webasm", () => gpu({ mode: "webasm" })],
  ["gpu:cpu", () => gpu({ mode: "cpu" })],
];

describe.each(devices)("%s", (_, open) => {
  it.each(kernelNames)("means by %s what the reference device means", async (kernel) => {
    expect(await conformance(await open(), new RegExp(`^${kernel}$`))).toEqual([]);
  });
});

describe.each(["webgpu", "webgl2", "headlessgl"])("gpu:%s", (mode) => {
  it.skip(`is not built yet: the suite will run on ${mode} when it is`);
});

it("checks every kernel of the contract", () => {
  const { kernels, fused } = reference("float32");
  const checked = new Set(kernelNames.map((name) => name.split(":")[0]));
  expect([...Object.keys(kernels), ...Object.keys(fused)].filter((name) => !checked.has(name))).toEqual([]);
});

/** A correct device with some kernels replaced by wrong ones. */
function withFault(wrong: (right: Kernels & Required<FusedKernels>) => Partial<Kernels & FusedKernels>): Device {
  const device = reference("float32");
  const right = { ...device.kernels, ...device.fused } as Kernels & Required<FusedKernels>;
  const all = { ...right, ...wrong(right) };
  return {
    ...{ name: "faulty", dtype: "float32", asynchronous: false, kernels: all, fused: all },
    upload: (values) => device.upload(values),
    verify: (x, probe, check) => device.verify(x, probe, check),
    ranOn: () => device.ranOn(),
    report: () => device.report(),
  };
}

/** y with its numbers changed in place by `edit`. */
function edited(y: Storage, edit: (values: Float32Array) => void): Storage {
  const values = Float32Array.from(y.readSync());
  edit(values);
  return y.device.upload(values);
}

const faults: [kernel: string, fault: string, device: Device][] = [
  [
    "map:exp",
    "is off by 3e-5",
    withFault(({ map }) => ({
      map: (fn, x) => edited(map(fn, x), (y) => y.forEach((v, i) => (y[i] = fn.name === "exp" ? v * 1.00003 : v))),
    })),
  ],
  [
    "map:square",
    "gives zeros past the size at which it was first run",
    (() => {
      const first = new Map<string, number>();
      return withFault(({ map }) => ({
        map(fn, x) {
          if (x.size > 0 && !first.has(fn.name)) first.set(fn.name, x.size);
          return edited(map(fn, x), (y) => y.fill(0, first.get(fn.name) ?? 0));
        },
      }));
    })(),
  ],
  [
    "map:relu",
    "turns NaN into 0",
    withFault(({ map }) => ({ map: (fn, x) => map(fn.name === "relu" ? quietRelu : fn, x) })),
  ],
  [
    "zip:maximum",
    "drops a NaN on the right",
    withFault(({ zip }) => ({ zip: (fn, ...rest) => zip(fn.name === "maximum" ? loudMaximum : fn, ...rest) })),
  ],
  [
    "zip:pow",
    "makes NaN^0 a NaN",
    withFault(({ zip }) => ({ zip: (fn, ...rest) => zip(fn.name === "pow" ? strictPow : fn, ...rest) })),
  ],
  [
    "zip:add",
    "broadcasts along the wrong dimension",
    withFault(({ zip }) => ({
      zip: (fn, a, aStrides, b, bStrides, shape) => zip(fn, a, aStrides, b, bStrides.toReversed(), shape),
    })),
  ],
  [
    "reduce:sum",
    "does not clear its accumulator between rows",
    withFault(({ reduce }) => ({
      reduce: (kind, x, axis) =>
        edited(reduce(kind, x, axis), (y) => {
          for (let i = 1; kind === "sum" && i < y.length; i++) y[i] += y[i - 1];
        }),
    })),
  ],
  [
    "reduce:sum",
    "skips the last of 1031 terms",
    withFault(({ reduce }) => ({
      reduce: (kind, x, axis) =>
        reduce(
          kind,
          edited(x, (v) => {
            if (axis.n === 1031) v[v.length - 1] = 0;
          }),
          axis,
        ),
    })),
  ],
  [
    "reduce:argMax",
    "takes the last of equals",
    withFault(({ reduce }) => ({
      reduce(kind, x, axis) {
        if (kind !== "argMax") return reduce(kind, x, axis);
        const values = x.readSync();
        const best = reduce("max", x, axis).readSync();
        const at = best.map((value, oi) => {
          const start = Math.floor(oi / axis.inner) * axis.n * axis.inner + (oi % axis.inner);
          let found = 0;
          for (let j = 0; j < axis.n; j++) if (Object.is(values[start + j * axis.inner], value)) found = j;
          return found;
        });
        return x.device.upload(at);
      },
    })),
  ],
  [
    "matmul",
    "skips the last column where there are 65",
    withFault(({ matmul }) => ({
      matmul: (a, b, sizes) =>
        edited(matmul(a, b, sizes), (y) => {
          for (let i = 64; sizes.n === 65 && i < y.length; i += 65) y[i] = 0;
        }),
    })),
  ],
  [
    "matmul",
    "adds to what the call before left",
    (() => {
      let left = new Float32Array();
      return withFault(({ matmul }) => ({
        matmul: (a, b, sizes) =>
          edited(matmul(a, b, sizes), (y) => {
            y.forEach((value, i) => (y[i] = value + (left[i] ?? 0)));
            left = y.slice();
          }),
      }));
    })(),
  ],
  [
    "matmul",
    "forgets to transpose b",
    withFault(({ matmul }) => ({ matmul: (a, b, sizes) => matmul(a, b, { ...sizes, transposeB: false }) })),
  ],
  [
    "copy",
    "starts at the beginning",
    withFault(({ copy }) => ({ copy: (x, view) => copy(x, { ...view, offset: 0 }) })),
  ],
  ["place", "fills with zeros", withFault(({ place }) => ({ place: (x, view, size) => place(x, view, size, 0) }))],
  [
    "concat",
    "joins in the wrong order",
    withFault(({ concat }) => ({
      concat: (parts, outer, widths, inner) => concat(parts.toReversed(), outer, widths.toReversed(), inner),
    })),
  ],
  [
    "take",
    "is off by one at the end",
    withFault(({ take }) => ({
      take: (x, indices, axis) =>
        take(
          x,
          indices.map((k) => Math.max(0, Math.min(k, axis.n - 2))),
          axis,
        ),
    })),
  ],
  [
    "scatterAdd",
    "lets the last of equal indices win",
    withFault(({ scatterAdd, take }) => ({
      scatterAdd(x, indices, axis) {
        const last = Int32Array.from(indices, (k) => indices.lastIndexOf(k));
        return scatterAdd(take(x, last, { ...axis, n: indices.length }), indices, axis);
      },
    })),
  ],
  [
    "unfold",
    "wraps around where the window leaves the image",
    withFault(({ unfold }) => ({
      unfold: (x, w) => edited(unfold(x, w), (y) => y.forEach((v, i) => (y[i] = v === 0 ? 0.25 : v))),
    })),
  ],
  [
    "fold",
    "ignores the padding",
    withFault(({ fold }) => ({ fold: (x, window) => fold(x, { ...window, padding: [0, 0] }) })),
  ],
  [
    "squaredDistances",
    "skips the last coordinate",
    withFault(({ squaredDistances }) => ({
      squaredDistances: (x, y, n, m, d) =>
        squaredDistances(
          edited(x, (v) => v.fill(0, Math.max(0, v.length - 1))),
          y,
          n,
          m,
          d,
        ),
    })),
  ],
  [
    "pdist",
    "lists column by column",
    withFault(({ pdist }) => ({ pdist: (x, n, d) => edited(pdist(x, n, d), (y) => y.reverse()) })),
  ],
  [
    "map:neg",
    "overwrites its input",
    withFault(({ map }) => ({
      map(fn, x) {
        const y = map(fn, x);
        (x as Storage & { values: Float32Array }).values.fill(0);
        return y;
      },
    })),
  ],
];

const quietRelu = { name: "relu", f: (x: number) => (x > 0 ? x : 0) };
const loudMaximum = { name: "maximum", f: (a: number, b: number) => (b > a || Number.isNaN(b) ? (b > a ? b : a) : a) };
const strictPow = { name: "pow", f: (a: number, b: number) => (Number.isNaN(a) ? a : a === 1 ? 1 : a ** b) };

describe("the suite itself catches", () => {
  it.each(faults)("a %s that %s", async (kernel, _, device) => {
    const violations = await conformance(device, new RegExp(`^${kernel}$`));
    expect(violations.length).toBeGreaterThan(0);
    expect(violations[0]).toContain(kernel);
  });
});
