import { readStl10 } from "../formats/index.ts";
import { type LabelledImages, labelledImages } from "./labelled-images.ts";

/** The ten classes of STL-10, by label. */
export const stl10Classes: readonly string[] = "airplane bird car cat deer dog horse monkey ship truck".split(" ");

/**
 * The STL-10 data set from two files of its binary version: `train_X.bin` and `train_y.bin`, or `test_X.bin` and
 * `test_y.bin`; labels are 0..9. `names` are what errors call them. Throws for damaged files and for files that do not
 * belong together. For `unlabeled_X.bin` see `readStl10` and `stl10Picture`.
 */
export function stl10(
  images: Uint8Array,
  labels: Uint8Array,
  names: readonly [images: string, labels: string] = ["stl10: images", "stl10: labels"],
): LabelledImages {
  const read = readStl10(images, labels, names);
  return labelledImages("stl10", read.images, read.labels);
}
