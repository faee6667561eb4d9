import { fileIn, layerRule, numberIn, oneCheckpoint, parsed } from "../arguments.ts";
import { UsageError } from "../io.ts";
import { type ExportFormat, exportFormats } from "./formats.ts";

export interface ExportFlags {
  /** A checkpoint, or the folder of a run. */
  readonly checkpoint: string;
  readonly to: ExportFormat;
  /** Undefined for a file beside the checkpoint. */
  readonly out: string | undefined;
  /** Whose output an ONNX graph gives, as `LayeredEncoder.forward` takes it; undefined for the features. */
  readonly layerIndex: number | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

const options = {
  to: { type: "string" },
  out: { type: "string" },
  "layer-index": { type: "string" },
  json: { type: "boolean", default: false },
  quiet: { type: "boolean", default: false },
} as const;

/** Every flag, without its dashes. */
export const exportFlagNames: readonly string[] = Object.keys(options);

/** What the arguments after `export` mean. Throws a UsageError that says what was found and what is allowed. */
export function readExportFlags(argv: readonly string[]): ExportFlags {
  const { values, positionals } = parsed("export", argv, options);
  const { to: given, json, quiet } = values;
  const out = fileIn("export", "out", values.out);
  const checkpoint = oneCheckpoint("export", positionals);
  const to = exportFormats.find((format) => format === given);
  if (to === undefined) {
    const found = given === undefined ? "" : `; got "${given}"`;
    throw new UsageError(`export: say what to write: --to ${exportFormats.join(", ")}${found}`);
  }
  const layerIndex = numberIn("export", "layer-index", values["layer-index"], layerRule);
  if (layerIndex !== undefined && to !== "onnx") {
    throw new UsageError(`export: --layer-index goes with --to onnx: ${to} holds the weights of every layer`);
  }
  return { checkpoint, to, out, layerIndex, json, quiet };
}
