import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { WindowSizes } from "../devices/sizes.ts";
import { checkOptions } from "../options.ts";
import { type Shape, sameShape, show } from "../shape.ts";
import { type Pair, pair } from "./pair.ts";

/** How a window moves: step, zeros around the image, spacing of the window's entries. */
export interface WindowOptions {
  stride?: Pair;
  padding?: Pair;
  dilation?: Pair;
}

export const windowOptions = ["stride", "padding", "dilation"] as const;

/** The sizes of a window of `kernel` over images of shape [batch, channels, height, width]. */
export function windowOver(what: string, image: Shape, kernel: Pair, options: WindowOptions): WindowSizes {
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
