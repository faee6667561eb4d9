import { columnCount, pixelsIn, type WindowSizes } from "../sizes.ts";
import { unravel } from "./integers.ts";
import type { Launch, Program } from "./program.ts";

/** The integers of every kernel with a window, in the order of `windowIntegers`. */
export const windowNames: readonly string[] = [
  ...["height", "width", "kernelY", "kernelX", "strideY", "strideX", "paddingY", "paddingX"],
  ...["dilationY", "dilationX", "outHeight", "outWidth", "tapStepY", "tapStepX", "outStepY", "outStepX"],
];

export function windowIntegers(window: WindowSizes): number[] {
  const { height, width, kernel, stride, padding, dilation, outHeight, outWidth } = window;
  const common = [0, 1].map((d) => greatestCommonDivisor(stride[d], dilation[d]));
  const [tapSteps, outSteps] = [stride, dilation].map((steps) => common.map((c, d) => steps[d] / c));
  return [height, width, ...kernel, ...stride, ...padding, ...dilation, outHeight, outWidth, ...tapSteps, ...outSteps];
}

/**
 * Text that finds which of the `count` places start, start + step, start + 2 step, ... lie in 0..size-1: `manyY` of
 * them, from number `firstY` on, place `startY + firstY step`. Names end in X for the other direction.
 */
export function inside(along: "Y" | "X", start: string, step: string, count: string, size: string): string {
  return `
    let start${along} = ${start};
    let first${along} = quotient(${step} - 1 - start${along}, ${step});
    if (first${along} < 0) { first${along} = 0; }
    let many${along} = quotient(${size} - 1 - start${along}, ${step}) + 1;
    if (many${along} > ${count}) { many${along} = ${count}; }
    many${along} = many${along} - first${along};`;
}

/** Text that finds which taps of the window at (i, j) lie inside the image. */
export const tapsInside: string = [
  inside("Y", "i * strideY - paddingY", "dilationY", "kernelY", "height"),
  inside("X", "j * strideX - paddingX", "dilationX", "kernelX", "width"),
].join("");

function coveringAlong(along: "Y" | "X", pixel: string, out: string): string {
  return `
    let many${along} = 0;
    let tap${along} = 0;
    let out${along} = 0;
    let shift${along} = 0;
    let place${along} = 0;
    for (let k${along} = 0; k${along} < kernel${along}; k${along}++) {
      shift${along} = ${pixel} + padding${along} - k${along} * dilation${along};
      place${along} = quotient(shift${along}, stride${along});
      if (place${along} >= 0 && place${along} < ${out} && place${along} * stride${along} === shift${along}) {
        if (many${along} === 0) { tap${along} = k${along}; out${along} = place${along}; }
        many${along} = many${along} + 1;
      }
    }`;
}

/**
 * Text that finds which windows cover the pixel (row, column), and with which tap: manyY · manyX of them, the windows at
 * rows outY, outY − outStepY, ... with the taps tapY, tapY + tapStepY, ..., and the same along columns. The steps are
 * dilation and stride without their common divisor, so that the loops over them ask nothing.
 */
export const windowsCovering: string = [
  coveringAlong("Y", "row", "outHeight"),
  coveringAlong("X", "column", "outWidth"),
].join("");

const unfoldProgram: Program = {
  name: "unfold",
  inputs: ["x"],
  integers: windowNames,
  body: `
    ${unravel(["plane", "u", "v", "i", "j"], ["kernelY", "kernelX", "outHeight", "outWidth"])}
    let row = i * strideY - paddingY + u * dilationY;
    let column = j * strideX - paddingX + v * dilationX;
    if (row < 0 || row >= height || column < 0 || column >= width) { return 0; }
    return x[(plane * height + row) * width + column];`,
};

/** [b, c, h, w] -> [b, c*kh*kw, oh*ow] */
export function unfold<Input>(x: Input, window: WindowSizes): Launch<Input> {
  return { program: unfoldProgram, inputs: [x], integers: windowIntegers(window), size: columnCount(window) };
}

/** Every pixel collects the window entries that were read from it: scattering would make threads collide. */
const foldProgram: Program = {
  name: "fold",
  inputs: ["x"],
  integers: windowNames,
  body: `
    ${unravel(["plane", "row", "column"], ["height", "width"])}
    ${windowsCovering}
    let sum = 0;
    let u = 0;
    let i = 0;
    let v = 0;
    let j = 0;
    for (let s = 0; s < manyY; s++) {
      u = tapY + s * tapStepY;
      i = outY - s * outStepY;
      for (let t = 0; t < manyX; t++) {
        v = tapX + t * tapStepX;
        j = outX - t * outStepX;
        sum += x[(((plane * kernelY + u) * kernelX + v) * outHeight + i) * outWidth + j];
      }
    }
    return sum;`,
};

/** [b, c*kh*kw, oh*ow] -> [b, c, h, w] */
export function fold<Input>(x: Input, window: WindowSizes): Launch<Input> {
  return {
    program: foldProgram,
    inputs: [x],
    integers: windowIntegers(window),
    size: pixelsIn(window),
    longestLoop: Math.max(...window.kernel),
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
