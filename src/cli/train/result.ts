import { percent, plusMinus } from "../shown.ts";
import { hiddenLayerOf } from "./architectures.ts";
import type { RunConfig, TrainConfig } from "./config.ts";
import type { Layout } from "./layout.ts";
import type { Compared, Measured, Untrained } from "./measure.ts";
import type { Words } from "./recipe.ts";

/** What every run's result tells, and `--json` prints; `schemaVersion` rises whenever a released field changes its meaning. */
export interface RunResult<Config extends RunConfig = RunConfig> {
  readonly schemaVersion: 3;
  readonly task: string;
  readonly version: string;
  readonly device: string;
  readonly config: Config;
  /** Of training, all sessions together, without measuring. */
  readonly trainingSeconds: number;
  readonly measuringSeconds: number;
}

/** What a whole run on pictures found. */
export interface TrainResult<Config extends TrainConfig = TrainConfig> extends RunResult<Config> {
  /** How many it learnt from, how many of known class it is judged with, and by how many. */
  readonly pictures: { readonly train: number; readonly known: number; readonly test: number };
  readonly trained: Omit<Measured, "distances" | "features">;
  readonly untrained: Omit<Untrained, "distances" | "features">;
  readonly rawPixels: Compared | undefined;
  /** Pictures of known class, evenly spaced, from which every `few` is found. */
  readonly yardstick: number;
}

/** What to know of a run that was too short for its numbers; nothing of others. */
export function shortness({ config, pictures }: TrainResult): string | undefined {
  const steps = config.epochs * Math.floor(pictures.train / config.batchSize);
  if (steps >= 50) return undefined;
  return (
    "batch norm's running averages, by which all this is measured, begin at mean 0 and variance 1 and need some 50 steps " +
    `to settle; after ${steps} these numbers tell little`
  );
}

/** The result as lines of text. */
export function resultTable(result: TrainResult, { many }: Words): string {
  const { trained, untrained, rawPixels, pictures, yardstick } = result;
  const both = (cell: (layout: Omit<Layout, "distances" | "features">) => string): [string, string] => [
    cell(trained),
    cell(untrained),
  ];
  const compared = (what: keyof Compared): string[] =>
    [trained.few, untrained.few, rawPixels].map((few) => percent(few?.[what]));
  const fewer = yardstick < pictures.known;
  const hidden = hiddenLayerOf(result.config.arch);
  const named = [
    [`linear probe, ${hidden}`, ...(fewer ? [percent(trained.probes?.fc7)] : compared("probe"))],
    ...(fewer ? [[`linear probe, ${hidden}, of ${yardstick}*`, ...compared("probe")]] : []),
    ["linear probe, output", percent(trained.probes?.output)],
    [`5-NN, ${hidden}`, percent(trained.knn?.fc7)],
    ["5-NN, output", ...(fewer ? [percent(trained.knn?.output)] : compared("knn"))],
    ...(fewer ? [[`5-NN, output, of ${yardstick}*`, ...compared("knn")]] : []),
  ];
  const rows = [
    [`on ${pictures.test} test ${many}`, "trained", "untrained", rawPixels ? "raw pixels" : ""],
    ...(trained.few ? named : []),
    ["alignment", ...both(({ alignment }) => plusMinus(alignment))],
    ["uniformity", ...both(({ uniformity }) => plusMinus(uniformity))],
    ["  its optimum", ...both(({ uniformity }) => uniformity.optimum.toFixed(3))],
    ["  gap", ...both(({ uniformity }) => uniformity.gap.toFixed(3))],
    ["uniformity of views", ...both(({ viewUniformity }) => plusMinus(viewUniformity))],
  ];
  const line = ([name, ...cells]: string[]): string =>
    `${name.padEnd(28)}${cells.map((cell) => cell.padStart(15)).join("")}`.trimEnd();
  const remarks: string[] = [];
  if (trained.few && fewer) {
    const among = `${yardstick} of the ${pictures.known} training ${many}`;
    remarks.push(`* learnt from, or neighbours among, ${among}, the same for all three: compare in these rows`);
  }
  const short = shortness(result);
  if (short !== undefined) remarks.push(short);
  return `${[...rows.map(line), ...remarks].join("\n")}\n`;
}
