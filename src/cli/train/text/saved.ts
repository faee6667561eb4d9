import { Vocabulary } from "../../../data/index.ts";
import type { Device } from "../../../devices/device.ts";
import type { SafetensorsArray } from "../../../formats/index.ts";
import { tensorsOf } from "../../../formats/state-dict.ts";
import type { QuickThought } from "../../../models/index.ts";
import type { CheckpointFile } from "../../checkpoint.ts";
import type { Remedies } from "../saved.ts";
import type { TextConfig } from "./config.ts";
import { untrainedThought } from "./run.ts";

/** The words that a checkpoint knows. Throws naming the file where it has none. */
export function vocabularyIn({ path, metadata }: CheckpointFile, { damaged }: Pick<Remedies, "damaged">): Vocabulary {
  try {
    if (metadata.vocabulary === undefined) throw new Error("is missing");
    const words: unknown = JSON.parse(metadata.vocabulary);
    if (Array.isArray(words) && words.every((word) => typeof word === "string")) return new Vocabulary(words);
    throw new Error("needs a list of words");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path} is damaged, ${damaged}. In its metadata\n  vocabulary: ${why}`, { cause });
  }
}

/** The encoders of a checkpoint, by its arrays. Throws naming the file where they do not fit. */
export function thoughtIn(
  { path }: CheckpointFile,
  arrays: ReadonlyMap<string, SafetensorsArray>,
  config: TextConfig,
  { words }: Vocabulary,
  device: Device,
  { damaged }: Pick<Remedies, "damaged">,
): QuickThought {
  const model = untrainedThought(config, words.length, device);
  try {
    model.loadStateDict(tensorsOf(arrays, device));
  } catch (cause) {
    throw new Error(`${path} is damaged, ${damaged}: ${(cause as Error).message}`, { cause });
  }
  return model;
}
