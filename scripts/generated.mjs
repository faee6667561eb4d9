// Makes the sources that are not committed: the cpu device's kernels and the text of the threads that make views. Does
// next to nothing where they are up to date. Run by every script that reads src/.
import { buildKernels } from "./kernels.mjs";
import { buildViews } from "./views.mjs";

export async function buildGenerated() {
  await Promise.all([buildKernels(), buildViews()]);
}

/** vitest's name for what runs once before all specs. */
export const setup = buildGenerated;
