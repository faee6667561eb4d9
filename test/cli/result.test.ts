import { expect, it } from "vitest";
import { mnistConfig } from "../../src/cli/train/mnist/config.ts";
import { mnist } from "../../src/cli/train/mnist/recipe.ts";
import { type TrainResult, resultTable as table } from "../../src/cli/train/result.ts";

const layout = {
  alignment: { value: 0.29712, standardError: 0.00131, n: 10_000 },
  uniformity: { value: -3.5, standardError: 0.002, optimum: -3.875, gap: 0.375, n: 10_000, pairs: 49_995_000 },
  viewUniformity: { value: -3.6, standardError: 0.003, optimum: -3.875, gap: 0.275, n: 10_000, pairs: 49_995_000 },
};
const resultTable = (result: TrainResult): string => table(result, mnist.words);
const result: TrainResult = {
  schemaVersion: 3,
  task: "mnist",
  version: "0.0.0",
  device: "cpu",
  config: mnistConfig,
  pictures: { train: 60_000, known: 60_000, test: 10_000 },
  trained: {
    ...layout,
    probes: { fc7: 0.9866, output: 0.9785 },
    knn: { fc7: 0.9844, output: 0.9843 },
    few: { knn: 0.9731, probe: 0.98 },
  },
  untrained: { ...layout, few: { knn: 0.8, probe: 0.9 } },
  rawPixels: { knn: 0.95, probe: 0.91 },
  yardstick: 10_000,
  trainingSeconds: 100,
  measuringSeconds: 50,
};

it("the table shows every number, and compares those found among the same training digits", () => {
  expect(resultTable(result)).toBe(
    [
      "on 10000 test digits                trained      untrained     raw pixels",
      "linear probe, fc7                    98.66%",
      "linear probe, fc7, of 10000*         98.00%         90.00%         91.00%",
      "linear probe, output                 97.85%",
      "5-NN, fc7                            98.44%",
      "5-NN, output                         98.43%",
      "5-NN, output, of 10000*              97.31%         80.00%         95.00%",
      "alignment                      0.297 ±0.001   0.297 ±0.001",
      "uniformity                    -3.500 ±0.002  -3.500 ±0.002",
      "  its optimum                        -3.875         -3.875",
      "  gap                                 0.375          0.375",
      "uniformity of views           -3.600 ±0.003  -3.600 ±0.003",
      "* learnt from, or neighbours among, 10000 of the 60000 training digits, the same for all three: compare in these rows",
      "",
    ].join("\n"),
  );
  expect(resultTable({ ...result, config: { ...mnistConfig, batchSize: 1200 } })).not.toContain("running");
  expect(resultTable({ ...result, config: { ...mnistConfig, batchSize: 1201 } })).toContain(
    "need some 50 steps to settle; after 49 these numbers tell little\n",
  );
  const few = resultTable({ ...result, yardstick: 60_000 });
  expect(few).toMatch(/^5-NN, output +97\.31% +80\.00% +95\.00%$/m);
  expect(few).not.toMatch(/among|\*/);
});
