export { version } from "../version.ts";
export { writeFileAtomic, writeFilesAtomic } from "./atomic.ts";
export { type Checkpoint, loadCheckpoint, type NewCheckpoint, saveCheckpoint } from "./checkpoint.ts";
export { cifar10Files } from "./cifar10-files.ts";
export { type Embeddings, type EmbeddingsOptions, openEmbeddings } from "./embeddings.ts";
export { type EmbeddingsFormat, embeddingsFormats } from "./embeddings-formats.ts";
export type { Stdin } from "./file-source.ts";
export { imageFolder } from "./image-folder.ts";
export { type LabelsOptions, readLabels } from "./labels.ts";
export { readMnistFiles } from "./mnist-files.ts";
export { type NpyFolder, type NpyItem, npyFolder } from "./npy-folder.ts";
export type { Pictures } from "./pictures/pictures.ts";
export type { PicturesPlace } from "./pictures/place.ts";
export { createRunFolder, type LogRecord, openRunFolder, type RunFolder } from "./run-folder.ts";
export { type Stl10Part, stl10Files } from "./stl10-files.ts";
export { readTextFile, readTextFiles, type TextFile } from "./text-files.ts";
export {
  type PlannedBatch,
  type ViewBatch,
  type ViewMaker,
  type ViewMakerOptions,
  viewMaker,
} from "./view-maker.ts";
