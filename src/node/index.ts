export { writeFileAtomic } from "./atomic.ts";
export { type Checkpoint, loadCheckpoint, type NewCheckpoint, saveCheckpoint } from "./checkpoint.ts";
export { readMnistFiles } from "./mnist-files.ts";
export { type NpyFolder, type NpyItem, npyFolder } from "./npy-folder.ts";
export { createRunFolder, type LogRecord, openRunFolder, type RunFolder } from "./run-folder.ts";
export { version } from "./version.ts";
