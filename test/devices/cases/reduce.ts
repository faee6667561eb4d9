import type { Reduction } from "../../../src/devices/device.ts";
import { type Case, exact, sumBound, upAndDown } from "./case.ts";
import { numbers, steps } from "./numbers.ts";

const reductions = ["sum", "max", "min", "argMax", "argMin"] as const satisfies readonly Reduction[];

const inputs: Readonly<Record<string, (count: number) => Float32Array>> = {
  plain: (count) => steps(count, "plain"),
  holes: (count) => steps(count, "holes"),
  poles: (count) => steps(count, "poles"),
  rising: (count) => Float32Array.from({ length: count }, (_, i) => i), // the extremes lie at the ends
  falling: (count) => Float32Array.from({ length: count }, (_, i) => -i),
};

/** What a device may cut into pieces: in rows, in a few columns, in many, in so many that there is nothing to cut in them. */
const long = [
  { outer: 2, n: 70_001, inner: 1 },
  { outer: 1, n: 70_000, inner: 2 },
  { outer: 1, n: 1031, inner: 65 },
  { outer: 2, n: 3, inner: 12_301 },
];

export const reduceCases: Case[] = reductions.flatMap((kind) =>
  upAndDown
    .flatMap((n) => [
      { outer: 3, n, inner: 1 },
      { outer: 1, n, inner: 5 },
      { outer: 2, n: 3, inner: n },
      { outer: n, n: 17, inner: 1 },
    ])
    .concat(long)
    .filter(({ n }) => kind === "sum" || n > 0)
    .flatMap((axis) =>
      Object.entries(kind === "sum" ? { ...inputs, plain: numbers } : inputs).map(
        ([values, make]): Case => ({
          kernel: `reduce:${kind}`,
          what: `${values} over [${axis.outer}, ${axis.n}, ${axis.inner}]`,
          inputs: [make(axis.outer * axis.n * axis.inner)],
          call: ({ kernels }, [x]) => kernels.reduce(kind, x, axis),
          ...(kind === "sum" ? sumBound(axis.n) : exact),
        }),
      ),
    ),
);
