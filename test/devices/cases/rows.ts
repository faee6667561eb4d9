import { type Case, exact, sizes, sumBound } from "./case.ts";
import { numbers, withSpecial } from "./numbers.ts";

const picks = [[], [0], [2, 0, 2, 2, 1], sizes.map((s) => s % 3), Array.from({ length: 1031 }, (_, i) => (i * i) % 3)];

export const takeCases: Case[] = picks.flatMap((list) =>
  [
    { outer: 1, n: 3, inner: 1 },
    { outer: 5, n: 3, inner: 17 },
    { outer: 2, n: 64, inner: 3 },
    { outer: 0, n: 3, inner: 2 },
  ].flatMap((axis): Case[] => {
    const indices = Int32Array.from(list);
    const what = `${list.length} of [${axis.outer}, ${axis.n}, ${axis.inner}]`;
    return [
      {
        kernel: "take",
        what,
        inputs: [withSpecial(axis.outer * axis.n * axis.inner, 1)],
        call: ({ kernels }, [x]) => kernels.take(x, indices, axis),
        ...exact,
      },
      {
        kernel: "scatterAdd",
        what,
        inputs: [numbers(axis.outer * list.length * axis.inner, 1)],
        call: ({ kernels }, [x]) => kernels.scatterAdd(x, indices, axis),
        ...sumBound(list.length),
      },
    ];
  }),
);
