import { describe, expect, it } from "vitest";
import type { Device, Floats, FusedKernels, Storage } from "../../src/devices/device.ts";
import { GpuDevice } from "../../src/devices/gpu/device.ts";
import { open } from "../../src/devices/gpu/open.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { gpu } from "../../src/gpu.ts";
import { conformance, finds, kernelNames } from "./conformance.ts";
import * as faulty from "./faulty.ts";
import { type AllKernels, edited } from "./faulty.ts";

const devices: [name: string, counted: string, open: () => Promise<Device>][] = [
  ["reference(float32)", "", async () => reference("float32")],
  ["gpu:webasm", "webasm:", () => gpu({ mode: "webasm" })],
  ["gpu:cpu", "cpu:", () => gpu({ mode: "cpu" })],
];

// On webgpu and webgl2 the suite runs in Chromium: test/browser/suite.test.ts.
const headless = await gpu({ mode: "headlessgl" }).catch((error: Error) => error);
if (headless instanceof Error) it.skip(headless.message);
else devices.push(["gpu:headlessgl", "headlessgl:", async () => headless]);

describe.each(devices)("%s", (_, counted, open) => {
  it.for(kernelNames)("means by %s what the reference device means", async (kernel, { skip }) => {
    const device = await open();
    const absent = kernel in reference("float32").fused && device.fused[kernel as keyof FusedKernels] === undefined;
    skip(absent, "this device composes the op instead");
    skip(counted === "headlessgl:" && kernel.startsWith("reduce:arg"), "it refuses the suite's longest axis");
    expect(await conformance(device, new RegExp(`^${kernel}$`))).toEqual([]);
    expect(device.ranOn()[counted + kernel]).toBeGreaterThan(0);
  });
});

it("checks every kernel of the contract", () => {
  const { kernels, fused } = reference("float32");
  const checked = new Set(kernelNames.map((name) => name.split(":")[0]));
  expect([...Object.keys(kernels), ...Object.keys(fused)].filter((name) => !checked.has(name))).toEqual([]);
});

/** The reference device with some kernels replaced by wrong ones. */
const withFault = (wrong: (right: AllKernels) => Partial<AllKernels>): Device =>
  faulty.withFault(reference("float32"), wrong);

const faults: [kernel: string, fault: string, device: Device][] = [
  [
    "map:exp",
    "is off by 3e-5",
    withFault(({ map }) => ({
      map: (fn, x) => edited(map(fn, x), (y) => (fn.name === "exp" ? y * 1.00003 : y)),
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
          return edited(map(fn, x), (y, i) => (i < (first.get(fn.name) ?? 0) ? y : 0));
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
        edited(reduce(kind, x, axis), (y, i, all) => (kind === "sum" && i > 0 ? y + all[i - 1] : y)),
    })),
  ],
  [
    "reduce:sum",
    "skips the last of 1031 terms",
    withFault(({ reduce }) => ({
      reduce: (kind, x, axis) =>
        reduce(
          kind,
          edited(x, (v, i, all) => (axis.n === 1031 && i === all.length - 1 ? 0 : v)),
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
      matmul: (a, b, sizes) => edited(matmul(a, b, sizes), (y, i) => (sizes.n === 65 && i % 65 === 64 ? 0 : y)),
    })),
  ],
  [
    "matmul",
    "adds to what the call before left",
    (() => {
      let left: Floats = new Float32Array();
      return withFault(({ matmul }) => ({
        matmul(a, b, sizes) {
          const y = edited(matmul(a, b, sizes), (value, i) => value + (left[i] ?? 0));
          left = y.readSync();
          return y;
        },
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
      unfold: (x, w) => edited(unfold(x, w), (y) => (y === 0 ? 0.25 : y)),
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
          edited(x, (v, i, all) => (i === all.length - 1 ? 0 : v)),
          y,
          n,
          m,
          d,
        ),
    })),
  ],
  [
    "pdist",
    "lists its pairs backwards",
    withFault(({ pdist }) => ({ pdist: (x, n, d) => edited(pdist(x, n, d), (_, i, all) => all[all.length - 1 - i]) })),
  ],
  [
    "logPotential",
    "counts i = j, and each pair in both orders",
    withFault(({ logPotential }) => ({ logPotential: (x, y, ...sizes) => logPotential(x, y ?? x, ...sizes) })),
  ],
  [
    "potentialGradient",
    "pulls every point towards 0 by a ten thousandth of its length",
    withFault(({ logPotential, zip }) => ({
      logPotential(x, y, n, m, d, ...rest) {
        const { total, gradients } = logPotential(x, y, n, m, d, ...rest);
        const pulled = (g: Storage, by: Storage): Storage =>
          zip({ name: "sub", f: (a, b) => a - 1e-4 * b }, g, [1], by, [1], [n * d]);
        return { total, gradients: gradients.map((g, i) => g && (i === 0 ? pulled(g, x) : g)) };
      },
    })),
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

/** The gpu device with one change in the text of its kernels. */
async function withText(from: string, to: string): Promise<Device> {
  const engine = await open("cpu");
  return new GpuDevice("cpu", {
    createKernel(source, settings) {
      const { functions, ...rest } = settings as { functions: { source: string }[] };
      const changed = functions.map((f) => ({ ...f, source: f.source.replace(from, to) }));
      return engine.createKernel(source.replace(from, to), { ...rest, functions: changed });
    },
  });
}

const slips: [kernel: string, from: string, to: string][] = [
  ["matmul", "over < leftOver", "over < leftOver - 1"],
  ["matmul", "inBlock < block", "inBlock < block - 1"],
  ["reduce:sum", "let part = 0;", "let part = sum;"],
  ["reduce:argMin", "candidate >= best", "candidate > best"],
  ["reduce:argMax", "Math.abs(best) >= 0 && ", ""],
  ["pdist", "i + step < n - 1", "i + step < n - 2"],
  ["squaredDistances", "y[j * d + p]", "y[i * d + p]"],
  ["logPotential", "if (j >= n)", "if (j > n)"],
  ["logPotential", "j = i + j + 1", "j = i + j"],
  ["logPotential", "at < count", "at < count - 1"],
  ["logPotential", "sum * Math.exp(largest - e)", "sum"],
  ["logPotential", "e >= largest", "e > largest"],
  ["logPotential", "missing = e", "sum = sum + 0"],
  ["logPotential", "let sum = counts", "let sum = 0"],
  ["logPotential", "line + from", "line"],
  ["potentialGradient", "line + from", "line"],
  ["potentialGradient", "return e;", "return 0;"],
  ["potentialGradient", "i === j", "i === j + 1"],
  ["potentialGradient", " - total[0]", " - 0.9999 * total[0]"],
  ["potentialGradient", "y[(from + p) * d + c]", "y[p * d + c]"],
  ["potentialGradient", "sum = sum + before", "sum = before"],
  ["convolve", "- paddingY", "- paddingX"],
  ["convolve", "firstX < 0", "firstX < -1"],
  ["convolve", "manyY > kernelY", "manyY > kernelY + 1"],
  ["convolve", "height - 1 - startY", "height - startY"],
  ["convolve", "aAt = aAt + aStep", "aAt = aAt + 1"],
  ["convolve", "done + inBlock < planes", "done + inBlock < planes - 1"],
  ["convolve", "aPlane = aPlane + aPlaneStep;", ""],
  ["convolveInput", "bStep = tapStepX", "bStep = 1"],
  ["convolveInput", "0 - outStepY", "0 - tapStepY"],
  ["convolveInput", "manyX === 0", "manyX === 1"],
  ["convolveInput", "placeX < outWidth", "placeX <= outWidth"],
  ["convolveWeight", "batch - part0 + parts - 1", "batch - part0"], // the last part is dropped where it is shorter
  ["convolveWeight", "aPlaneStep = parts * channels", "aPlaneStep = channels"],
  ["convolveWeight", "manyY > outHeight", "manyY > outHeight + 1"],
  ["convolveWeight", "aRowStep = strideY * width", "aRowStep = width"],
  ["maxPool2d", "candidate <= best", "candidate < best"],
  ["maxPool2d", "Math.abs(best) >= 0 && ", ""],
  ["maxPool2d", "manyX > kernelX", "manyX > kernelX + 1"],
  ["maxPool2d", "place = place + dilationX", "place = place + 1"],
  ["pick", "(outHeight * outWidth)", "(outHeight * width)"],
  ["unpick", "places[at] === own", "places[at] <= own"],
  ["unpick", "outX = placeX", "outX = placeX - 1"],
  ["avgPool2d", "sum += line; line = 0;", "sum += line;"],
  ["avgPool2d", "width - 1 - startX", "width - startX"],
  ["avgPool2d", "kernelY * kernelX);", "manyY * manyX);"],
  ["avgSpread", "at = at - outStepX", "at = at - 1"],
  ["avgSpread", "s * outStepY", "s * tapStepY"],
  ["channelMoments", "outer - part0 + outerParts - 1", "outer - part0"], // a shorter part is dropped
  ["channelMoments", "inner - column + innerParts - 1", "inner - column"],
  ["channelMoments", "at = at + innerParts", "at = at + 1"],
  ["channelMoments", "row + outerParts * n * inner", "row + n * inner"],
  ["channelMoments", "(x[at] - mean) * (x[at] - mean)", "(x[at] * x[at] - mean * mean)"],
  ["channelMoments", "squares[this.thread.x - n] / count", "squares[this.thread.x - n] / (count - 1)"],
  ["batchNormalize", " + 0.00001", ""],
  ["batchNormalize", "if (y <= 0)", "if (y < -1)"],
  ["batchNormalizeInput", "- totals[c] / count", ""],
  ["batchNormalizeInput", "totals[n + c] / count", "totals[n + c]"],
  ["batchNormalizeInput", "if (y <= 0)", "if (y < -1)"],
  ["batchNormalizeTotals", "(x[at] - mean)", "x[at]"],
  ["batchNormalizeTotals", "moments[n + c]", "moments[c]"],
  ["zip:pow", "a < 0 || 1 / a < 0", "a < 0"], // (-0)^-7
  ["zip:pow", "Math.floor(b) === b && (", "("], // (-∞)^1.25
  ["zip:pow", "if (a < 0 && Math.floor(b) !== b) { return Math.sqrt(a); }", ""],
  ["zip:pow", "if (b < 0) { power = 1 / power; }", ""],
  ["zip:pow", "bit < 7", "bit < 6"],
  ["zip:pow", "left < 128", "left < 256"],
  ["reduce:sum", "n - part0 + parts - 1", "n - part0"], // a shorter part is dropped
  ["reduce:max", "step = parts * inner", "step = inner"],
  ["fold", "placeY * strideY === shiftY", "1 === 1"],
  ["place", "rest !== 0", "rest > 1"],
  ["scatterAdd", "p < many", "p < 1"],
  ["unfold", "column >= width", "column > width"],
  ["map:erf", "n < 18", "n < 6"],
  ["map:erf", "(32 - n) * 0.5", "(32 - n) * 0.51"],
  ["zip:minimum", "Math.abs(b) >= 0", "1 === 1"],
  ["zip:add", "above = quotient(rest, n1);", "above = quotient(rest, n1 + 1);"],
];

describe("a slip in a kernel's text", () => {
  it.each(slips)("%s: %s written %s, is caught", async (kernel, from, to) => {
    expect(await finds(await withText(from, to), kernel)).toBe(true);
  });

  it("is what is caught: the same text unchanged passes", async () => {
    expect(await conformance(await withText("p = 0", "p = 0"), /^matmul$/)).toEqual([]);
  });
});
