import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { WindowSizes } from "../devices/device.ts";
import { checkOptions } from "../options.ts";
import { type Shape, sameShape, show } from "../shape.ts";
import { reshape } from "./layout.ts";
import { gemm } from "./matmul.ts";
import { type Pair, pair } from "./pair.ts";
import { add } from "./pointwise.ts";

/** How a window moves: step, zeros around the image, spacing of the window's entries. */
export interface WindowOptions {
  stride?: Pair;
  padding?: Pair;
  dilation?: Pair;
}

const windowOptions = ["stride", "padding", "dilation"] as const;

/** The sizes of a window of `kernel` over images of shape [batch, channels, height, width]. */
function windowOver(what: string, image: Shape, kernel: Pair, options: WindowOptions): WindowSizes {
  if (image.length !== 4)
    throw new RangeError(`${what}: needs images [batch, channels, height, width], got ${show(image)}`);
  const k = pair(`${what}: kernel`, kernel, 1);
  const stride = pair(`${what}: stride`, options.stride ?? 1, 1);
  const padding = pair(`${what}: padding`, options.padding ?? 0, 0);
  const dilation = pair(`${what}: dilation`, options.dilation ?? 1, 1);
  const [batch, channels, height, width] = image;
  const along = (n: number, d: 0 | 1): number =>
    Math.floor((n + 2 * padding[d] - dilation[d] * (k[d] - 1) - 1) / stride[d]) + 1;
  const [outHeight, outWidth] = [along(height, 0), along(width, 1)];
  if (outHeight < 1 || outWidth < 1) {
    const how = `images of shape ${show(image)} with padding [${padding}]`;
    throw new RangeError(`${what}: a ${k[0]}x${k[1]} window does not fit into ${how}`);
  }
  return { batch, channels, height, width, kernel: k, stride, padding, dilation, outHeight, outWidth };
}

function columnShape({ batch, channels, kernel, outHeight, outWidth }: WindowSizes): number[] {
  return [batch, channels * kernel[0] * kernel[1], outHeight * outWidth];
}

/**
 * [b, c, h, w] -> [b, c*kh*kw, oh*ow]: every window as a column, zeros outside the image. Adjoint: `fold`.
 * Derivation: docs/derivations.md#convolution.
 */
export const unfold: Op<[x: Tensor, kernel: Pair, options?: WindowOptions]> = defineOp({
  name: "unfold",
  names: ["x"],
  plan(x: Tensor, kernel: Pair, options: WindowOptions = {}) {
    const window = windowOver("unfold", x.shape, kernel, checkOptions("unfold", options, windowOptions));
    return { inputs: [x], shape: columnShape(window), window, options };
  },
  forward: ({ kernels }, [x], { window }) => kernels.unfold(x, window),
  vjp: [(g, _, { window, options }) => fold(g, [window.height, window.width], window.kernel, options)],
});

/**
 * [b, c*kh*kw, oh*ow] -> [b, c, height, width]: what `unfold` took apart, overlaps added up. Adjoint: `unfold`.
 * Derivation: docs/derivations.md#convolution.
 */
export const fold: Op<[columns: Tensor, size: readonly [number, number], kernel: Pair, options?: WindowOptions]> =
  defineOp({
    name: "fold",
    names: ["columns"],
    plan(columns: Tensor, size: readonly [number, number], kernel: Pair, options: WindowOptions = {}) {
      checkOptions("fold", options, windowOptions);
      const [[kh, kw], whole] = [pair("fold: kernel", kernel, 1), pair("fold: size", size, 1)];
      const [batch, rows] = columns.shape;
      const shape = [batch, Math.floor(rows / (kh * kw)), ...whole];
      const window = windowOver("fold", shape, kernel, options);
      if (!sameShape(columns.shape, columnShape(window))) {
        const needed = `[batch, channels*${kh * kw}, ${window.outHeight * window.outWidth}]`;
        const found = `columns ${show(columns.shape)} do not fit images of ${size.join("x")}`;
        throw new RangeError(`fold: ${found}: needs ${needed}`);
      }
      return { inputs: [columns], shape, window, options };
    },
    forward: ({ kernels }, [columns], { window }) => kernels.fold(columns, window),
    vjp: [(g, _, { window, options }) => unfold(g, window.kernel, options)],
  });

/** How the window moves, and the bias. */
export interface ConvOptions extends WindowOptions {
  /** [out channels], added to every pixel. */
  bias?: Tensor;
}

const convOptions = ["bias", ...windowOptions] as const;

/**
 * Cross-correlation y[n, o, i, j] = Σ_{c, u, v} x[n, c, i·s − p + u·d, j·s − p + v·d] w[o, c, u, v] + bias[o].
 * x: [batch, in, height, width], w: [out, in, kh, kw] -> [batch, out, oh, ow].
 * Derivation: docs/derivations.md#convolution.
 */
export function conv2d(x: Tensor, w: Tensor, options: ConvOptions = {}): Tensor {
  const { bias, ...how } = checkOptions("conv2d", options, convOptions);
  checkWeight("conv2d", x, w, 1);
  const [out, inner, kh, kw] = w.shape;
  const { outHeight, outWidth } = windowOver("conv2d", x.shape, [kh, kw], how);
  const columns = unfold(x, [kh, kw], how); // [b, in*kh*kw, oh*ow]
  const y = gemm(reshape(w, [out, inner * kh * kw]), columns); // [b, out, oh*ow]
  return addBias("conv2d", reshape(y, [x.shape[0], out, outHeight, outWidth]), bias);
}

/** As for `conv2d`, and which of the possible sizes to make. */
export interface ConvTransposeOptions extends ConvOptions {
  /** Extra rows and columns at the end, to choose among the sizes that a stride maps to one. */
  outputPadding?: Pair;
}

/**
 * The adjoint of `conv2d` in x: spreads each pixel over a window. x: [batch, in, h, w], w: [in, out, kh, kw] ->
 * [batch, out, (h − 1)·s − 2p + d·(kh − 1) + 1 + outputPadding, ...].
 * Derivation: docs/derivations.md#convolution.
 */
export function convTranspose2d(x: Tensor, w: Tensor, options: ConvTransposeOptions = {}): Tensor {
  const known = [...convOptions, "outputPadding"] as const;
  const { bias, outputPadding = 0, ...how } = checkOptions("convTranspose2d", options, known);
  checkWeight("convTranspose2d", x, w, 0);
  const [b, inner, h, width] = x.shape;
  const [, out, kh, kw] = w.shape;
  const stride = pair("convTranspose2d: stride", how.stride ?? 1, 1);
  const padding = pair("convTranspose2d: padding", how.padding ?? 0, 0);
  const dilation = pair("convTranspose2d: dilation", how.dilation ?? 1, 1);
  const extra = pair("convTranspose2d: outputPadding", outputPadding, 0);
  if (extra.some((e, d) => e >= Math.max(stride[d], dilation[d]))) {
    const limits = `stride [${stride}] or dilation [${dilation}]`;
    throw new RangeError(`convTranspose2d: outputPadding [${extra}] must be smaller than ${limits}`);
  }
  const along = (n: number, k: number, d: 0 | 1): number =>
    (n - 1) * stride[d] - 2 * padding[d] + dilation[d] * (k - 1) + 1 + extra[d];
  const columns = gemm(reshape(w, [inner, out * kh * kw]), reshape(x, [b, inner, h * width]), { transposeA: true });
  const size = pair("convTranspose2d: the result's sizes", [along(h, kh, 0), along(width, kw, 1)], 1);
  return addBias("convTranspose2d", fold(columns, size, [kh, kw], how), bias);
}

function checkWeight(what: string, x: Tensor, w: Tensor, channelDim: 0 | 1): void {
  if (x.shape.length !== 4 || w.shape.length !== 4 || x.shape[1] !== w.shape[channelDim]) {
    const form = channelDim === 1 ? "[out, in, kh, kw]" : "[in, out, kh, kw]";
    throw new RangeError(`${what}: images ${show(x.shape)} need weights ${form}, got ${show(w.shape)}`);
  }
}

function addBias(what: string, y: Tensor, bias: Tensor | undefined): Tensor {
  if (bias === undefined) return y;
  const channels = y.shape[1];
  if (bias.shape.length !== 1 || bias.shape[0] !== channels) {
    throw new RangeError(`${what}: bias ${show(bias.shape)} must have one entry a channel, ${show([channels])}`);
  }
  return add(y, reshape(bias, [channels, 1, 1]));
}
