import { type Case, present, sumBound, upAndDown } from "./case.ts";
import { numbers } from "./numbers.ts";

export const distanceCases: Case[] = upAndDown.flatMap((n) =>
  [0, 1, 3, 17, n].flatMap((d): Case[] => {
    const few = n > 100 && d > 3 ? 5 : n;
    return [
      {
        kernel: "squaredDistances",
        what: `[${few}, ${d}] to [17, ${d}]`,
        inputs: [numbers(few * d, 1), numbers(17 * d, 2)],
        call: ({ fused }, [x, y]) => present(fused.squaredDistances)(x, y, few, 17, d),
        ...sumBound(d),
      },
      {
        kernel: "pdist",
        what: `[${few}, ${d}]`,
        inputs: [numbers(few * d, 1)],
        call: ({ fused }, [x]) => present(fused.pdist)(x, few, d),
        ...sumBound(d),
      },
    ];
  }),
);
