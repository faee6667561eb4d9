import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import asc from "assemblyscript/asc";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import type { Device, WindowSizes } from "../../src/devices/device.ts";
import { root } from "../house/source.ts";
import { conformance } from "./conformance.ts";
import { type AllKernels, edited, withFault } from "./faulty.ts";

const only = (kernel: string): RegExp => new RegExp(`^${kernel}$`);

/** Whether window number i sticks out of its image. */
function sticksOut({ height, width, kernel, stride, padding, dilation, outHeight, outWidth }: WindowSizes, i: number) {
  const outside = (at: number, d: 0 | 1, size: number): boolean => {
    const start = at * stride[d] - padding[d];
    return start < 0 || start + (kernel[d] - 1) * dilation[d] >= size;
  };
  return outside(Math.floor(i / outWidth) % outHeight, 0, height) || outside(i % outWidth, 1, width);
}

const faults: [kernel: string, fault: string, wrong: (right: AllKernels) => Partial<AllKernels>][] = [
  [
    "convolve",
    "skips the last column",
    ({ convolve }) => ({
      convolve: (x, w, out, window) =>
        edited(convolve(x, w, out, window), (y, i) => (i % window.outWidth === window.outWidth - 1 ? 0 : y)),
    }),
  ],
  [
    "convolveInput",
    "takes the padding off the wrong side",
    ({ convolveInput }) => ({
      convolveInput: (g, w, out, window) =>
        convolveInput(g, w, out, { ...window, padding: [window.padding[1], window.padding[0]] }),
    }),
  ],
  [
    "convolveWeight",
    "leaves the last image out",
    ({ convolveWeight }) => ({
      convolveWeight: (x, g, out, window) =>
        convolveWeight(x, g, out, { ...window, batch: Math.max(0, window.batch - 1) }),
    }),
  ],
  [
    "maxPool2d",
    "reads the padding as zeros",
    ({ maxPool2d }) => ({
      maxPool2d(x, window) {
        const { y, places } = maxPool2d(x, window);
        return { y: edited(y, (v, i) => (v < 0 && sticksOut(window, i) ? 0 : v)), places };
      },
    }),
  ],
  [
    "maxPool2d",
    "sends a tie to the last",
    ({ maxPool2d }) => ({
      maxPool2d(x, window) {
        const turned = { ...window, padding: [0, 0] as const };
        const whole = window.padding[0] + window.padding[1] === 0 && window.dilation[0] === 1;
        const { y, places } = maxPool2d(x, window);
        if (!whole) return { y, places };
        const back = edited(x, (_, i, all) => all[all.length - 1 - i]);
        const last = maxPool2d(back, turned).places; // the first from the end
        const plane = window.height * window.width;
        return { y, places: edited(last, (_, i, all) => plane - 1 - all[all.length - 1 - i]) };
      },
    }),
  ],
  ["pick", "is off by a row", ({ pick }) => ({ pick: (x, places, rows, n, m) => pick(x, places, rows, n - 1, m) })],
  [
    "avgPool2d",
    "divides by what lies inside the image",
    ({ avgPool2d }) => ({
      avgPool2d: (x, window) => edited(avgPool2d(x, window), (y, i) => (sticksOut(window, i) ? y * 1.5 : y)),
    }),
  ],
  [
    "channelMoments",
    "gives the unbiased variance",
    ({ channelMoments }) => ({
      channelMoments(x, axis) {
        const count = axis.outer * axis.inner;
        return edited(channelMoments(x, axis), (v, i) => (i < axis.n || count < 1000 ? v : (v * count) / (count - 1)));
      },
    }),
  ],
  [
    "batchNormalize",
    "forgets eps",
    ({ batchNormalize }) => ({
      batchNormalize: (x, w, b, moments, axis) => batchNormalize(x, w, b, moments, axis, 0),
    }),
  ],
  [
    "batchNormalizeInput",
    "takes the moments for constants",
    ({ batchNormalize, batchNormalizeInput }) => ({
      batchNormalizeInput(g, x, w, moments, axis, eps) {
        if (axis.outer * axis.inner < 1000) return batchNormalizeInput(g, x, w, moments, axis, eps);
        const still = moments.device.upload(moments.readSync().fill(0, 0, axis.n));
        return batchNormalize(g, w, moments.device.upload(new Float32Array(axis.n)), still, axis, eps);
      },
    }),
  ],
  [
    "channelProducts",
    "does not centre",
    ({ channelProducts }) => ({
      channelProducts: (g, x, moments, axis, eps) =>
        channelProducts(
          g,
          x,
          edited(moments, (v, i) => (i < axis.n ? 0 : v)),
          axis,
          eps,
        ),
    }),
  ],
];

describe("the suite of devices catches", () => {
  it.each(faults)("a %s that %s", async (kernel, _, wrong) => {
    const violations = await conformance(withFault(new CpuDevice(), wrong), only(kernel));
    expect(violations.length).toBeGreaterThan(0);
  });
});

const generated = "../../src/devices/cpu/kernels.generated.ts";

/** What else the launchers of a file's kernels call. */
const beside: Readonly<Record<string, readonly string[]>> = { gemm: ["vector"] };

/** The cpu device with the kernels of one file, in which a piece of text is replaced. */
async function withText(file: string, from: string, to: string): Promise<Device> {
  const folder = join(root, "src/devices/cpu/assembly");
  const sources = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith(".ts"))
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
  const text = sources.get(`${file}.ts`) ?? "";
  expect(text).toContain(from);
  sources
    .set(`${file}.ts`, text.replace(from, to))
    .set("index.ts", [file, ...(beside[file] ?? [])].map((name) => `export * from "./${name}";`).join(""));
  let module = new Uint8Array();
  const flags = ["index.ts", "--outFile", "kernels.wasm", "--runtime", "stub", "--importMemory", "--noExportMemory"];
  const { error, stderr } = await asc.main(
    [...flags, "--initialMemory", "1", "--maximumMemory", "65536", "-O1", "--noAssert", "--enable", "simd"],
    {
      readFile: (name) => sources.get(name) ?? null,
      writeFile(_, contents) {
        if (typeof contents !== "string") module = Uint8Array.from(contents);
      },
      listFiles: () => [...sources.keys()],
    },
  );
  if (error) throw new Error(`${stderr}`);
  vi.resetModules();
  vi.doMock(generated, () => ({ kernels: Buffer.from(module).toString("base64") }));
  const changed: typeof import("../../src/devices/cpu/device.ts") = await import("../../src/devices/cpu/device.ts");
  return new changed.CpuDevice();
}

const slips: [kernel: string, file: string, from: string, to: string][] = [
  ["maxPool2d", "max-pool", "-Infinity", "0"], // padding wins
  ["maxPool2d", "max-pool", "v128.or(beats(next, b), earlier)", "beats(next, b)"], // the first column of equals wins
  ["maxPool2d", "max-pool", "f32x4.le(a, b)", "f32x4.lt(a, b)"], // the last of equals wins
  ["maxPool2d", "max-pool", "v128.andnot(f32x4.eq(b, b), f32x4.le(a, b))", "f32x4.gt(a, b)"], // NaN loses
  ["maxPool2d", "max-pool", "four += 4", "four += 8"], // columns skipped
  ["avgPool2d", "avg-pool", "let r = first; r < end", "let r = first; r < end - 1"], // a row skipped
  ["avgPool2d", "avg-pool", "memory.fill(row, 0, (<usize>(width + 2 * pw)) << 2);", ""], // padding is what lay there
  ["avgSpread", "avg-pool", "memory.fill(y, 0, plane);", ""], // not cleared
  ["avgSpread", "avg-pool", "memory.fill(row, 0, (<usize>length) << 2);", ""],
  ["unpick", "max-pool", "memory.fill(y, 0, row);", ""],
  ["unpick", "max-pool", "load<f32>(to) + load<f32>(x)", "load<f32>(x)"], // the last of equal places wins
  ["channelMoments", "channel-sums", "+ own + between", "+ own"],
  ["channelMoments", "channel-sums", "- sum * sum * ofPiece", ""],
  ["channelMoments", "channel-sums", "if (abs(<f32>mean) < Infinity) ", ""],
  ["channelMoments", "channel-sums", "memory.fill(scratch, 0, 7 * row);", ""],
  ["channelMoments", "channel-sums", "i < length;", "i < length - 1;"], // an edge column skipped
  ["batchNormalize", "batch-norm", "inner === 1 ? 64 : 0", "64"],
  ["batchNormalizeInput", "batch-norm", "* share * s * s", "* share * s"],
  ["channelProducts", "batch-norm", "load<f64>(scratch + 2 * (row + at))", "load<f64>(scratch + 2 * at)"], // sum of g
  ["squaredDistances", "distance", "f32x4.add(sums, squares(a", "(squares(a"], // only the last block counts
  ["pdist", "distance", "left > 2 ? b1 + point", "left > 3 ? b1 + point"],
  ["matmul", "gemm", "min(block, k - p)", "min(block - 1, k - p)"], // a term skipped
  ["matmul", "gemm", "p === 0, scratch", "false, scratch"], // not cleared
  ["reduce:sum", "sum", "x < end; x += 4) sum +=", "x < end - 4; x += 4) sum +="],
  ["map:neg", "map", "at < end; at += 4", "at + 4 < end; at += 4"], // the last number skipped
  ["map:sign", "map", "f32x4.gt(f32x4.abs(x)", "f32x4.ge(f32x4.abs(x)"], // the sign of 0 is 1
  ["zip:sub", "zip", "f.of(one, v128.load(b))", "f.of(v128.load(b), one)"],
  ["zip:add", "zip", "i * bStep", "i * aStep"],
  ["zip:keepWhere", "zip", "f32x4.ne(c, f32x4.splat(0))", "f32x4.gt(c, f32x4.splat(0))"],
  ["reduce:sum", "sum", "two(from + 56)", "two(from + 48)"],
  ["reduce:max", "extreme", "if (v128.any_true(holes)) return f32x4.splat(NaN);", ""],
  ["reduce:argMax", "extreme", "f32x4.gt(v128.xor(v, sign)", "f32x4.ge(v128.xor(v, sign)"], // the last of equals wins
  ["reduce:argMax", "extreme", "v128.andnot(f32x4.ne(v, v), f32x4.ne(old, old))", "f32x4.ne(v, v)"], // the last NaN wins
  ["reduce:argMin", "extreme", "j + ctz(", "j + clz("],
  ["copy", "move", "abUpper, cdUpper, 1, 3", "abUpper, cdUpper, 0, 2"],
  ["copy", "move", "xRow, n - j)", "xRow, n - j - 1)"],
  ["take", "take", "x += <usize>n * width", "x += width"],
  ["scatterAdd", "sum", "x += (count * inner) << 2", "x += (n * inner) << 2"],
  ["unfold", "window", "kind.outside(columns, last, outWidth);", ""],
  ["unfold", "window", "below(width - left,", "below(width - left - 1,"],
  ["fold", "window", "memory.fill(image, 0,", "memory.fill(image, 0, 0 *"], // not cleared
  ["fold", "window", "below(-left,", "below(1 - left,"],
];

describe("a slip in a kernel's text", () => {
  afterEach(() => {
    vi.doUnmock(generated);
    vi.resetModules();
  });

  it.each(slips)("%s in %s.ts: %s written %s, is caught", async (kernel, file, from, to) => {
    expect((await conformance(await withText(file, from, to), only(kernel))).length).toBeGreaterThan(0);
  });

  it("is what is caught: the same text unchanged passes", async () => {
    const device = await withText("max-pool", "r < end", "r < end");
    expect(await conformance(device, /^maxPool2d$/)).toEqual([]);
  });
});
