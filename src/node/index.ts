export { writeFileAtomic } from "./atomic.ts";
export { type Checkpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
export { readMnistFiles } from "./mnist-files.ts";
export { createRunFolder, type RunFolder } from "./run-folder.ts";
export { version } from "./version.ts";
