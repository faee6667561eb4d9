import type { View } from "../../../src/devices/sizes.ts";
import { sizeOf } from "../../../src/shape.ts";
import { type Case, exact, sizes } from "./case.ts";
import { withSpecial } from "./numbers.ts";

/** A view onto a contiguous tensor of shape `of`. */
interface Slice extends View {
  readonly of: readonly number[];
}

/** Views that name no place twice, so that they can be placed as well as copied. */
const slices: Slice[] = [
  ...sizes.map((n) => ({ of: [n], shape: [n], strides: [1], offset: 0 })),
  { of: [], shape: [], strides: [], offset: 0 },
  { of: [7], shape: [1], strides: [1], offset: 6 },
  { of: [17], shape: [6], strides: [3], offset: 1 },
  { of: [17], shape: [17], strides: [-1], offset: 16 },
  { of: [63, 65], shape: [65, 63], strides: [1, 65], offset: 0 },
  { of: [63, 65], shape: [62, 64], strides: [65, 1], offset: 66 },
  { of: [5, 7], shape: [3, 4], strides: [-14, 2], offset: 28 },
  { of: [4, 4], shape: [4], strides: [5], offset: 0 },
  { of: [2, 3, 5, 7], shape: [7, 3, 2, 5], strides: [1, 35, 105, 7], offset: 0 },
  { of: [3, 1, 5], shape: [5, 1, 3], strides: [1, 99, 5], offset: 0 },
  { of: [3, 5], shape: [0, 5], strides: [5, 1], offset: 0 },
];
const repeats: Slice[] = [
  { of: [3], shape: [5, 3], strides: [0, 1], offset: 0 },
  { of: [1], shape: [1031], strides: [0], offset: 0 },
  { of: [3, 1, 5], shape: [3, 17, 5], strides: [5, 0, 1], offset: 0 },
];

export const copyCases: Case[] = [...slices, ...repeats].map((view) => ({
  kernel: "copy",
  what: `[${view.shape}] with strides [${view.strides}] from ${view.offset} of [${view.of}]`,
  inputs: [withSpecial(sizeOf(view.of), 0)],
  call: ({ kernels }, [x]) => kernels.copy(x, view),
  ...exact,
}));

export const placeCases: Case[] = slices.flatMap((view) =>
  [0, -2.5, -Infinity, Number.NaN].map((fill) => ({
    kernel: "place",
    what: `[${view.shape}] at strides [${view.strides}] from ${view.offset} into [${view.of}], filled with ${fill}`,
    inputs: [withSpecial(sizeOf(view.shape), 0)],
    call: ({ kernels }, [x]) => kernels.place(x, view, sizeOf(view.of), fill),
    ...exact,
  })),
);

export const concatCases: Case[] = [
  [17],
  [0, 3],
  [3, 0],
  [1, 1],
  [5, 64, 17],
  [1, 0, 3, 65, 2],
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
].flatMap((widths) =>
  [
    [1, 1],
    [3, 1],
    [2, 5],
    [0, 3],
  ].map(([outer, inner]) => ({
    kernel: "concat",
    what: `widths [${widths}] in [${outer}, *, ${inner}]`,
    inputs: widths.map((w, i) => withSpecial(outer * w * inner, i)),
    call: ({ kernels }, parts) => kernels.concat(parts, outer, widths, inner),
    ...exact,
  })),
);
