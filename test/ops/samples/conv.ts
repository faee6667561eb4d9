import { zeros } from "../../../src/autograd/create.ts";
import { conv2d, convolve, convolveInput, convolveWeight, convTranspose2d } from "../../../src/ops/conv.ts";
import { type Pair, pair } from "../../../src/ops/pair.ts";
import { fold, unfold, type WindowOptions } from "../../../src/ops/window.ts";
import type { Chooser, Samples } from "./sample.ts";

export const convSamples: Samples = {
  unfold: {
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
  },
  fold: {
    sample(choose) {
      const { image, kernel, options } = chooseWindow(choose);
      const columns = unfold(zeros(image), kernel, options).shape;
      return { inputs: [columns], call: (x) => fold(x, [image[2], image[3]], kernel, options) };
    },
    errors: [
      {
        inputs: [[1, 4, 3]],
        call: (x) => fold(x, [3, 3], 2),
        message: /fold: columns \[1, 4, 3\] do not fit images of 3x3: needs \[batch, channels\*4, 4\]/,
      },
    ],
  },
  convolve: {
    sample(choose) {
      const { image, weight, options } = chooseConvolution(choose);
      return { inputs: [image, weight], call: (x, w) => convolve(x, w, options) };
    },
    errors: [
      {
        inputs: [
          [1, 2, 4, 4],
          [3, 1, 3, 3],
        ],
        call: (x, w) => convolve(x, w),
        message: /convolve: .*\[1, 2, 4, 4\].*\[3, 1, 3, 3\]/,
      },
    ],
  },
  convolveInput: {
    sample(choose) {
      const { image, weight, pixels, options } = chooseConvolution(choose);
      return { inputs: [pixels, weight], call: (g, w) => convolveInput(g, w, [image[2], image[3]], options) };
    },
    errors: [
      {
        inputs: [
          [1, 3, 2, 2],
          [3, 1, 2, 2],
        ],
        call: (g, w) => convolveInput(g, w, [4, 4]),
        message: /convolveInput: needs \[1, channels, 3, 3\], got \[1, 3, 2, 2\]/,
      },
    ],
  },
  convolveWeight: {
    sample(choose) {
      const { image, weight, pixels, options } = chooseConvolution(choose);
      return { inputs: [image, pixels], call: (x, g) => convolveWeight(x, g, [weight[2], weight[3]], options) };
    },
    errors: [
      {
        inputs: [
          [2, 1, 3, 3],
          [1, 3, 2, 2],
        ],
        call: (x, g) => convolveWeight(x, g, [2, 2]),
        message: /convolveWeight: needs \[2, channels, 2, 2\], got \[1, 3, 2, 2\]/,
      },
    ],
  },
  conv2d: {
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
      {
        inputs: [
          [1, 1, 4, 4],
          [3, 1, 3, 3],
        ],
        call: (x, w) => conv2d(x, w, { activation: "gelu" as never }),
        message: /conv2d: activation must be "relu" or left out, got gelu/,
      },
    ],
  },
  convTranspose2d: {
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
  },
};

/** Shapes of an image, a weight and what the convolution gives. */
function chooseConvolution(
  choose: Chooser,
): Record<"image" | "weight" | "pixels", number[]> & { options: WindowOptions } {
  const { image, kernel, options } = chooseWindow(choose);
  const weight = [choose.int(1, 3), image[1], ...kernel];
  return { image, weight, pixels: [...convolve(zeros(image), zeros(weight), options).shape], options };
}

function chooseWindow(choose: Chooser): { image: number[]; kernel: [number, number]; options: WindowOptions } {
  const kernel: [number, number] = [choose.int(1, 3), choose.int(1, 3)];
  const dilation = choose.pick<Pair>(1, 2, [1, 2]);
  const [dh, dw] = pair("dilation", dilation, 1);
  const padding = choose.pick<Pair>(0, 1, [0, 1]);
  const [h, w] = [dh * (kernel[0] - 1) + choose.int(1, 3), dw * (kernel[1] - 1) + choose.int(1, 3)];
  const image = [choose.int(1, 2), choose.int(1, 2), h, w];
  return { image, kernel, options: { stride: choose.pick<Pair>(1, 2, [2, 1]), padding, dilation } };
}
