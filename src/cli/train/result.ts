import type { MnistConfig } from "./config.ts";
import type { Measured } from "./measure.ts";

export type Summary = Pick<Measured, "alignment" | "uniformity" | "accuracy">;

/** What a whole run found, and what `--json` prints; `schemaVersion` rises whenever a field changes its meaning. */
export interface MnistResult {
  readonly schemaVersion: 1;
  readonly task: "mnist";
  readonly version: string;
  readonly device: string;
  readonly config: MnistConfig;
  readonly digits: { readonly train: number; readonly test: number };
  readonly trained: Summary;
  readonly untrained: Summary;
  /** 5-NN accuracy on the pixels themselves, in 0..1. */
  readonly rawPixels: { readonly accuracy: number };
  /** Of training, without measuring. */
  readonly trainingSeconds: number;
}

/** The result as lines of text. */
export function resultTable({ trained, untrained, rawPixels, digits }: MnistResult): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
  const withError = ({ value, standardError }: { value: number; standardError: number }): string =>
    `${value.toFixed(3)} ±${standardError.toFixed(3)}`;
  const rows = [
    [`on ${digits.test} test digits`, "trained", "untrained", "raw pixels"],
    ["5-NN accuracy", percent(trained.accuracy), percent(untrained.accuracy), percent(rawPixels.accuracy)],
    ["alignment", withError(trained.alignment), withError(untrained.alignment), ""],
    ["uniformity", withError(trained.uniformity), withError(untrained.uniformity), ""],
    ["  its optimum", trained.uniformity.optimum.toFixed(3), untrained.uniformity.optimum.toFixed(3), ""],
    ["  gap", trained.uniformity.gap.toFixed(3), untrained.uniformity.gap.toFixed(3), ""],
  ];
  const line = ([name, ...cells]: string[]): string =>
    `${name.padEnd(22)}${cells.map((cell) => cell.padStart(15)).join("")}`.trimEnd();
  return `${rows.map(line).join("\n")}\n`;
}
