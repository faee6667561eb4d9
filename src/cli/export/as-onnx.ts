import { reference } from "../../devices/reference/reference.ts";
import type { SafetensorsArray } from "../../formats/index.ts";
import { tensorsOf } from "../../formats/state-dict.ts";
import { onnxBytes, onnxGraphOf } from "../../models/export-onnx.ts";
import type { Shape } from "../../shape.ts";
import { checkLayerIndex } from "../layer-index.ts";
import type { TrainConfig } from "../train/config.ts";
import { untrainedEncoder } from "../train/encoders.ts";
import type { Preparation } from "../train/preparation.ts";
import type { ExportedGraph } from "./result.ts";

/** An encoder in a checkpoint. */
export interface Kept {
  /** Of the checkpoint. */
  readonly path: string;
  readonly arrays: ReadonlyMap<string, SafetensorsArray>;
  readonly config: TrainConfig;
  readonly preparation: Preparation | undefined;
  readonly layerIndex: number;
}

/** A file, and what is told of it. */
export interface Made {
  readonly bytes: Uint8Array;
  readonly arrays: ReadonlyMap<string, { readonly shape: Shape }>;
  readonly graph?: ExportedGraph;
}

/**
 * The encoder as an ONNX file with these texts in it. Throws naming the checkpoint for an encoder that takes no pictures,
 * and for weights that do not fit; a UsageError for a layer that it has not.
 */
export async function asOnnx(
  { path, arrays, config, preparation, layerIndex }: Kept,
  texts: Readonly<Record<string, string>>,
): Promise<Made> {
  if (preparation === undefined) {
    throw new Error(`${path}: its encoder takes no pictures and cannot be written as ONNX: --to safetensors, or npz`);
  }
  const { shape } = preparation;
  const device = reference("float32"); // nothing is computed
  const encoder = untrainedEncoder(config, shape, device);
  checkLayerIndex("export", encoder, layerIndex);
  try {
    encoder.loadStateDict(tensorsOf(arrays, device));
  } catch (cause) {
    const misfit = `its weights do not fit an encoder of pictures [${shape.join(", ")}]`;
    throw new Error(`${path} is damaged: ${misfit}: ${(cause as Error).message}`, { cause });
  }
  const graph = onnxGraphOf(encoder, { layers: [layerIndex] });
  const { inputs, outputs, weights } = graph;
  return { bytes: await onnxBytes(graph, texts), arrays: weights, graph: { layerIndex, inputs, outputs } };
}
