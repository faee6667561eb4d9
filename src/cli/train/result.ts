import type { MnistConfig } from "./config.ts";
import type { Layout } from "./layout.ts";
import type { Measured, Untrained } from "./measure.ts";

/** What a whole run found, and what `--json` prints; `schemaVersion` rises whenever a field changes its meaning. */
export interface MnistResult {
  readonly schemaVersion: 2;
  readonly task: "mnist";
  readonly version: string;
  readonly device: string;
  readonly config: MnistConfig;
  readonly digits: { readonly train: number; readonly test: number };
  readonly trained: Omit<Measured, "distances" | "features">;
  readonly untrained: Omit<Untrained, "distances" | "features">;
  /** 5-NN accuracy on the pixels themselves, in 0..1. */
  readonly rawPixels: { readonly knn: number };
  /** Training digits, evenly spaced, among which the untrained encoder and raw pixels find neighbours. */
  readonly yardstickDigits: number;
  /** Of training, all sessions together, without measuring. */
  readonly trainingSeconds: number;
  readonly measuringSeconds: number;
}

/** The result as lines of text. */
export function resultTable({ trained, untrained, rawPixels, digits, yardstickDigits }: MnistResult): string {
  const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;
  const withError = ({ value, standardError }: { value: number; standardError: number }): string =>
    `${value.toFixed(3)} ±${standardError.toFixed(3)}`;
  const both = (cell: (layout: Pick<Layout, "alignment" | "uniformity">) => string): [string, string] => [
    cell(trained),
    cell(untrained),
  ];
  const few = yardstickDigits < digits.train;
  const star = few ? "*" : "";
  const rows = [
    [`on ${digits.test} test digits`, "trained", "untrained", "raw pixels"],
    ["linear probe, fc7", percent(trained.probes.fc7)],
    ["linear probe, output", percent(trained.probes.output)],
    ["5-NN, fc7", percent(trained.knn.fc7)],
    ["5-NN, output", percent(trained.knn.output), percent(untrained.knn.output) + star, percent(rawPixels.knn) + star],
    ["alignment", ...both(({ alignment }) => withError(alignment))],
    ["uniformity", ...both(({ uniformity }) => withError(uniformity))],
    ["  its optimum", ...both(({ uniformity }) => uniformity.optimum.toFixed(3))],
    ["  gap", ...both(({ uniformity }) => uniformity.gap.toFixed(3))],
  ];
  const line = ([name, ...cells]: string[]): string =>
    `${name.padEnd(22)}${cells.map((cell) => cell.padStart(15)).join("")}`.trimEnd();
  const remark = few ? `* among ${yardstickDigits} of the ${digits.train} training digits\n` : "";
  return `${rows.map(line).join("\n")}\n${remark}`;
}
