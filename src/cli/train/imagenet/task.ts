import type { PictureTask } from "../picture-task.ts";
import { folderCollection } from "../pictures/collections.ts";
import { picturesTask } from "../pictures/task.ts";
import { momentumRun } from "./momentum-run.ts";
import { imagenet, type MomentumConfig } from "./recipe.ts";

export const imagenetTask: PictureTask<MomentumConfig> = {
  ...picturesTask(imagenet, folderCollection({ parts: "needed" }), momentumRun),
  encoderPrefix: "encoder_q.",
  measured: 10_000, // with ImageNet's 1.3 million it would take hours
};
