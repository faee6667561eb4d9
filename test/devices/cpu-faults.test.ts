import { afterEach, describe, expect, it } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import type { WindowSizes } from "../../src/devices/device.ts";
import { conformance } from "./conformance.ts";
import { type AllKernels, edited, withFault } from "./faulty.ts";
import { deviceWith, restore } from "./slip.ts";

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
  [
    "pick",
    "is off by a row",
    ({ pick }) => ({ pick: (x, places, window) => pick(x, places, { ...window, height: window.height - 1 }) }),
  ],
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

const slips: [kernel: string, file: string, from: string, to: string][] = [
  ["maxPool2d", "max-pool", "-Infinity", "0"], // padding wins
  ["maxPool2d", "max-pool", "v128.or(beats(next, b), earlier)", "beats(next, b)"], // the first column of equals wins
  ["maxPool2d", "max-pool", "f32x4.le(a, b)", "f32x4.lt(a, b)"], // the last of equals wins
  ["maxPool2d", "max-pool", "v128.andnot(f32x4.eq(b, b), f32x4.le(a, b))", "f32x4.gt(a, b)"], // NaN loses
  ["maxPool2d", "max-pool", "four += 4", "four += 8"], // columns skipped
  ["avgPool2d", "avg-pool", "let r = first; r < end", "let r = first; r < end - 1"], // a row skipped
  ["avgPool2d", "avg-pool", "memory.fill(row, 0, (<usize>(width + 2 * sizes.columnPadding)) << 2);", ""], // padding is what lay there
  ["avgSpread", "avg-pool", "memory.fill(y, 0, plane);", ""], // not cleared
  ["avgSpread", "avg-pool", "memory.fill(row, 0, (<usize>(sizes.width + 2 * sizes.columnPadding)) << 2);", ""],
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
  ["matmul", "gemm", "let fresh = true", "let fresh = false"], // not cleared
  ["matmul", "tile", "p < depth", "p < depth - 1"], // a term skipped
  ["matmul", "tile", "put(spare + 96, c30, c31, true);", "put(spare + 96, c20, c31, true);"],
  ["matmul", "tile", "i < min(4, rowCount)", "i < min(3, rowCount)"], // the last row skipped
  ["matmul", "tile", "rowCount >= 4", "rowCount >= 3"], // a row written that is not there
  ["matmul", "pack", "store<f32>(to, load<f32>(d + at), 12);", ""],
  ["matmul", "pack", "d < depth; d++", "d < depth - 1; d++"],
  ["matmul", "vector", "sum += load<f32>(a) * load<f32>(b);", "sum = load<f32>(a) * load<f32>(b);"],
  ["matmul", "vector", "load<f32>(a, 12) * load<f32>(b2 + step + at)", "load<f32>(a, 12) * load<f32>(b2 + at)"],
  ["matmul", "vector", "<f64>dotBlock(a + at, b + at", "<f64>dotBlock(a, b"], // the first block again
  ["matmul", "vector", "min(block, k - p), n, step", "min(block - 1, k - p), n, step"],
  ["convolve", "conv", "c === 0, scratch", "false, scratch"], // not cleared
  ["convolve", "conv", "sizes.channels - c)", "sizes.channels - c - 1)"], // a channel skipped
  ["convolve", "conv", "c += sizes.bandChannels", "c += sizes.channels"], // only the first band counts
  ["convolve", "conv", "(o >> 2) * sizes.channels", "(o >> 2)"], // the weights of other outs
  ["convolve", "conv", "b3 = madd(weight, xb, b3);", "b3 = madd(weight, xa, b3);"],
  ["convolve", "conv", "q + 2 <= straight", "q + 1 <= straight"], // writes on past the row
  ["convolve", "conv", "q + 1 === count", "q + 2 >= count"], // the last quad skipped
  ["convolveInput", "conv", "j * step", "j"],
  ["convolveWeight", "conv-weight", "memory.fill(totals, 0, ofQuad * (last - first));", ""], // not cleared
  ["convolveWeight", "conv-weight", "b < blocks; b++", "b < blocks - 1; b++"],
  ["convolveWeight", "conv-weight", "quad < end; quad", "quad < whole; quad"], // the ends of rows skipped
  ["convolveWeight", "conv-weight", "promote_low_f32x4(upper)", "promote_low_f32x4(sums)"],
  ["convolveWeight", "conv-weight", "(unit / sizes.outQuads) * sizes.bandChannels", "0"], // every band is the first
  ["convolveInput", "block", "y += window.yColumn << 4", "y += 16"],
  ["convolve", "block", "i * window.yImage", "0"], // every image of a block is the first
  ["convolve", "block", "i * window.bandImage", "0"],
  ["convolve", "block", "index /= window.columnBlocks;", ""],
  ["convolve", "block", "(down % window.rowStride)", "0"], // every row is of the first phase
  ["convolveInput", "block", "window.kernelRows - 1 - u : u", "u : u"], // not turned
  ["convolve", "band", "zero(to, start);", ""],
  ["convolve", "band", "zero(to + ((<usize>end) << 2), width - end);", ""],
  ["convolve", "band", "else zero(to, width);", ""],
  ["convolve", "band", "row >= 0 && ", ""], // rows of the image before
  ["convolve", "band", "from += 4 * step", "from += 16"],
  ["convolve", "sliding", "this.rowReach / this.rowStride", "0"], // a band of too few rows
  ["convolve", "sliding", "this.columnReach / this.columnStride", "0"],
  ["zip:pow", "power", "v128.and(odd, v128.and(a, f64x2.splat(-0.0)))", "v128.and(a, f64x2.splat(-0.0))"],
  ["zip:pow", "power", "v128.or(f64x2.eq(a, one), f64x2.eq(b, f64x2.splat(0)))", "f64x2.eq(b, f64x2.splat(0))"],
  ["zip:pow", "power", "v128.andnot(negative, whole)", "negative"], // (-2)^2 is NaN
  ["zip:pow", "power", "i64x2.splat(1024));\n", "i64x2.splat(1025));\n"],
  ["zip:pow", "power", "f64x2.splat(1.0 / 6)", "f64x2.splat(1.0 / 7)"],
  ["zip:pow", "power", "x, x, 2, 3, 2, 3", "x, x, 0, 1, 2, 3"], // the upper two are the lower
  ["map:exp", "transcendental", "f32x4.splat(1.0 / 120)", "f32x4.splat(1.0 / 100)"],
  ["map:exp", "transcendental", "f32x4.splat(89)", "f32x4.splat(80)"],
  ["map:exp", "transcendental", "f32x4.splat(-2.1219444005469057e-4)", "f32x4.splat(0)"],
  ["map:log", "transcendental", "f32x4.splat(2.0 / 5)", "f32x4.splat(2.0 / 6)"],
  ["map:log", "transcendental", "f32x4.splat(-Infinity), f32x4.splat(NaN)", "f32x4.splat(NaN), f32x4.splat(NaN)"],
  ["map:sigmoid", "transcendental", "f32x4.neg(f32x4.abs(x))", "f32x4.neg(x)"],
  ["map:tanh", "transcendental", "f32x4.splat(20)", "f32x4.splat(2)"],
  ["map:erf", "transcendental", "f32x4.splat(-1.0 / 42)", "f32x4.splat(-1.0 / 40)"],
  ["map:erf", "transcendental", "return withSignOf(x, v128.bitselect(near", "return (v128.bitselect(near"],
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
  ["copy", "lanes", "abUpper, cdUpper, 1, 3", "abUpper, cdUpper, 0, 2"],
  ["matmul", "lanes", "cdUpper, 0, 2", "cdUpper, 1, 3"],
  ["copy", "move", "xRow, n - j)", "xRow, n - j - 1)"],
  ["take", "take", "x += <usize>n * width", "x += width"],
  ["scatterAdd", "sum", "x += (count * inner) << 2", "x += (n * inner) << 2"],
  ["unfold", "unfold", "kind.outside(columns, last, outWidth);", ""],
  ["unfold", "unfold", "below(width - left,", "below(width - left - 1,"],
  ["fold", "unfold", "memory.fill(image, 0,", "memory.fill(image, 0, 0 *"], // not cleared
  ["fold", "unfold", "below(-left,", "below(1 - left,"],
];

describe("a slip in a kernel's text", () => {
  afterEach(restore);

  it.each(slips)("%s in %s.ts: %s written %s, is caught", async (kernel, file, from, to) => {
    expect((await conformance(await deviceWith(file, from, to), only(kernel))).length).toBeGreaterThan(0);
  });

  it("is what is caught: the same text unchanged passes", async () => {
    const device = await deviceWith("max-pool", "r < end", "r < end");
    expect(await conformance(device, /^maxPool2d$/)).toEqual([]);
  });
});
