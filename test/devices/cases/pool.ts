import { pixelsIn, pixelsOut, type WindowSizes } from "../../../src/devices/sizes.ts";
import { type Case, exact, present, sumBound } from "./case.ts";
import { numbers, steps, withSpecial } from "./numbers.ts";
import { named, placesUnder, windowOf } from "./windows.ts";

/** Pooling windows: each meets its image. */
export const pools: WindowSizes[] = [
  windowOf([1, 1, 1, 1], [1, 1], [1, 1], [0, 0], [1, 1]),
  ...[28, 14, 7, 5].map((side) => windowOf([2, 3, side, side], [2, 2], [2, 2], [0, 0], [1, 1])),
  windowOf([1, 2, 19, 13], [2, 2], [2, 2], [0, 0], [1, 1]),
  windowOf([2, 3, 4, 5], [3, 3], [2, 2], [0, 0], [1, 1]),
  windowOf([1, 2, 11, 17], [4, 2], [1, 2], [0, 0], [1, 1]),
  windowOf([3, 2, 15, 15], [3, 3], [2, 2], [0, 0], [1, 1]),
  windowOf([2, 3, 5, 7], [3, 3], [2, 2], [1, 1], [1, 1]),
  windowOf([1, 2, 17, 5], [3, 2], [2, 1], [0, 1], [1, 1]),
  windowOf([2, 1, 17, 17], [5, 3], [2, 3], [2, 1], [2, 1]),
  windowOf([1, 1, 65, 63], [3, 3], [1, 2], [1, 1], [1, 3]),
  windowOf([1, 2, 13, 11], [3, 5], [1, 4], [1, 2], [1, 1]),
  windowOf([2, 2, 8, 3], [2, 3], [1, 1], [1, 1], [1, 1]),
  windowOf([1, 3, 7, 7], [7, 7], [7, 7], [0, 0], [1, 1]),
  windowOf([1, 1, 3, 1031], [2, 3], [1, 1], [1, 0], [1, 1]),
  windowOf([1, 2, 6, 6], [2, 2], [3, 3], [0, 0], [1, 1]),
  windowOf([0, 2, 5, 5], [2, 2], [2, 2], [0, 0], [1, 1]),
];

export const poolCases: Case[] = pools.flatMap((window): Case[] => {
  const area = window.kernel[0] * window.kernel[1];
  const what = named(window);
  return [
    ...(["plain", "holes", "poles", "ties"] as const).flatMap((values): Case[] => {
      const count = pixelsIn(window);
      const inputs = [values === "ties" ? numbers(count, 8).map(Math.sign) : steps(count, values)];
      return [
        {
          kernel: "maxPool2d",
          what: `${what} of ${values}`,
          inputs,
          call: ({ fused }, [x]) => present(fused.maxPool2d)(x, window).y,
          ...exact,
        },
        {
          kernel: "maxPool2d",
          what: `${what} of ${values}: places`,
          inputs,
          call: ({ fused }, [x]) => present(fused.maxPool2d)(x, window).places,
          ...exact,
        },
      ];
    }),
    ...[numbers(pixelsIn(window), 1), steps(pixelsIn(window), "holes")].map(
      (x): Case => ({
        kernel: "avgPool2d",
        what,
        inputs: [x],
        call: ({ fused }, [image]) => present(fused.avgPool2d)(image, window),
        ...sumBound(area),
      }),
    ),
    {
      kernel: "avgSpread",
      what,
      inputs: [numbers(pixelsOut(window), 1)],
      call: ({ fused }, [g]) => present(fused.avgSpread)(g, window),
      ...sumBound(1),
    },
  ];
});

export const pickCases: Case[] = pools.flatMap((window): Case[] => {
  const places = placesUnder(window);
  return [
    {
      kernel: "pick",
      what: named(window),
      inputs: [withSpecial(pixelsIn(window), 1), places],
      call: ({ fused }, [x, at]) => present(fused.pick)(x, at, window),
      ...exact,
    },
    {
      kernel: "unpick",
      what: named(window),
      inputs: [numbers(pixelsOut(window), 1), places],
      call: ({ fused }, [g, at]) => present(fused.unpick)(g, at, window),
      ...sumBound(window.kernel[0] * window.kernel[1]),
    },
  ];
});
