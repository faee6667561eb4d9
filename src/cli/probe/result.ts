import { percent } from "../shown.ts";
import type { TrainConfig } from "../train/config.ts";
import type { Words } from "../train/recipe.ts";
import type { ProbeConfig } from "./config.ts";
import { type LayerResult, layerName } from "./evaluate.ts";

/** What a probe found, and what `--json` prints; `schemaVersion` rises whenever a released field changes its meaning. */
export interface ProbeResult<Config extends TrainConfig = TrainConfig> {
  readonly schemaVersion: 1;
  readonly task: string;
  readonly version: string;
  readonly device: string;
  /** The file. */
  readonly checkpoint: string;
  /** Steps of training behind the encoder: 0 with --untrained. */
  readonly step: number;
  /** Of the run that trained it. */
  readonly config: Config;
  readonly probe: ProbeConfig;
  /** How many the classifiers learnt from, how many they named, and whether the encoder was trained with these. */
  readonly pictures: { readonly known: number; readonly test: number; readonly own: boolean };
  readonly classes: number;
  /** The output, then the layer that was asked for beside it. */
  readonly layers: readonly LayerResult[];
  readonly seconds: number;
}

/** The result as lines of text. */
export function probeTable({ step, probe, pictures, layers }: ProbeResult, { many }: Words): string {
  const encoder = step === 0 ? "an untrained encoder" : `an encoder after ${step} steps`;
  const columns = [
    { title: "width", cells: layers.map(({ width }) => String(width)) },
    { title: "linear", cells: layers.map(({ linear }) => percent(linear.top1)) },
    ...(layers.some(({ linear }) => linear.top5 !== undefined)
      ? [{ title: "in top 5", cells: layers.map(({ linear }) => percent(linear.top5)) }]
      : []),
    ...(probe.knn ? [{ title: "5-NN", cells: layers.map(({ knn }) => percent(knn)) }] : []),
  ];
  const line = (name: string, cell: (column: (typeof columns)[number]) => string): string =>
    name.padEnd(28) + columns.map((column) => cell(column).padStart(10)).join("");
  const lines = [
    line(encoder, ({ title }) => title),
    ...layers.map(({ layerIndex }, k) => line(layerName(layerIndex), ({ cells }) => cells[k])),
    `of ${pictures.test} test ${many} named rightly, having learnt ${pictures.known} training ${many}`,
  ];
  return `${lines.join("\n")}\n`;
}
