import { pixelsIn, pixelsOut, type WindowSizes } from "../../../src/devices/sizes.ts";
import { type Case, present, sumBound, winogradBound } from "./case.ts";
import { numbers } from "./numbers.ts";
import { named, windowOf, windows } from "./windows.ts";

/** Filters over images, with how many images they make. */
const convolutions: (readonly [WindowSizes, out: number])[] = [
  ...windows.flatMap((window) => [1, 5].map((out) => [window, out] as const)),
  [windowOf([2, 16, 14, 14], [3, 3], [1, 1], [1, 1], [1, 1]), 64],
  [windowOf([3, 17, 5, 5], [1, 1], [1, 1], [0, 0], [1, 1]), 65],
  [windowOf([1, 63, 7, 7], [3, 3], [2, 2], [1, 1], [1, 1]), 17],
  [windowOf([17, 1, 28, 28], [3, 3], [1, 1], [1, 1], [1, 1]), 32],
  [windowOf([3, 129, 19, 19], [1, 1], [1, 1], [0, 0], [1, 1]), 65], // a sum so long that a device may cut it up
  [windowOf([1, 3, 3, 1031], [2, 5], [1, 3], [0, 2], [1, 2]), 3],
  [windowOf([2, 3, 5, 7], [1, 1], [1, 1], [2, 1], [1, 1]), 5], // more padding than reach
  [windowOf([3, 17, 13, 11], [3, 3], [1, 1], [2, 0], [1, 1]), 70], // tiles stick out, and so do panels of channels
  [windowOf([1, 12, 45, 67], [3, 3], [1, 1], [0, 2], [1, 1]), 13], // more tiles than one block
  [windowOf([1, 257, 16, 16], [3, 3], [1, 1], [1, 1], [1, 1]), 12], // more channels than a block of terms
  [windowOf([1, 0, 4, 4], [3, 3], [1, 1], [0, 0], [1, 1]), 2],
  [windowOf([1, 65, 5, 13], [3, 3], [1, 1], [1, 1], [1, 1]), 131], // more taps, and more weights, than a device may add up at once
  [windowOf([2, 3, 33, 33], [7, 7], [2, 2], [3, 3], [1, 1]), 6],
  [windowOf([2, 5, 17, 17], [1, 1], [2, 3], [0, 0], [1, 1]), 4], // pixels that no window sees
  [windowOf([1, 2, 9, 1031], [3, 3], [1, 1], [1, 1], [1, 1]), 4],
  [windowOf([65, 2, 3, 3], [3, 3], [1, 1], [0, 0], [1, 1]), 5], // one result in each image
];

/** Whether a device may go by Winograd's method: 3 x 3 in single steps, with channels enough to make it pay. */
function tiled({ channels, kernel, stride, dilation }: WindowSizes, out: number): boolean {
  return (
    Math.min(channels, out) >= 12 && kernel.every((n) => n === 3) && [...stride, ...dilation].every((n) => n === 1)
  );
}

export const convolveCases: Case[] = convolutions.flatMap(([window, out]): Case[] => {
  const { batch, channels, kernel, outHeight, outWidth } = window;
  const bound = tiled(window, out) ? winogradBound : sumBound;
  const [area, what] = [kernel[0] * kernel[1], `${named(window)} to ${out} channels`];
  const x = numbers(pixelsIn(window), 1);
  const w = numbers(out * channels * area, 2);
  const g = numbers(pixelsOut(window, out), 3);
  return [
    {
      kernel: "convolve",
      what,
      inputs: [x, w],
      call: ({ fused }, [image, weight]) => present(fused.convolve)(image, weight, out, window),
      ...bound(channels * area),
    },
    {
      kernel: "convolveInput",
      what,
      inputs: [g, w],
      call: ({ fused }, [gradient, weight]) => present(fused.convolveInput)(gradient, weight, out, window),
      ...bound(out * area),
    },
    {
      kernel: "convolveWeight",
      what,
      inputs: [x, g],
      call: ({ fused }, [image, gradient]) => present(fused.convolveWeight)(image, gradient, out, window),
      ...bound(batch * outHeight * outWidth),
    },
  ];
});
