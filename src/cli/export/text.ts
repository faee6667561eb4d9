import { reference } from "../../devices/reference/reference.ts";
import { onnxGraphOf } from "../../models/export-onnx.ts";
import { UsageError } from "../io.ts";
import type { TextConfig } from "../train/text/config.ts";
import { text } from "../train/text/recipe.ts";
import { thoughtIn, vocabularyIn } from "../train/text/saved.ts";
import type { Exportable } from "./exportable.ts";
import { remedies } from "./remedies.ts";

/** How the encoders of sentences are exported. */
export const textExport: Exportable<TextConfig> = {
  recipe: text,
  encoderPrefix: "",
  usage({ mostWords }, file) {
    const { words } = vocabularyIn(file, remedies);
    const lines = [
      "cut a text into sentences, and each into words in small letters, numbers, and every other sign by itself",
      `take the first ${mostWords} words, each as its place in the vocabulary of ${words.length}, from 0 on, and 0 where it is not in it`,
      "pad sentences with 0 to one length, as words [n, places], and say how many words each has, as lengths [n]",
    ];
    return {
      of: "sentences",
      lines,
      texts: { vocabulary: JSON.stringify(words), maxLength: String(mostWords), sentences: lines.join("; ") },
    };
  },
  graph({ file, arrays, config, layerIndex }) {
    if (layerIndex !== undefined) {
      throw new UsageError(
        "export: --layer-index is for encoders of pictures; of sentences both points and the features are given",
      );
    }
    const device = reference("float32"); // nothing is computed
    return onnxGraphOf(thoughtIn(file, arrays, config, vocabularyIn(file, remedies), device, remedies));
  },
};
