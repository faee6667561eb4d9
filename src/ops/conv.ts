import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { WindowSizes } from "../devices/sizes.ts";
import { checkOptions } from "../options.ts";
import { show } from "../shape.ts";
import type { Activation } from "./activation.ts";
import { addBias, checkBias } from "./add-bias.ts";
import { fusedKernel } from "./fused-kernel.ts";
import { reshape } from "./layout.ts";
import { gemm } from "./matmul.ts";
import { type Pair, pair } from "./pair.ts";
import { sum } from "./reduce.ts";
import { fold, unfold, type WindowOptions, windowOptions, windowOver } from "./window.ts";

/**
 * The convolution itself, without bias: linear in x and in w. Its two adjoints are ops of their own, and the gradients of
 * all three are one another, to any order. x: [b, c, h, w], w: [out, c, kh, kw] -> [b, out, oh, ow].
 * Derivation: docs/derivations.md#convolution.
 */
export const convolve: Op<[x: Tensor, w: Tensor, options?: WindowOptions]> = defineOp({
  name: "convolve",
  kernel: "convolve",
  names: ["x", "w"],
  plan(x: Tensor, w: Tensor, options: WindowOptions = {}) {
    checkWeight("convolve", x, w, 1);
    const window = windowOver("convolve", x.shape, kernelOf(w), options);
    const shape = [window.batch, w.shape[0], window.outHeight, window.outWidth];
    return { inputs: [x, w], shape, window, options };
  },
  compose(x, w, options = {}) {
    const { batch, outHeight, outWidth } = windowOver("convolve", x.shape, kernelOf(w), options);
    const y = gemm(asMatrix(w), unfold(x, kernelOf(w), options)); // [b, out, oh*ow]
    return reshape(y, [batch, w.shape[0], outHeight, outWidth]);
  },
  forward: (device, [x, w], { window, shape }) => fusedKernel(device, "convolve")(x, w, shape[1], window),
  vjp: [
    (g, { w }, { window, options }) => convolveInput(g, w, [window.height, window.width], options),
    (g, { x }, { window, options }) => convolveWeight(x, g, window.kernel, options),
  ],
  saves: [["w"], ["x"]],
});

/**
 * The adjoint of `convolve` in x: spreads each pixel over a window of the image. g: [b, out, oh, ow],
 * w: [out, c, kh, kw] -> [b, c, ...size].
 * Derivation: docs/derivations.md#convolution.
 */
export const convolveInput: Op<[g: Tensor, w: Tensor, size: readonly [number, number], options?: WindowOptions]> =
  defineOp({
    name: "convolveInput",
    kernel: "convolveInput",
    names: ["g", "w"],
    plan(g: Tensor, w: Tensor, size: readonly [number, number], options: WindowOptions = {}) {
      checkWeight("convolveInput", g, w, 0);
      const shape = [g.shape[0], w.shape[1], ...size];
      const window = windowOver("convolveInput", shape, kernelOf(w), options);
      checkPixels("convolveInput", g, window);
      return { inputs: [g, w], shape, window, options };
    },
    compose(g, w, size, options) {
      const [b, out, oh, ow] = g.shape;
      const columns = gemm(asMatrix(w), reshape(g, [b, out, oh * ow]), { transposeA: true }); // [b, c*kh*kw, oh*ow]
      return fold(columns, size, kernelOf(w), options);
    },
    forward: (device, [g, w], { window, shapes: [[, out]] }) => fusedKernel(device, "convolveInput")(g, w, out, window),
    vjp: [
      (h, { w }, { options }) => convolve(h, w, options),
      (h, { g }, { window, options }) => convolveWeight(h, g, window.kernel, options),
    ],
    saves: [["w"], ["g"]],
  });

/**
 * The adjoint of `convolve` in w: how every pixel of the image meets every pixel of g. x: [b, c, h, w],
 * g: [b, out, oh, ow] -> [out, c, ...kernel].
 * Derivation: docs/derivations.md#convolution.
 */
export const convolveWeight: Op<[x: Tensor, g: Tensor, kernel: readonly [number, number], options?: WindowOptions]> =
  defineOp({
    name: "convolveWeight",
    kernel: "convolveWeight",
    names: ["x", "g"],
    plan(x: Tensor, g: Tensor, kernel: readonly [number, number], options: WindowOptions = {}) {
      const window = windowOver("convolveWeight", x.shape, kernel, options);
      checkPixels("convolveWeight", g, window);
      return { inputs: [x, g], shape: [g.shape[1], window.channels, ...kernel], window, options };
    },
    compose(x, g, kernel, options) {
      const [b, out, oh, ow] = g.shape;
      const perImage = gemm(reshape(g, [b, out, oh * ow]), unfold(x, kernel, options), { transposeB: true });
      return reshape(sum(perImage, { dim: 0 }), [out, x.shape[1], ...kernel]); // [b, out, c*kh*kw] -> [out, c, kh, kw]
    },
    forward: (device, [x, g], { window, shapes: [, [, out]] }) =>
      fusedKernel(device, "convolveWeight")(x, g, out, window),
    vjp: [
      (h, { g }, { window, options }) => convolveInput(g, h, [window.height, window.width], options),
      (h, { x }, { options }) => convolve(x, h, options),
    ],
    saves: [["g"], ["x"]],
  });

function kernelOf({ shape }: Tensor): [number, number] {
  return [shape[2], shape[3]];
}

/** [out, c, kh, kw] -> [out, c*kh*kw] */
function asMatrix(w: Tensor): Tensor {
  return reshape(w, [w.shape[0], w.size / w.shape[0]]);
}

/** Throws unless g: [batch, out, oh, ow] has a pixel for each place of the window. */
function checkPixels(what: string, { shape }: Tensor, { batch, outHeight, outWidth }: WindowSizes): void {
  if (shape.length === 4 && shape[0] === batch && shape[2] === outHeight && shape[3] === outWidth) return;
  throw new RangeError(`${what}: needs [${batch}, channels, ${outHeight}, ${outWidth}], got ${show(shape)}`);
}

/** How the window moves, the bias, and what comes after it. */
export interface ConvOptions extends WindowOptions {
  /** [out channels], added to every pixel. */
  bias?: Tensor;
  /** What to do with each number in the same pass over memory as the bias. */
  activation?: Activation;
}

const convOptions = ["bias", "activation", ...windowOptions] as const;

/**
 * Cross-correlation y[n, o, i, j] = Σ_{c, u, v} x[n, c, i·s − p + u·d, j·s − p + v·d] w[o, c, u, v] + bias[o], and of that
 * the `activation`, if one is given.
 * x: [batch, in, height, width], w: [out, in, kh, kw] -> [batch, out, oh, ow].
 * Derivation: docs/derivations.md#convolution.
 */
export function conv2d(x: Tensor, w: Tensor, options: ConvOptions = {}): Tensor {
  const { bias, activation, ...how } = checkOptions("conv2d", options, convOptions);
  checkWeight("conv2d", x, w, 1);
  checkBias("conv2d", w.shape[0], bias, activation);
  return addBias("conv2d", convolve(x, w, how), bias, activation);
}

/** As for `conv2d`, and which of the possible sizes to make. */
export interface ConvTransposeOptions extends ConvOptions {
  /** Extra rows and columns at the end, fewer than stride, to choose among the sizes that a stride maps to one. */
  outputPadding?: Pair;
}

/**
 * The adjoint of `conv2d` in x: spreads each pixel over a window. x: [batch, in, h, w], w: [in, out, kh, kw] ->
 * [batch, out, (h − 1)·s − 2p + d·(kh − 1) + 1 + outputPadding, ...].
 * Derivation: docs/derivations.md#convolution.
 */
export function convTranspose2d(x: Tensor, w: Tensor, options: ConvTransposeOptions = {}): Tensor {
  const known = [...convOptions, "outputPadding"] as const;
  const { bias, activation, outputPadding = 0, ...how } = checkOptions("convTranspose2d", options, known);
  checkWeight("convTranspose2d", x, w, 0);
  checkBias("convTranspose2d", w.shape[1], bias, activation);
  const [, , h, width] = x.shape;
  const [kh, kw] = kernelOf(w);
  const stride = pair("convTranspose2d: stride", how.stride ?? 1, 1);
  const padding = pair("convTranspose2d: padding", how.padding ?? 0, 0);
  const dilation = pair("convTranspose2d: dilation", how.dilation ?? 1, 1);
  const extra = pair("convTranspose2d: outputPadding", outputPadding, 0);
  if (extra.some((e, d) => e >= stride[d])) {
    throw new RangeError(`convTranspose2d: outputPadding [${extra}] must be smaller than stride [${stride}]`);
  }
  const along = (n: number, k: number, d: 0 | 1): number =>
    (n - 1) * stride[d] - 2 * padding[d] + dilation[d] * (k - 1) + 1 + extra[d];
  const size = pair("convTranspose2d: the result's sizes", [along(h, kh, 0), along(width, kw, 1)], 1);
  return addBias("convTranspose2d", convolveInput(x, w, size, how), bias, activation);
}

function checkWeight(what: string, x: Tensor, w: Tensor, channelDim: 0 | 1): void {
  if (x.shape.length !== 4 || w.shape.length !== 4 || x.shape[1] !== w.shape[channelDim]) {
    const form = channelDim === 1 ? "[out, in, kh, kw]" : "[in, out, kh, kw]";
    throw new RangeError(`${what}: images ${show(x.shape)} need weights ${form}, got ${show(w.shape)}`);
  }
}
