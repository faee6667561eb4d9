import { columnCount, type WindowSizes } from "../device.ts";
import { unravel } from "./integers.ts";
import type { Launch, Program } from "./program.ts";

const sizes = [
  ...["height", "width", "kernelY", "kernelX", "strideY", "strideX"],
  ...["paddingY", "paddingX", "dilationY", "dilationX", "outHeight", "outWidth"],
];

function integersOf({ height, width, kernel, stride, padding, dilation, outHeight, outWidth }: WindowSizes): number[] {
  return [height, width, ...kernel, ...stride, ...padding, ...dilation, outHeight, outWidth];
}

const unfoldProgram: Program = {
  name: "unfold",
  inputs: ["x"],
  integers: sizes,
  body: `
    ${unravel(["plane", "u", "v", "i", "j"], ["kernelY", "kernelX", "outHeight", "outWidth"])}
    let row = i * strideY - paddingY + u * dilationY;
    let column = j * strideX - paddingX + v * dilationX;
    if (row < 0 || row >= height || column < 0 || column >= width) { return 0; }
    return x[(plane * height + row) * width + column];`,
};

/** [b, c, h, w] -> [b, c*kh*kw, oh*ow] */
export function unfold<Input>(x: Input, window: WindowSizes): Launch<Input> {
  return { program: unfoldProgram, inputs: [x], integers: integersOf(window), size: columnCount(window) };
}

/** Every pixel collects the window entries that were read from it: scattering would make threads collide. */
const foldProgram: Program = {
  name: "fold",
  inputs: ["x"],
  integers: sizes,
  body: `
    ${unravel(["plane", "row", "column"], ["height", "width"])}
    let i = 0;
    let j = 0;
    let y = 0;
    let z = 0;
    let sum = 0;
    for (let u = 0; u < kernelY; u++) {
      for (let v = 0; v < kernelX; v++) {
        y = row + paddingY - u * dilationY;
        z = column + paddingX - v * dilationX;
        i = quotient(y, strideY);
        j = quotient(z, strideX);
        if (i >= 0 && i < outHeight && i * strideY === y && j >= 0 && j < outWidth && j * strideX === z) {
          sum += x[(((plane * kernelY + u) * kernelX + v) * outHeight + i) * outWidth + j];
        }
      }
    }
    return sum;`,
};

/** [b, c*kh*kw, oh*ow] -> [b, c, h, w] */
export function fold<Input>(x: Input, window: WindowSizes): Launch<Input> {
  const { batch, channels, height, width, kernel } = window;
  const size = batch * channels * height * width;
  return {
    program: foldProgram,
    inputs: [x],
    integers: integersOf(window),
    size,
    longestLoop: Math.max(...kernel),
  };
}
