import type { Device } from "../../../devices/device.ts";
import { UsageError } from "../../io.ts";
import type { PictureLessons } from "../gallery.ts";
import type { PictureRun, PictureTask } from "../picture-task.ts";
import type { Recipe } from "../recipe.ts";
import type { OpenCollection } from "./collections.ts";
import type { PicturesConfig } from "./config.ts";
import { pictureGallery } from "./gallery.ts";

/** Test pictures without which uniformity has no standard error. */
const least = 3;

/** A task over pictures in a folder that must be named. */
export function picturesTask<Config extends PicturesConfig>(
  recipe: Recipe<Config>,
  collection: OpenCollection,
  run: (lessons: PictureLessons, config: Config, device: Device) => PictureRun,
): PictureTask<Config> {
  return {
    recipe,
    preparation: ({ imageSize, plain }) => ({ shape: [3, imageSize, imageSize], steps: plain }),
    async open(folder, config, workers) {
      if (folder === undefined)
        throw new UsageError(`train: ${recipe.name} needs --data DIR, a folder: ${recipe.dataAbout}`);
      const found = await collection(folder);
      if (found.asked.rows.length < least) {
        await Promise.all([found.train, found.known, found.asked].map(({ pictures }) => pictures.close()));
        const few = `${folder}: ${found.asked.rows.length} test pictures are too few to measure by`;
        throw new Error(
          `${few}: needs at least ${least}; where no part is for testing every tenth picture is kept for it`,
        );
      }
      return pictureGallery(found, config, workers);
    },
    run,
  };
}
