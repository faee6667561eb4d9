import { afterEach, describe, expect, it } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import type { WindowSizes } from "../../src/devices/sizes.ts";
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
    "extremePool2d",
    "gives the largest where the weight is negative too",
    ({ extremePool2d }) => ({ extremePool2d: (x, w, window) => extremePool2d(x, edited(w, Math.abs), window) }),
  ],
  [
    "extremePool2d",
    "gives the least where the weight is 0",
    ({ extremePool2d }) => ({
      extremePool2d: (x, w, window) =>
        extremePool2d(
          x,
          edited(w, (v) => (v === 0 ? -1 : v)),
          window,
        ),
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
      batchNormalize: (x, w, b, moments, axis, { relu }) => batchNormalize(x, w, b, moments, axis, { eps: 0, relu }),
    }),
  ],
  [
    "batchNormalizeInput",
    "takes the moments for constants",
    ({ batchNormalizeInput }) => ({
      batchNormalizeInput(g, x, w, b, moments, totals, axis, how) {
        const none = edited(totals, (v) => (axis.outer * axis.inner < 1000 ? v : 0));
        return batchNormalizeInput(g, x, w, b, moments, none, axis, how);
      },
    }),
  ],
  [
    "batchNormalizePoolInput",
    "forgets relu",
    ({ batchNormalizePoolInput }) => ({
      batchNormalizePoolInput: (g, x, w, b, moments, totals, places, window, { eps }) =>
        batchNormalizePoolInput(g, x, w, b, moments, totals, places, window, { eps, relu: false }),
    }),
  ],
  [
    "batchNormalizeTotals",
    "does not centre",
    ({ batchNormalizeTotals }) => ({
      batchNormalizeTotals(g, x, w, b, moments, axis, how) {
        const still = edited(moments, (v, i) => (i < axis.n ? 0 : v));
        return batchNormalizeTotals(g, x, w, b, still, axis, how);
      },
    }),
  ],
  [
    "batchNormalizeTotals",
    "forgets relu",
    ({ batchNormalizeTotals }) => ({
      batchNormalizeTotals: (g, x, w, b, moments, axis, { eps }) =>
        batchNormalizeTotals(g, x, w, b, moments, axis, { eps, relu: false }),
    }),
  ],
  [
    "gru",
    "reads every sequence from its first item",
    ({ gru }) => ({
      gru: (x, h, w, b, width, along) => gru(x, h, w, b, width, { ...along, reverse: false }),
    }),
  ],
  [
    "gruGradients",
    "takes each first state for 0",
    ({ gruGradients }) => ({
      gruGradients: (g, h, w, y, trace, width, along) =>
        gruGradients(
          g,
          edited(h, () => 0),
          ...([w, y, trace, width, along] as const),
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
  ["maxPool2d", "max-pool", "f32x4.lt(best, largest)", "f32x4.le(best, largest)"], // the last row of equals wins
  ["maxPool2d", "max-pool", "f32x4.lt(even, odd)", "f32x4.le(even, odd)"],
  ["maxPool2d", "max-pool", "f32x4.lt(largest, third)", "f32x4.le(largest, third)"],
  ["maxPool2d", "max-pool", "!v128.any_true(f32x4.ne(none, none))", "true"], // NaN is treated as a number
  ["maxPool2d", "max-pool", "i32x4.splat(next)", "i32x4.splat(width)"], // places of the row before
  ["unpick", "max-pool", "memory.fill(y, 0, (<usize>(sizes.height * sizes.width)) << 2);", ""],
  ["unpick", "max-pool", "memory.fill(y, 0, end - y);", ""],
  ["unpick", "max-pool", "let c = 2 * ow; c < width", "let c = width; c < width"], // the column that no window covers
  ["unpick", "max-pool", "splat(left + 1)", "splat(left)"],
  ["unpick", "max-pool", "load<f32>(to) + load<f32>(g + j)", "load<f32>(g + j)"], // the last of equal places wins
  ["extremePool2d", "max-pool", "least ? -0.0 : 0", "0"], // the largest everywhere
  ["extremePool2d", "max-pool", "p % <usize>sizes.channels", "0"], // by the first channel's weight
  ["extremePool2d", "max-pool", "v128.xor(everyNth(at, 2), turn)", "everyNth(at, 2)"],
  ["extremePool2d", "max-pool", "v128.xor(v128.load(at), turn)", "v128.load(at)"],
  ["extremePool2d", "max-pool", "v128.xor(v128.load(at, 16), turn)", "v128.load(at, 16)"],
  ["extremePool2d", "max-pool", "v128.xor(v128.load32_zero(at, 32), turn)", "v128.load32_zero(at, 32)"],
  ["extremePool2d", "max-pool", "v128.xor(best, turn)", "best"],
  ["extremePool2d", "max-pool", "let b = v128.xor(loadFirst(at, left), turn)", "let b = loadFirst(at, left)"],
  ["extremePool2d", "max-pool", "next = v128.xor(loadFirst(at, left), turn)", "next = loadFirst(at, left)"],
  ["extremePool2d", "max-pool", "v128.xor(b, turn)", "b"],
  ["batchNormalizePoolInput", "batch-norm-pool", "p % n", "0"], // the first channel everywhere
  ["batchNormalizePoolInput", "batch-norm-pool", "sizes.pixels", "sizes.width"], // g of other planes
  ["batchNormalizePoolInput", "batch-norm-pool", "floorOf(relu)", "floorOf(false)"],
  ["batchNormalizePoolInput", "batch-norm-pool", "(<usize>n) << 2", "0"], // slopes for offsets
  ["batchNormalizePoolInput", "batch-norm-pool", "x + before", "x"], // every plane is the first
  ["channelMoments", "channel-moments", "+ own + distance * distance * weight", "+ own"],
  ["channelMoments", "channel-moments", "- sum * sum * ofPiece", ""],
  ["channelMoments", "channel-moments", "if (abs(mean) < Infinity) ", ""],
  ["channelMoments", "channel-moments", "memory.fill(totals, 0, 4 * row);", ""],
  ["channelMoments", "channel-moments", "memory.fill(shifts, 0, row);", ""],
  ["channelMoments", "channel-sums", "i < length;", "i < length - 1;"], // an edge column skipped
  ["channelMoments", "channel-moments", "min(span, outer - before)", "span"], // the last block is as long as the others
  ["channelMoments", "channel-moments", "before < outer; before += span", "before < outer; before += 2 * span"], // a block skipped
  ["channelMoments", "channel-moments", "(o - b * span) * inner + i", "o * inner + i"], // a block does not begin anew
  ["batchNormalize", "batch-norm", "r % n", "r % 1"], // the first channel everywhere
  ["batchNormalize", "batch-norm", "v128.andnot(a, f32x4.le(v, floor))", "v128.and(a, f32x4.gt(v, floor))"], // NaN is lost
  ["batchNormalizeInput", "batch-norm", "deviation(moments, n, <i32>(at >> 2), eps)", "1"],
  ["batchNormalizeInput", "batch-norm", "slopes + ((<usize>n) << 2)", "slopes"],
  ["batchNormalizeTotals", "channel-totals", "product += load<f64>(at + row)", "product += load<f64>(at)"], // sum of g
  ["batchNormalizeTotals", "channel-totals", "b < blocks; b++", "b < 1; b++"], // the first block alone
  ["batchNormalizeTotals", "channel-totals", "kept(a, normalized(centred, factor, bias), floor)", "a"],
  ["gru", "gru", "f32x4.sub(loadFirst(state + j, left), n), n)", "loadFirst(state + j, left), n)"], // n is not taken off
  ["gru", "gru", "madd(r, q, loadFirst(x + 2 * row + j, left))", "f32x4.add(q, loadFirst(x + 2 * row + j, left))"], // no reset
  ["gru", "gru", "storeFirst(state + j, h, left);", ""], // the state stays as it was
  ["gru", "gru", "bias + row + j, left", "bias + j, left"], // z has the bias of r
  ["gru", "gru", "storeFirst(kept + 3 * row + j, q, left)", "storeFirst(kept + 3 * row + j, n, left)"],
  ["gruGradients", "gru", "loadFirst(direct + at + j, left)", "f32x4.splat(0)"], // what z lets through is lost
  ["gruGradients", "gru", "f32x4.mul(dn, r), left", "dn, left"],
  ["gruGradients", "gru", "f32x4.sub(loadFirst(before + at + j, left), n)", "loadFirst(before + at + j, left)"],
  ["gruGradients", "gru", "f32x4.sub(one, f32x4.mul(n, n))", "f32x4.sub(one, n)"],
  ["zip:addRelu", "zip", "f32x4.max(f32x4.add(a, b), f32x4.splat(0))", "f32x4.pmax(f32x4.splat(0), f32x4.add(a, b))"], // NaN is lost
  ["zip:addRelu", "zip", "f32x4.max(f32x4.add(a, b), f32x4.splat(0))", "f32x4.max(f32x4.add(a, b), b)"], // max(a, 0) + b
  ["squaredDistances", "distance", "f32x4.add(sums, squares(a", "(squares(a"], // only the last block counts
  ["pdist", "distance", "left > 2 ? b1 + point", "left > 3 ? b1 + point"],
  ["matmul", "gemm", "min(block, k - p)", "min(block - 1, k - p)"], // a term skipped
  ["matmul", "gemm", "let fresh = true", "let fresh = false"], // not cleared
  ["matmul", "gemm", "fresh || !whole", "fresh"], // sums of the block before are added
  ["matmul", "gemm", "asItLies = aColumn === 1", "asItLies = true"], // rows read that do not lie so
  ["matmul", "gemm", "min(tileColumns, n - j), fresh", "min(tileColumns, n - j) - 1, fresh"], // the last column skipped
  ["matmul", "gemm", "4 * rowBlock, from, from + 64", "4 * rowBlock, from, from"],
  ["matmul", "gemm", "rowBlock)) << 2), m, fresh", "rowBlock)) << 2), m & ~3, fresh"], // the last rows of a transposed result
  ["matmul", "gemm", "<usize>(i * cRow + j", "<usize>(j"], // rows over rows
  ["matmul", "gemm", "(from / rowUnits) % blocks", "from / rowUnits"], // columns of the second of a batch
  ["matmul", "gemm", "s * bNext", "s * aNext"],
  ["matmul", "gemm", "(fresh || p >= k)", "fresh"], // what the last turn gathers is forgotten
  ["matmul", "tile", "b < end", "b + 64 < end"], // a term skipped
  ["matmul", "tile", "c13 = madd(second", "c13 = madd(first"],
  ["matmul", "tile", "put(c1, c10, c11, c12, c13, fresh)", "put(c1, c10, c11, c12, c13, true)"], // only the last block counts
  ["matmul", "pack", "store<f32>(to, load<f32>(d + at), 12);", ""],
  ["matmul", "pack", "(<usize>q & 3) * apart", "(<usize>q & 1) * apart"], // the upper eight over the lower
  ["matmul", "pack", "y + 3 * apart", "y + 2 * apart"],
  ["matmul", "pack", "d < depth; d++", "d < depth - 1; d++"],
  ["matmul", "vector", "loadFirst(a, k - p), loadFirst", "v128.load(a), loadFirst"], // a factor that is not there, by 0
  ["matmul", "vector", "madd(a3, loadFirst(b3", "madd(a3, loadFirst(b2"],
  ["matmul", "vector", "if (left === 0) return;", "return;"], // the last columns skipped
  ["matmul", "vector", "<f64>dotBlock(a + at, b + at", "<f64>dotBlock(a, b"], // the first block again
  ["matmul", "vector", "min(block, k - p), n, step", "min(block - 1, k - p), n, step"],
  ["matmul", "vector", "s * n + first", "first"], // every product is the first of its batch
  ["matmul", "vector", "s * bNext + first", "first"],
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
  ["convolve", "winograd-tiles", "clear(to, step, right - begin, length);", ""], // none behind it
  ["convolve", "winograd-tiles", "const some = right - left;", "const some = right - left - 1;"],
  ["convolve", "winograd-tiles", "few ? left : min(column, right - 4)", "few ? left : column"],
  ["convolve", "winograd-tiles", "inside(tiles, top + 5) ? from + 5", "true ? from + 5"], // none below it
  ["convolve", "winograd-tiles", "kind.size > 4 ? 4 : 0", "8"], // rows of tiles are longer than is known
  ["convolve", "winograd-tiles", "at += size > 4 ? 16 : 0", "at += 0"],
  ["convolve", "winograd-tiles", "image++", "image += 0"],
  ["convolve", "winograd-transforms", "madd(f32x4.splat(-aa - bb), d3, d5)", "madd(f32x4.splat(-aa - bb), d2, d5)"],
  ["convolve", "winograd-products", "terms, first", "terms, fresh"],
  ["convolve", "winograd-results", "min(4, tiles.height - 4 * i)", "4"], // rows that stick out are written
  ["convolve", "winograd-results", "tiles.channels * tiles.height", "tiles.height"],
  ["convolve", "winograd-weights", "min(o, outs - 1)", "o & -4"],
  ["convolveInput", "winograd-weights", "3 * column", "column"],
  ["convolve", "winograd", "o += outBlock", "o += outs"], // only the first block of channels
  [
    "convolveWeight",
    "winograd-gradient",
    "min(panel * lanes + l + q, channels - 1)",
    "min(panel * lanes + q, channels - 1)",
  ],
  ["convolveWeight", "winograd-gradient", "v128.store_lane<f32>(at, last, 3, 140);", ""],
  ["zip:pow", "power", "v128.and(odd, v128.and(a, f32x4.splat(-0.0)))", "v128.and(a, f32x4.splat(-0.0))"],
  ["zip:pow", "power", "v128.or(f32x4.eq(a, one), f32x4.eq(b, f32x4.splat(0)))", "f32x4.eq(b, f32x4.splat(0))"],
  ["zip:pow", "power", "v128.andnot(negative, whole)", "negative"], // (-2)^2 is NaN
  ["zip:pow", "power", "v128.xor(zero, f32x4.gt", "v128.or(zero, f32x4.gt"], // 0^-1 is 0
  ["zip:pow", "power", "f64x2.splat(129)", "f64x2.splat(100)"],
  ["zip:pow", "power", "i32x4.splat(0x7effffff)", "i32x4.splat(-1)"], // nothing is special
  ["zip:pow", "power", "0.5767151860190234", "0.4"],
  ["zip:pow", "power", "x, x, 2, 3, 2, 3", "x, x, 0, 1, 2, 3"], // the upper two are the lower
  ["map:exp", "transcendental", "f32x4.splat(0.16666578)", "f32x4.splat(0.15)"],
  ["map:exp", "transcendental", "f32x4.splat(89)", "f32x4.splat(80)"],
  ["map:exp", "transcendental", "f32x4.splat(2.1219444005469057e-4)", "f32x4.splat(0)"],
  ["map:exp", "map", "i32x4.gt_u(far, f.most())", "i32x4.gt_u(far, i32x4.splat(-1))"], // nothing is special
  ["map:log", "transcendental", "f32x4.splat(0.3998878)", "f32x4.splat(0.35)"],
  ["map:log", "transcendental", "f32x4.splat(-Infinity), f32x4.splat(NaN)", "f32x4.splat(NaN), f32x4.splat(NaN)"],
  ["map:sigmoid", "transcendental", "f32x4.lt(x, f32x4.splat(-87))", "f32x4.lt(x, f32x4.splat(0))"],
  ["map:tanh", "transcendental", "f32x4.splat(10)", "f32x4.splat(2)"],
  ["map:erf", "transcendental", "f32x4.splat(-1.0 / 42)", "f32x4.splat(-1.0 / 40)"],
  ["map:erf", "transcendental", "return withSignOf(x, v128.bitselect(near", "return (v128.bitselect(near"],
  ["reduce:sum", "sum", "x < end; x += 4) sum +=", "x < end - 4; x += 4) sum +="],
  ["map:neg", "map", "at < end; at += 4", "at + 4 < end; at += 4"], // the last number skipped
  ["map:sign", "map", "f32x4.gt(f32x4.abs(x)", "f32x4.ge(f32x4.abs(x)"], // the sign of 0 is 1
  ["zip:sub", "zip", "f.of(one, v128.load(b))", "f.of(v128.load(b), one)"],
  ["zip:add", "zip", "b += bStep;", "b += aStep;"],
  ["zip:keepWhere", "zip", "f32x4.ne(c, f32x4.splat(0))", "f32x4.gt(c, f32x4.splat(0))"],
  ["reduce:sum", "sum", "v128.load64_zero(d + at, 8)", "v128.load64_zero(d + at)"],
  ["reduce:sum", "sum", "width, count - whole * width", "width, 0"], // the last, shorter row of a piece skipped
  ["reduce:sum", "sum", "p < count; p++", "p < count - 1; p++"], // the last piece skipped
  ["reduce:sum", "sum", "(u - o * panels) * panel", "0"],
  ["reduce:max", "extreme", "if (v128.any_true(holes)) return f32x4.splat(NaN);", ""],
  ["reduce:argMax", "extreme", "f32x4.gt(v128.xor(v, sign)", "f32x4.ge(v128.xor(v, sign)"], // the last of equals wins
  ["reduce:argMax", "extreme", "v128.andnot(f32x4.ne(v, v), f32x4.ne(old, old))", "f32x4.ne(v, v)"], // the last NaN wins
  ["reduce:argMin", "extreme", "j + ctz(", "j + clz("],
  ["reduce:argMin", "extreme", "first + firstOf(", "firstOf("], // counted from where the piece begins
  ["reduce:argMax", "extreme", "top = next;", ""], // the first piece wins
  ["reduce:argMax", "extreme", "at ? at : best", "best"],
  ["copy", "lanes", "abUpper, cdUpper, 1, 3", "abUpper, cdUpper, 0, 2"],
  ["matmul", "lanes", "cdUpper, 0, 2", "cdUpper, 1, 3"],
  ["copy", "move", "xRow, n - j)", "xRow, n - j - 1)"],
  ["take", "take", "<usize>(o * n)", "<usize>o"],
  ["scatterAdd", "sum", "x + ((<usize>o * count * inner) << 2)", "x + ((<usize>o * n * inner) << 2)"],
  ["unfold", "unfold", "kind.outside(columns, last, outWidth);", ""],
  ["unfold", "unfold", "below(width - left,", "below(width - left - 1,"],
  ["fold", "unfold", "memory.fill(image + from * plane, 0, (to - from) * plane);", ""], // not cleared
  ["fold", "unfold", "below(-left,", "below(1 - left,"],
  ["sumOfSquares", "sum", "v128.load64_zero(b, 24)", "v128.load64_zero(b, 16)"],
  ["squaredLengths", "sum", "a < end; a += 4, b += 4) sum", "a + 4 < end; a += 4, b += 4) sum"], // the last number skipped
  [
    "squaredLengths",
    "sum",
    "sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);\n  for (; a <",
    "sum = 2 * f64x2.extract_lane(s0, 0);\n  for (; a <",
  ],
  ["unitRows", "unit-rows", "length < eps ? eps : length", "length"],
  ["unitRows", "unit-rows", "f32x4.div(four, by), left)", "f32x4.div(four, by), left - 1)"],
  ["unitRowsInput", "unit-rows", "if (length < eps)", "if (length <= 0)"],
  ["unitRowsInput", "unit-rows", "dot(x + at, g + at, n) / square", "dot(x + at, g + at, n) / length"],
  ["crossEntropy", "cross-entropy", "abs(largest) === Infinity ? 0 : largest", "largest"],
  ["crossEntropy", "cross-entropy", "abs(largest) === Infinity ? 0 : largest", "0"], // overflows
  ["crossEntropy", "cross-entropy", "i32x4.splat(n))", "i32x4.splat(n + 1))"], // a number past the end counts
  ["crossEntropy", "cross-entropy", "v128.shuffle<f32>(m0, m0, 1, 0, 3, 2)", "m0"],
  ["crossEntropy", "cross-entropy", "four, four, 2, 3, 0, 1", "four, four, 0, 1, 2, 3"],
  ["crossEntropy", "cross-entropy", "n > 0; n--, x += 4, t += 4", "n > 1; n--, x += 4, t += 4"],
  ["crossEntropyInput", "cross-entropy", "f32x4.splat(<f32>sumOf(target + begin, classes))", "f32x4.splat(1)"],
  ["crossEntropyInput", "cross-entropy", "load<f32>(own) - 1 / <f32>n", "load<f32>(own) - 1"],
  ["logPotential", "point-set", "i < t * tilePoints + 2 * half", "i < t * tilePoints + 2 * half - 1"], // the last that is not there counts
  ["logPotential", "point-set", "low1 = f64x2.add(low1,", "low1 = f64x2.add(low0,"],
  ["logPotential", "seven", "f32x4.sub(t2, z12)", "f32x4.sub(z12, t2)"],
  ["logPotential", "seven", "0x6432510", "0x6423510"],
  ["potentialGradient", "seven", "f32x4.sub(t2, b21)", "f32x4.sub(b21, t2)"],
  ["logPotential", "seven", "const u3 = f32x4.add(u2, v128.load(at + 6 * step))", "const u3 = u2"],
  ["logPotential", "tournament", "round + ring - k", "round + ring + k"],
  ["logPotential", "tournament", "k === 0 ? ring", "k === 0 ? round"],
  ["logPotential", "potential", "itself && i === q", "false"], // a point meets itself
  ["logPotential", "potential", "itself ? 0.5 * sum : sum", "sum"],
  ["logPotential", "potential", "(k + round) % others", "k"],
  ["logPotential", "exponents", "c === 0", "true"], // only what is left of 256 coordinates
  ["logPotential", "potential-pairs", "if (!(shift < Infinity)) shift = 0;", ""],
  ["logPotential", "potential-pairs", "(m + 3) & -4", "m"], // what lies behind the distances counts
  ["logPotential", "potential-pairs", "if (alone) store", "if (false) store"],
  ["potentialGradient", "point-set", "memory.fill(set.gradient", "if (false) memory.fill(set.gradient"], // not cleared
  ["potentialGradient", "seven", "f32x4.sub(a12, s2)", "a12"],
  ["potentialGradient", "potential", "if (ofB) pull", "if (ofB && !itself) pull"],
  ["potentialGradient", "potential", "count(a, i + rows,", "count(a, i,"],
  ["potentialGradient", "potential", "f32x4.neg(pulled)", "pulled"],
  ["potentialGradient", "potential-pull", "f32x4.sub(sum, own)", "sum"],
  ["potentialGradient", "potential-pairs", "exponent < -104 && squared < Infinity", "exponent < -104"],
  ["sgd", "optimizer", "sgdOf<One>(nextP", "sgdOf<Four>(nextP + 4"], // the last few go astray
  ["sgd", "optimizer", "buffer === 0 ? d :", "buffer === 0 ? before :"],
  ["sgd", "optimizer", "nesterov ? f32x4.add(d, f32x4.mul(own, kept)) : own", "own"],
  ["sgd", "optimizer", "lanes.store(nextBuffer + at, own)", "lanes.store(nextBuffer + at, d)"],
  ["adam", "optimizer", "f32x4.mul(f32x4.mul(d, d)", "f32x4.mul(f32x4.mul(mean, d)"],
  ["adam", "optimizer", "if (shrink !== 1) ", "if (shrink === 1) "],
  ["adam", "optimizer", "f32x4.sqrt(f32x4.div(square, f32x4.splat(correction)))", "f32x4.sqrt(square)"],
  ["adam", "optimizer", "storeFirst(nextV + at, square, left)", "storeFirst(nextV + at, square, left - 1)"],
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
