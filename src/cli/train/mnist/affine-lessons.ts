import { affineViews, type LabelledImages, type RandomAffineOptions } from "../../../data/index.ts";
import type { PictureLessons } from "../gallery.ts";

/** Pictures to learn from through affine views within `ranges`. */
export function affineLessons({ images, length }: LabelledImages, ranges: RandomAffineOptions): PictureLessons {
  const [, ...shape] = images.shape;
  return {
    shape,
    length,
    async *views(plan) {
      for (const { indices, generator } of plan) yield affineViews(images, indices, ranges, generator);
    },
  };
}
