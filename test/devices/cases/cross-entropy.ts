import type { Storage } from "../../../src/devices/device.ts";
import { type Case, present, sumBound, upAndDown } from "./case.ts";
import { numbers, steps } from "./numbers.ts";

const kinds: Record<string, (count: number) => Float32Array> = {
  plain: (count) => numbers(count, 1).map((x) => 3 * x),
  large: (count) => numbers(count, 2).map((x) => 300 * x), // most exponentials are nothing beside the largest
  holes: (count) => steps(count, "holes"),
  poles: (count) => steps(count, "poles"),
};

export const crossEntropyCases: Case[] = upAndDown
  .flatMap((size): [number, number][] => [
    [size, 3],
    [3, size],
    [size, 10],
  ])
  .filter(([n, classes]) => n * classes > 0)
  .flatMap(([n, classes]) =>
    Object.entries(kinds).flatMap(([kind, make]) => {
      const x = make(n * classes);
      const labels = Int32Array.from({ length: n }, (_, i) => (i * 7 + classes - 1) % classes);
      const probabilities = numbers(n * classes, 5).map(Math.abs);
      const totals = Float32Array.from({ length: n }, (_, i) => {
        const row = x.subarray(i * classes, (i + 1) * classes);
        const largest = Math.max(...row);
        return largest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
      });
      const scale = kind === "large" ? 300 : 1;
      return [false, true].flatMap((labelled): Case[] => {
        const what = `${kind} [${n}, ${classes}] and ${labelled ? "labels" : "probabilities"}`;
        const target = (given: Storage): Int32Array | Storage => (labelled ? labels : given);
        return [
          ...(["y", "totals"] as const).map(
            (result): Case => ({
              kernel: "crossEntropy",
              what: `${what}: ${result}`,
              inputs: [x, probabilities],
              call: ({ fused }, [a, p]) => present(fused.crossEntropy)(a, target(p), n, classes)[result],
              ...sumBound(classes),
            }),
          ),
          {
            kernel: "crossEntropyInput",
            what,
            inputs: [x, totals, probabilities],
            call: ({ fused }, [a, t, p]) => present(fused.crossEntropyInput)(a, t, target(p), n, classes),
            tolerance: 2e-6 * scale * Math.sqrt(classes),
            floor: 1 / n,
          },
        ];
      });
    }),
  );
