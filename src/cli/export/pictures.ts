import { reference } from "../../devices/reference/reference.ts";
import { tensorsOf } from "../../formats/state-dict.ts";
import { onnxGraphOf } from "../../models/export-onnx.ts";
import { checkLayerIndex } from "../layer-index.ts";
import type { TrainConfig } from "../train/config.ts";
import { untrainedEncoder } from "../train/encoders.ts";
import type { PictureTask } from "../train/picture-task.ts";
import type { Exportable } from "./exportable.ts";
import { toldPreparation } from "./told-preparation.ts";

/** How an encoder of pictures is exported. */
export function pictureExport<Config extends TrainConfig>({
  recipe,
  encoderPrefix = "",
  preparation: prepared,
}: PictureTask<Config>): Exportable<Config> {
  return {
    recipe,
    encoderPrefix,
    usage(config) {
      const preparation = prepared(config);
      const lines = toldPreparation(preparation);
      const texts = { preparation: JSON.stringify(preparation), pictures: lines.join("; ") };
      return { of: "pictures", lines, texts, preparation };
    },
    graph({ file, arrays, config, layerIndex = -1 }) {
      const { shape } = prepared(config);
      const device = reference("float32"); // nothing is computed
      const encoder = untrainedEncoder(config, shape, device);
      checkLayerIndex("export", encoder, layerIndex);
      try {
        encoder.loadStateDict(tensorsOf(arrays, device));
      } catch (cause) {
        const misfit = `its weights do not fit an encoder of pictures [${shape.join(", ")}]`;
        throw new Error(`${file.path} is damaged: ${misfit}: ${(cause as Error).message}`, { cause });
      }
      return onnxGraphOf(encoder, { layers: [layerIndex] });
    },
  };
}
