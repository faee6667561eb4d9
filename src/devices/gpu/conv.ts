import type { Storage } from "../device.ts";
import { pixelsIn, pixelsOut, type WindowSizes } from "../sizes.ts";
import { unravel } from "./integers.ts";
import type { Launch, Program, Run } from "./program.ts";
import { blockOf, inBlocks, partsOf, reduce } from "./reduce.ts";
import { inside, tapsInside, windowIntegers, windowNames, windowsCovering } from "./window.ts";

/** How a kernel walks one of its inputs: the first place, and the steps from plane to plane, row to row, number to number. */
interface Walk {
  readonly from: string;
  readonly plane: string;
  readonly row: string;
  readonly column: string;
}

/**
 * All three kernels are this sum: over `planes` planes, manyY rows and manyX columns, of a number of `a` times one of
 * `b`, each walked in steps that its text works out first, so that the loop inside only reads, multiplies and adds.
 * Columns, rows, blocks of planes and planes are summed on their own: the rounding error grows as if terms were √ as many.
 */
function sumOfProducts(planes: string, a: Walk, b: Walk): string {
  return `
    let aPlane = ${a.from};
    let aPlaneStep = ${a.plane};
    let aRowStep = ${a.row};
    let aStep = ${a.column};
    let bPlane = ${b.from};
    let bPlaneStep = ${b.plane};
    let bRowStep = ${b.row};
    let bStep = ${b.column};
    let planes = ${planes};
    let aAt = 0;
    let bAt = 0;
    ${inBlocks(
      "planes",
      `for (let s = 0; s < manyY; s++) {
        aAt = aPlane + s * aRowStep;
        bAt = bPlane + s * bRowStep;
        let line = 0;
        for (let t = 0; t < manyX; t++) {
          line += a[aAt] * b[bAt];
          aAt = aAt + aStep;
          bAt = bAt + bStep;
        }
        part += line;
      }
      aPlane = aPlane + aPlaneStep;
      bPlane = bPlane + bPlaneStep;`,
    )}
    return sum;`;
}

function program(name: string, more: readonly string[], body: string): Program {
  return { name, inputs: ["a", "b"], integers: [...windowNames, ...more, "block"], body };
}

const convolveProgram = program(
  "convolve",
  ["channels", "out"],
  `${unravel(["image", "o", "i", "j"], ["out", "outHeight", "outWidth"])}
  ${tapsInside}
  let top = startY + firstY * dilationY;
  let left = startX + firstX * dilationX;
  ${sumOfProducts(
    "channels",
    {
      from: "(image * channels * height + top) * width + left",
      plane: "height * width",
      row: "dilationY * width",
      column: "dilationX",
    },
    {
      from: "(o * channels * kernelY + firstY) * kernelX + firstX",
      plane: "kernelY * kernelX",
      row: "kernelX",
      column: "1",
    },
  )}`,
);

/** x: [b, c, h, w], w: [out, c, kh, kw] -> [b, out, oh, ow], a thread for each pixel that comes out. */
export function convolve<Input>(x: Input, w: Input, out: number, window: WindowSizes): Launch<Input> {
  const { channels, kernel } = window;
  const integers = [...windowIntegers(window), channels, out, blockOf(channels)];
  const longestLoop = Math.max(channels, ...kernel);
  return { program: convolveProgram, inputs: [x, w], integers, size: pixelsOut(window, out), longestLoop };
}

const convolveInputProgram = program(
  "convolveInput",
  ["channels", "out"],
  `${unravel(["image", "c", "row", "column"], ["channels", "height", "width"])}
  ${windowsCovering}
  ${sumOfProducts(
    "out",
    {
      from: "(image * out * outHeight + outY) * outWidth + outX",
      plane: "outHeight * outWidth",
      row: "0 - outStepY * outWidth",
      column: "0 - outStepX",
    },
    {
      from: "(c * kernelY + tapY) * kernelX + tapX",
      plane: "channels * kernelY * kernelX",
      row: "tapStepY * kernelX",
      column: "tapStepX",
    },
  )}`,
);

/** g: [b, out, oh, ow], w: [out, c, kh, kw] -> [b, c, h, w], a thread for each pixel of the images. */
export function convolveInput<Input>(g: Input, w: Input, out: number, window: WindowSizes): Launch<Input> {
  const { channels, kernel } = window;
  const integers = [...windowIntegers(window), channels, out, blockOf(out)];
  const longestLoop = Math.max(out, ...kernel);
  return { program: convolveInputProgram, inputs: [g, w], integers, size: pixelsIn(window), longestLoop };
}

const convolveWeightProgram = program(
  "convolveWeight",
  ["batch", "channels", "out", "parts"],
  `${unravel(["part0", "o", "c", "u", "v"], ["out", "channels", "kernelY", "kernelX"])}
  ${inside("Y", "u * dilationY - paddingY", "strideY", "outHeight", "height")}
  ${inside("X", "v * dilationX - paddingX", "strideX", "outWidth", "width")}
  let top = startY + firstY * strideY;
  let left = startX + firstX * strideX;
  ${sumOfProducts(
    "quotient(batch - part0 + parts - 1, parts)",
    {
      from: "((part0 * channels + c) * height + top) * width + left",
      plane: "parts * channels * height * width",
      row: "strideY * width",
      column: "strideX",
    },
    {
      from: "((part0 * out + o) * outHeight + firstY) * outWidth + firstX",
      plane: "parts * out * outHeight * outWidth",
      row: "outWidth",
      column: "1",
    },
  )}`,
);

/**
 * x: [b, c, h, w], g: [b, out, oh, ow] -> [out, c, kh, kw], a thread for each weight and part of the batch (images part,
 * part + parts, ...): a layer with few weights would have few threads, each with all images to go through.
 */
export function convolveWeight(run: Run, x: Storage, g: Storage, out: number, window: WindowSizes): Storage {
  const { batch, channels, kernel, outHeight, outWidth } = window;
  const weights = out * channels * kernel[0] * kernel[1];
  const parts = Math.max(1, Math.min(batch, partsOf(weights, batch * outHeight * outWidth)));
  const images = Math.ceil(batch / parts);
  const sums = run({
    program: convolveWeightProgram,
    inputs: [x, g],
    integers: [...windowIntegers(window), batch, channels, out, parts, blockOf(images)],
    size: parts * weights,
    longestLoop: Math.max(images, outHeight, outWidth),
  });
  if (parts === 1) return sums;
  const y = reduce(run, "sum", sums, { outer: 1, n: parts, inner: weights });
  sums.free();
  return y;
}
