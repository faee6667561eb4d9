import { type Case, present, sumBound, upAndDown } from "./case.ts";
import { numbers, steps } from "./numbers.ts";

const kinds: Record<string, (count: number) => Float32Array> = {
  plain: (count) => numbers(count, 1),
  "of zeros": (count) => new Float32Array(count),
  tiny: (count) => numbers(count, 2).map((x) => 1e-9 * x), // some of the rows are shorter than eps
  holes: (count) => steps(count, "holes"),
  poles: (count) => steps(count, "poles"),
};

export const unitRowCases: Case[] = upAndDown
  .flatMap((size): [number, number][] => [
    [size, 3],
    [3, size],
    [size, 64],
  ])
  .flatMap(([n, d]) =>
    Object.entries(kinds).flatMap(([kind, make]): Case[] => {
      const [what, eps] = [`${kind}, [${n}, ${d}]`, 4e-9];
      const tiny = kind === "tiny" ? 1e-9 : 1;
      return [
        {
          kernel: "unitRows",
          what,
          inputs: [make(n * d)],
          call: ({ fused }, [x]) => present(fused.unitRows)(x, n, d, eps),
          ...sumBound(1),
        },
        {
          kernel: "unitRowsInput",
          what,
          inputs: [numbers(n * d, 3).map((g) => tiny * g), make(n * d)],
          call: ({ fused }, [g, x]) => present(fused.unitRowsInput)(g, x, n, d, eps),
          ...{ tolerance: 2e-6, floor: kind === "of zeros" ? 1e8 : 1 },
        },
      ];
    }),
  );
