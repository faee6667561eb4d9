import type { PictureTask } from "../picture-task.ts";
import { twoViewRun } from "../two-views.ts";
import type { MnistConfig } from "./config.ts";
import { digitGallery, readSplit, side } from "./digits.ts";
import { mnist } from "./recipe.ts";

export const mnistTask: PictureTask<MnistConfig> = {
  recipe: mnist,
  preparation: () => ({ shape: [1, side, side], steps: [] }),
  open: async (folder, { views }) => digitGallery(await readSplit(folder), views),
  run: twoViewRun,
};
