import { type Case, present, sizes, sumBound, upAndDown } from "./case.ts";
import { numbers, steps } from "./numbers.ts";

const kinds = { plain: numbers, holes: (n: number) => steps(n, "holes"), poles: (n: number) => steps(n, "poles") };

/** The cpu device adds up pieces of 4096, and shares out more than four. */
const lengths = [...upAndDown, 4095, 4096, 4097, 3 * 4096 + 5, 70_000];

export const squareCases: Case[] = Object.entries(kinds).flatMap(([kind, make]) => [
  ...lengths.map(
    (n, i): Case => ({
      kernel: "sumOfSquares",
      what: `${kind}, ${n} numbers and others`,
      inputs: [make(n), numbers(sizes[i % sizes.length], 3), make(1)].slice(0, 1 + (i % 3)),
      call: ({ fused }, xs) => present(fused.sumOfSquares)(xs),
      ...sumBound(1),
    }),
  ),
  ...upAndDown.flatMap((n) =>
    [0, 1, 7, 64, 1031].map(
      (d): Case => ({
        kernel: "squaredLengths",
        what: `${kind} of [${n}, ${d}]`,
        inputs: [make(n * d)],
        call: ({ fused }, [x]) => present(fused.squaredLengths)(x, n, d),
        ...sumBound(1),
      }),
    ),
  ),
]);
