import type { PictureTask } from "../picture-task.ts";
import { twoViewRun } from "../two-views.ts";
import { cifar10 } from "./cifar10.ts";
import { cifar10Collection, folderCollection, stl10Collection } from "./collections.ts";
import type { PicturesConfig } from "./config.ts";
import { folder } from "./folder.ts";
import { stl10 } from "./stl10.ts";
import { picturesTask } from "./task.ts";

/** The paper's way for small pictures, over each kind of them. */
export const picturesTasks: Readonly<Record<string, PictureTask<PicturesConfig>>> = {
  cifar10: picturesTask(cifar10, cifar10Collection, twoViewRun),
  stl10: picturesTask(stl10, stl10Collection, twoViewRun),
  folder: picturesTask(folder, folderCollection(), twoViewRun),
};
