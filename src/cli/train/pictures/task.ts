import type { Device } from "../../../devices/device.ts";
import { UsageError } from "../../io.ts";
import type { Lessons } from "../gallery.ts";
import type { Recipe } from "../recipe.ts";
import type { Run, Task } from "../task.ts";
import type { OpenCollection } from "./collections.ts";
import type { PicturesConfig } from "./config.ts";
import { pictureGallery } from "./gallery.ts";

/** A task over pictures in a folder that must be named. */
export function picturesTask<Config extends PicturesConfig>(
  recipe: Recipe<Config>,
  collection: OpenCollection,
  run: (lessons: Lessons, config: Config, device: Device) => Run,
): Task<Config> {
  return {
    recipe,
    async open(folder, config, workers) {
      if (folder === undefined) throw new UsageError(`${recipe.name} needs --data DIR: ${recipe.dataAbout}`);
      return pictureGallery(await collection(folder), config, workers);
    },
    run,
  };
}
