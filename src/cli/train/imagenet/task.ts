import { folderCollection } from "../pictures/collections.ts";
import { picturesTask } from "../pictures/task.ts";
import type { Task } from "../task.ts";
import { momentumRun } from "./momentum-run.ts";
import { imagenet, type MomentumConfig } from "./recipe.ts";

export const imagenetTask: Task<MomentumConfig> = {
  ...picturesTask(imagenet, folderCollection({ parts: "needed" }), momentumRun),
  encoderPrefix: "encoder_q.",
  measured: 10_000, // with ImageNet's 1.3 million it would take hours
};
