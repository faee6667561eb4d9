import type { MnistConfig } from "./config.ts";
import type { Layout } from "./layout.ts";
import type { Compared, Measured, Untrained } from "./measure.ts";

/** What a whole run found, and what `--json` prints; `schemaVersion` rises whenever a released field changes its meaning. */
export interface MnistResult {
  readonly schemaVersion: 2;
  readonly task: "mnist";
  readonly version: string;
  readonly device: string;
  readonly config: MnistConfig;
  readonly digits: { readonly train: number; readonly test: number };
  readonly trained: Omit<Measured, "distances" | "features">;
  readonly untrained: Omit<Untrained, "distances" | "features">;
  readonly rawPixels: Compared;
  /** Training digits, evenly spaced, among which each `yardstickKnn` finds neighbours. */
  readonly yardstickDigits: number;
  /** Of training, all sessions together, without measuring. */
  readonly trainingSeconds: number;
  readonly measuringSeconds: number;
}

/** What to know of a run that was too short for its numbers; nothing of others. */
export function shortness({ config, digits }: MnistResult): string | undefined {
  const steps = config.epochs * Math.floor(digits.train / config.batchSize);
  if (steps >= 50) return undefined;
  return (
    "batch norm's running averages, by which all this is measured, begin at mean 0 and variance 1 and need some 50 steps " +
    `to settle; after ${steps} these numbers tell little`
  );
}

/** The result as lines of text. */
export function resultTable(result: MnistResult): string {
  const { trained, untrained, rawPixels, digits, yardstickDigits } = result;
  const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;
  const withError = ({ value, standardError }: { value: number; standardError: number }): string =>
    `${value.toFixed(3)} ±${standardError.toFixed(3)}`;
  const both = (cell: (layout: Omit<Layout, "distances" | "features">) => string): [string, string] => [
    cell(trained),
    cell(untrained),
  ];
  const compared = [trained, untrained, rawPixels].map(({ yardstickKnn }) => percent(yardstickKnn));
  const rows = [
    [`on ${digits.test} test digits`, "trained", "untrained", "raw pixels"],
    ["linear probe, fc7", percent(trained.probes.fc7)],
    ["linear probe, output", percent(trained.probes.output)],
    ["5-NN, fc7", percent(trained.knn.fc7)],
    ...(yardstickDigits < digits.train
      ? [
          ["5-NN, output", percent(trained.knn.output)],
          [`5-NN, output, among ${yardstickDigits}*`, ...compared],
        ]
      : [["5-NN, output", ...compared]]),
    ["alignment", ...both(({ alignment }) => withError(alignment))],
    ["uniformity", ...both(({ uniformity }) => withError(uniformity))],
    ["  its optimum", ...both(({ uniformity }) => uniformity.optimum.toFixed(3))],
    ["  gap", ...both(({ uniformity }) => uniformity.gap.toFixed(3))],
    ["uniformity of views", ...both(({ viewUniformity }) => withError(viewUniformity))],
  ];
  const line = ([name, ...cells]: string[]): string =>
    `${name.padEnd(28)}${cells.map((cell) => cell.padStart(15)).join("")}`.trimEnd();
  const remarks: string[] = [];
  if (yardstickDigits < digits.train) {
    const among = `${yardstickDigits} of the ${digits.train} training digits`;
    remarks.push(`* neighbours among ${among}, the same for all three: compare in this row`);
  }
  const short = shortness(result);
  if (short !== undefined) remarks.push(short);
  return `${[...rows.map(line), ...remarks].join("\n")}\n`;
}
