import type { OnnxPort } from "../../onnx.ts";
import type { Preparation } from "../train/preparation.ts";
import type { Usage } from "./exportable.ts";
import type { ExportFormat } from "./formats.ts";

/** What a graph takes and gives. */
export interface ExportedGraph {
  readonly layerIndex: number;
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

/** What was exported, and what `--json` prints; `schemaVersion` rises whenever a released field changes its meaning. */
export interface ExportResult {
  readonly schemaVersion: 1;
  readonly task: string;
  readonly version: string;
  readonly checkpoint: string;
  /** Steps of training behind the encoder. */
  readonly step: number;
  readonly format: ExportFormat;
  readonly file: string;
  readonly bytes: number;
  /** The shape of each array in the file, by its name. */
  readonly arrays: Readonly<Record<string, readonly number[]>>;
  /** Of ONNX alone. */
  readonly graph?: ExportedGraph;
  /** How pictures are prepared; absent where the encoder takes none. */
  readonly preparation?: Preparation;
  /** The same in words, or how sentences are. */
  readonly usage: Pick<Usage, "of" | "lines">;
}

/** The result as lines of text. */
export function exportTable({ file, bytes, format, step, arrays, graph, usage }: ExportResult): string {
  const line = (name: string, text: string): string => `${name.padEnd(10)}${text}`.trimEnd();
  const port = (name: string, { name: own, type, shape }: OnnxPort): string => {
    const sizes = shape.map((size) => (size === "" ? "any" : size));
    return line(name, `${own}  ${type} [${sizes.join(", ")}]`);
  };
  const shapes = Object.values(arrays);
  const numbers = shapes.reduce((sum, shape) => sum + shape.reduce((product, n) => product * n, 1), 0);
  const lines = [
    line("file", `${file}  ${format}, ${shownSize(bytes)}`),
    line(
      "weights",
      `${shapes.length} arrays, ${numbers.toLocaleString("en")} numbers, after ${step} steps of training`,
    ),
    ...(graph?.inputs.map((input) => port("input", input)) ?? []),
    ...(graph?.outputs.map((output) => port("output", output)) ?? []),
    ...usage.lines.map((text, i) => line(i === 0 ? usage.of : "", text)),
  ];
  return `${lines.join("\n")}\n`;
}

function shownSize(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
