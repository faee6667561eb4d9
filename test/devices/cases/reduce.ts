import type { Reduction } from "../../../src/devices/device.ts";
import { type Case, exact, sumBound, upAndDown } from "./case.ts";
import { numbers, steps } from "./numbers.ts";

const reductions = ["sum", "max", "min", "argMax", "argMin"] as const satisfies readonly Reduction[];

export const reduceCases: Case[] = reductions.flatMap((kind) =>
  upAndDown
    .flatMap((n) => [
      { outer: 3, n, inner: 1 },
      { outer: 1, n, inner: 5 },
      { outer: 2, n: 3, inner: n },
      { outer: n, n: 17, inner: 1 },
    ])
    .filter(({ n }) => kind === "sum" || n > 0)
    .flatMap((axis) =>
      (["plain", "holes", "poles"] as const).map(
        (values): Case => ({
          kernel: `reduce:${kind}`,
          what: `${values} over [${axis.outer}, ${axis.n}, ${axis.inner}]`,
          inputs: [
            kind === "sum" && values === "plain"
              ? numbers(axis.outer * axis.n * axis.inner)
              : steps(axis.outer * axis.n * axis.inner, values),
          ],
          call: ({ kernels }, [x]) => kernels.reduce(kind, x, axis),
          ...(kind === "sum" ? sumBound(axis.n) : exact),
        }),
      ),
    ),
);
