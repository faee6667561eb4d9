import type { PictureTask } from "../picture-task.ts";
import { twoViewRun } from "../two-views.ts";
import type { MnistConfig } from "./config.ts";
import { digitGallery, readSplit } from "./digits.ts";
import { mnist } from "./recipe.ts";

export const mnistTask: PictureTask<MnistConfig> = {
  recipe: mnist,
  open: async (folder, { views }) => digitGallery(await readSplit(folder), views),
  run: twoViewRun,
};
