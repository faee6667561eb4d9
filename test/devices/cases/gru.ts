import { reference } from "../../../src/devices/reference/reference.ts";
import { type Case, present, sumBound } from "./case.ts";
import { numbers } from "./numbers.ts";

const counts: readonly (readonly number[])[] = [
  [],
  [1],
  [3],
  [1, 1, 1],
  [5, 5, 3, 1],
  [17, 9, 9, 2, 2],
  [65, 64, 63, 1],
  [131, 130, 70, 70, 9, 9, 9],
  [65, 3],
  [2],
];

export const gruCases: Case[] = counts.flatMap((batchSizes) =>
  [1, 3, 5, 16, 63, 65]
    .filter((width) => width < 60 || batchSizes.length !== 7)
    .flatMap((width) =>
      [false, true].flatMap((reverse): Case[] => {
        const [items, n] = [batchSizes.reduce((sum, count) => sum + count, 0), batchSizes[0] ?? 0];
        const along = { batchSizes: Int32Array.from(batchSizes), reverse };
        const what = `[${batchSizes}] of width ${width}${reverse ? ", from the end" : ""}`;
        const gates = numbers(items * 3 * width, 1).map((x, i) => (i % 11 === 10 ? 40 : 3) * x); // some at their ends
        const start = numbers(n * width, 2);
        const weight = numbers(3 * width * width, 3).map((x) => (2 * x) / Math.sqrt(width));
        const bias = numbers(3 * width, 4);
        const oracle = reference("float64");
        const { y, trace } = present(oracle.fused.gru)(
          oracle.upload(gates),
          oracle.upload(start),
          oracle.upload(weight),
          oracle.upload(bias),
          ...([width, along] as const),
        );
        const [output, kept] = [y, trace].map((x) => Float32Array.from(x.readSync()));
        return [
          ...(["y", "trace"] as const).map(
            (result): Case => ({
              kernel: "gru",
              what: `${what}: ${result}`,
              inputs: [gates, start, weight, bias],
              call: ({ fused }, [x, h, w, b]) => present(fused.gru)(x, h, w, b, width, along)[result],
              ...sumBound(width + 4 * batchSizes.length),
            }),
          ),
          {
            kernel: "gruGradients",
            what,
            inputs: [numbers(items * width, 5), start, weight, output, kept],
            call: ({ fused }, [g, h, w, o, t]) => present(fused.gruGradients)(g, h, w, o, t, width, along),
            ...sumBound(3 * width + items),
          },
        ];
      }),
    ),
);
