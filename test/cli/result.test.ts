import { expect, it } from "vitest";
import { mnistConfig } from "../../src/cli/train/config.ts";
import { type MnistResult, resultTable } from "../../src/cli/train/result.ts";

const layout = {
  alignment: { value: 0.29712, standardError: 0.00131, n: 10_000 },
  uniformity: { value: -3.5, standardError: 0.002, optimum: -3.875, gap: 0.375, n: 10_000, pairs: 49_995_000 },
  viewUniformity: { value: -3.6, standardError: 0.003, optimum: -3.875, gap: 0.275, n: 10_000, pairs: 49_995_000 },
};
const result: MnistResult = {
  schemaVersion: 2,
  task: "mnist",
  version: "0.0.0",
  device: "cpu",
  config: mnistConfig,
  digits: { train: 60_000, test: 10_000 },
  trained: {
    ...layout,
    probes: { fc7: 0.9866, output: 0.9785 },
    knn: { fc7: 0.9844, output: 0.9843 },
    yardstickKnn: 0.9731,
  },
  untrained: { ...layout, yardstickKnn: 0.8 },
  rawPixels: { yardstickKnn: 0.95 },
  yardstickDigits: 10_000,
  trainingSeconds: 100,
  measuringSeconds: 50,
};

it("the table shows every number, and compares those found among the same training digits", () => {
  expect(resultTable(result)).toBe(
    [
      "on 10000 test digits                trained      untrained     raw pixels",
      "linear probe, fc7                    98.66%",
      "linear probe, output                 97.85%",
      "5-NN, fc7                            98.44%",
      "5-NN, output                         98.43%",
      "5-NN, output, among 10000*           97.31%         80.00%         95.00%",
      "alignment                      0.297 ±0.001   0.297 ±0.001",
      "uniformity                    -3.500 ±0.002  -3.500 ±0.002",
      "  its optimum                        -3.875         -3.875",
      "  gap                                 0.375          0.375",
      "uniformity of views           -3.600 ±0.003  -3.600 ±0.003",
      "* neighbours among 10000 of the 60000 training digits, the same for all three: compare in this row",
      "",
    ].join("\n"),
  );
  expect(resultTable({ ...result, config: { ...mnistConfig, batchSize: 1200 } })).not.toContain("running");
  expect(resultTable({ ...result, config: { ...mnistConfig, batchSize: 1201 } })).toContain(
    "need some 50 steps to settle; after 49 these numbers tell little\n",
  );
  const few = resultTable({ ...result, yardstickDigits: 60_000 });
  expect(few).toMatch(/^5-NN, output +97\.31% +80\.00% +95\.00%$/m);
  expect(few).not.toMatch(/among|\*/);
});
