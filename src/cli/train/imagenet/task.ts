import { folderCollection } from "../pictures/collections.ts";
import { picturesTask } from "../pictures/task.ts";
import type { Task } from "../task.ts";
import { momentumRun } from "./momentum-run.ts";
import { imagenet, type MomentumConfig } from "./recipe.ts";

/** Pictures of each part that serve to measure after training: with ImageNet's 1.3 million it would take hours. */
const measured = 10_000;

export const imagenetTask: Task<MomentumConfig> = {
  ...picturesTask(imagenet, folderCollection(measured), momentumRun),
  encoderPrefix: "encoder_q.",
};
