import { type Chooser, type Composite, defineComposite, defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { WindowSizes } from "../devices/device.ts";
import { checkOptions } from "../options.ts";
import { type Shape, show } from "../shape.ts";
import { reshape } from "./layout.ts";
import { gemm } from "./matmul.ts";
import { add } from "./pointwise.ts";

/** A size for both directions, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/** How a window moves: step, zeros around the image, spacing of the window's entries. */
export interface WindowOptions {
  stride?: Pair;
  padding?: Pair;
  dilation?: Pair;
}

/** A whole pair; throws unless both are whole numbers >= least. */
export function pair(what: string, value: Pair, least: number): [number, number] {
  const [a, b] = typeof value === "number" ? [value, value] : value;
  if (!Number.isInteger(a) || !Number.isInteger(b) || a < least || b < least) {
    throw new RangeError(`${what} must be whole numbers >= ${least}, got [${a}, ${b}]`);
  }
  return [a, b];
}

/** The sizes of a window of `kernel` over images of shape [batch, channels, height, width]. */
function windowOver(what: string, image: Shape, kernel: Pair, options: WindowOptions): WindowSizes {
  if (image.length !== 4)
    throw new RangeError(`${what}: needs images [batch, channels, height, width], got shape ${show(image)}`);
  const k = pair(`${what}: kernel`, kernel, 1);
  const stride = pair(`${what}: stride`, options.stride ?? 1, 1);
  const padding = pair(`${what}: padding`, options.padding ?? 0, 0);
  const dilation = pair(`${what}: dilation`, options.dilation ?? 1, 1);
  const [batch, channels, height, width] = image;
  const out = [height, width].map(
    (n, d) => Math.floor((n + 2 * padding[d] - dilation[d] * (k[d] - 1) - 1) / stride[d]) + 1,
  );
  if (out[0] < 1 || out[1] < 1) {
    throw new RangeError(
      `${what}: a ${k[0]}x${k[1]} window does not fit into images of shape ${show(image)} with padding [${padding}]`,
    );
  }
  return { batch, channels, height, width, kernel: k, stride, padding, dilation, outHeight: out[0], outWidth: out[1] };
}

/**
 * [b, c, h, w] -> [b, c*kh*kw, oh*ow]: every window as a column, zeros outside the image. Adjoint: `fold`.
 * Derivation: docs/derivations.md#convolution.
 */
export const unfold: Op<[x: Tensor, kernel: Pair, options?: WindowOptions]> = defineOp({
  name: "unfold",
  names: ["x"],
  plan(x: Tensor, kernel: Pair, options: WindowOptions = {}) {
    const window = windowOver(
      "unfold",
      x.shape,
      kernel,
      checkOptions("unfold", options, ["stride", "padding", "dilation"]),
    );
    return { inputs: [x], shape: columnShape(window), window };
  },
  forward: ({ kernels }, [x], { window }) => kernels.unfold(x, window),
  vjp: [(g, _, { window }) => foldWindow(g, window)],
  sample(choose) {
    const { image, kernel, options } = chooseWindow(choose);
    return { inputs: [image], call: (x) => unfold(x, kernel, options) };
  },
  errors: [
    {
      inputs: [[1, 1, 2, 2]],
      call: (x) => unfold(x, 3),
      message: /unfold: a 3x3 window does not fit .*\[1, 1, 2, 2\]/,
    },
    { inputs: [[2, 2]], call: (x) => unfold(x, 1), message: /unfold: needs images .*\[2, 2\]/ },
  ],
});

/** Columns back into images: overlapping windows add up. */
const foldWindow: Op<[columns: Tensor, window: WindowSizes]> = defineOp({
  name: "fold",
  names: ["columns"],
  plan: (columns: Tensor, window: WindowSizes) => {
    const { batch, channels, height, width } = window;
    return { inputs: [columns], shape: [batch, channels, height, width], window };
  },
  forward: ({ kernels }, [columns], { window }) => kernels.fold(columns, window),
  vjp: [(g, _, { window: { kernel, stride, padding, dilation } }) => unfold(g, kernel, { stride, padding, dilation })],
  sample: (choose) => foldSample(choose),
});

function foldSample(choose: Chooser): ReturnType<typeof foldWindow.definition.sample> {
  const { image, kernel, options } = chooseWindow(choose);
  const window = windowOver("fold", image, kernel, options);
  return { inputs: [columnShape(window)], call: (columns) => fold(columns, [image[2], image[3]], kernel, options) };
}

/**
 * [b, c*kh*kw, oh*ow] -> [b, c, height, width]: what `unfold` took apart, overlapping windows added up. Adjoint: `unfold`.
 * Derivation: docs/derivations.md#convolution.
 */
export const fold: Composite<
  [columns: Tensor, size: readonly [number, number], kernel: Pair, options?: WindowOptions]
> = defineComposite({
  name: "fold",
  compose(columns: Tensor, size: readonly [number, number], kernel: Pair, options: WindowOptions = {}) {
    checkOptions("fold", options, ["stride", "padding", "dilation"]);
    const [b = 0, rows = 0, places = 0] = columns.shape;
    const [kh, kw] = pair("fold: kernel", kernel, 1);
    const window = windowOver("fold", [b, rows / (kh * kw), ...size], kernel, options);
    if (
      columns.shape.length !== 3 ||
      !Number.isInteger(window.channels) ||
      places !== window.outHeight * window.outWidth
    ) {
      throw new RangeError(
        `fold: columns ${show(columns.shape)} do not fit images of ${size[0]}x${size[1]}: needs [batch, channels*${kh * kw}, ${window.outHeight * window.outWidth}]`,
      );
    }
    return foldWindow(columns, window);
  },
  sample: foldSample,
  errors: [
    {
      inputs: [[1, 4, 3]],
      call: (x) => fold(x, [3, 3], 2),
      message: /fold: columns \[1, 4, 3\] do not fit images of 3x3: needs \[batch, channels\*4, 4\]/,
    },
  ],
});

function columnShape({ batch, channels, kernel, outHeight, outWidth }: WindowSizes): number[] {
  return [batch, channels * kernel[0] * kernel[1], outHeight * outWidth];
}

function chooseWindow(choose: Chooser): { image: number[]; kernel: [number, number]; options: WindowOptions } {
  const kernel: [number, number] = [choose.int(1, 3), choose.int(1, 3)];
  const dilation = choose.pick<Pair>(1, 2, [1, 2]);
  const [dh, dw] = pair("dilation", dilation, 1);
  const padding = choose.pick<Pair>(0, 1, [0, 1]);
  const image = [
    choose.int(1, 2),
    choose.int(1, 2),
    dh * (kernel[0] - 1) + choose.int(1, 3),
    dw * (kernel[1] - 1) + choose.int(1, 3),
  ];
  return { image, kernel, options: { stride: choose.pick<Pair>(1, 2, [2, 1]), padding, dilation } };
}

export interface ConvOptions extends WindowOptions {
  /** [out channels], added to every pixel. */
  bias?: Tensor;
}

const convOptions = ["bias", "stride", "padding", "dilation"] as const;

/**
 * Cross-correlation y[n, o, i, j] = Σ_{c, u, v} x[n, c, i·s − p + u·d, j·s − p + v·d] w[o, c, u, v] + bias[o].
 * x: [batch, in, height, width], w: [out, in, kh, kw] -> [batch, out, oh, ow].
 * Derivation: docs/derivations.md#convolution.
 */
export const conv2d: Composite<[x: Tensor, w: Tensor, options?: ConvOptions]> = defineComposite({
  name: "conv2d",
  compose(x: Tensor, w: Tensor, options: ConvOptions = {}) {
    const { bias, ...how } = checkOptions("conv2d", options, convOptions);
    checkWeight("conv2d", x, w, 1);
    const [out, inner, kh, kw] = w.shape;
    const { outHeight, outWidth } = windowOver("conv2d", x.shape, [kh, kw], how);
    const columns = unfold(x, [kh, kw], how); // [b, in*kh*kw, oh*ow]
    const y = gemm(reshape(w, [out, inner * kh * kw]), columns); // [b, out, oh*ow]
    return addBias("conv2d", reshape(y, [x.shape[0], out, outHeight, outWidth]), bias);
  },
  sample(choose) {
    const { image, kernel, options } = chooseWindow(choose);
    const out = choose.int(1, 3);
    const inputs = [image, [out, image[1], ...kernel], [out]];
    return { inputs, call: (x, w, bias) => conv2d(x, w, { ...options, bias }) };
  },
  errors: [
    {
      inputs: [
        [1, 2, 4, 4],
        [3, 1, 3, 3],
      ],
      call: (x, w) => conv2d(x, w),
      message: /conv2d: .*\[1, 2, 4, 4\].*\[3, 1, 3, 3\]/,
    },
    {
      inputs: [[1, 1, 4, 4], [3, 1, 3, 3], [2]],
      call: (x, w, bias) => conv2d(x, w, { bias }),
      message: /conv2d: bias \[2\].*\[3\]/,
    },
  ],
});

export interface ConvTransposeOptions extends ConvOptions {
  /** Extra rows and columns at the end, to choose among the sizes that a stride maps to one. */
  outputPadding?: Pair;
}

/**
 * The adjoint of `conv2d` in x: spreads each pixel over a window. x: [batch, in, h, w], w: [in, out, kh, kw] ->
 * [batch, out, (h − 1)·s − 2p + d·(kh − 1) + 1 + outputPadding, ...].
 * Derivation: docs/derivations.md#convolution.
 */
export const convTranspose2d: Composite<[x: Tensor, w: Tensor, options?: ConvTransposeOptions]> = defineComposite({
  name: "convTranspose2d",
  compose(x: Tensor, w: Tensor, options: ConvTransposeOptions = {}) {
    const {
      bias,
      outputPadding = 0,
      ...how
    } = checkOptions("convTranspose2d", options, [...convOptions, "outputPadding"]);
    checkWeight("convTranspose2d", x, w, 0);
    const [b, inner, h, width] = x.shape;
    const [, out, kh, kw] = w.shape;
    const stride = pair("convTranspose2d: stride", how.stride ?? 1, 1);
    const padding = pair("convTranspose2d: padding", how.padding ?? 0, 0);
    const dilation = pair("convTranspose2d: dilation", how.dilation ?? 1, 1);
    const extra = pair("convTranspose2d: outputPadding", outputPadding, 0);
    if (extra.some((e, d) => e >= Math.max(stride[d], dilation[d]))) {
      throw new RangeError(
        `convTranspose2d: outputPadding [${extra}] must be smaller than stride [${stride}] or dilation [${dilation}]`,
      );
    }
    const [oh, ow] = [h, width].map(
      (n, d) => (n - 1) * stride[d] - 2 * padding[d] + dilation[d] * ([kh, kw][d] - 1) + 1 + extra[d],
    );
    const columns = gemm(reshape(w, [inner, out * kh * kw]), reshape(x, [b, inner, h * width]), { transposeA: true });
    return addBias("convTranspose2d", fold(columns, [oh, ow], [kh, kw], how), bias);
  },
  sample(choose) {
    const [inner, out, kernel] = [choose.int(1, 2), choose.int(1, 2), choose.pick([2, 2], [3, 1], [3, 3])];
    const options = {
      stride: choose.pick<Pair>(2, [2, 3]),
      padding: choose.int(0, 1),
      outputPadding: choose.int(0, 1),
      dilation: choose.int(1, 2),
    };
    const inputs = [[choose.int(1, 2), inner, choose.int(2, 3), choose.int(2, 3)], [inner, out, ...kernel], [out]];
    return { inputs, call: (x, w, bias) => convTranspose2d(x, w, { ...options, bias }) };
  },
  errors: [
    {
      inputs: [
        [1, 2, 4, 4],
        [3, 2, 3, 3],
      ],
      call: (x, w) => convTranspose2d(x, w),
      message: /convTranspose2d: .*\[1, 2, 4, 4\].*\[3, 2, 3, 3\]/,
    },
    {
      inputs: [
        [1, 1, 4, 4],
        [1, 2, 3, 3],
      ],
      call: (x, w) => convTranspose2d(x, w, { outputPadding: 1 }),
      message: /outputPadding \[1,1\] must be smaller/,
    },
  ],
});

function checkWeight(what: string, x: Tensor, w: Tensor, channelDim: 0 | 1): void {
  if (x.shape.length !== 4 || w.shape.length !== 4 || x.shape[1] !== w.shape[channelDim]) {
    const form = channelDim === 1 ? "[out, in, kh, kw]" : "[in, out, kh, kw]";
    throw new RangeError(
      `${what}: images ${show(x.shape)} need weights ${form} with in = ${x.shape[1]}, got ${show(w.shape)}`,
    );
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
