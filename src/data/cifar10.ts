import { readCifar10 } from "../formats/index.ts";
import { type LabelledImages, labelledImages } from "./labelled-images.ts";

/** The ten classes of CIFAR-10, by label. */
export const cifar10Classes: readonly string[] = "airplane automobile bird cat deer dog frog horse ship truck".split(
  " ",
);

/**
 * The CIFAR-10 data set from the files of its binary version, one after another: five `data_batch_N.bin` to train,
 * `test_batch.bin` to test. `names` are what errors call the files. Throws for no file and for a damaged one.
 */
export function cifar10(
  files: readonly Uint8Array[],
  names: readonly string[] = files.map((_, i) => `cifar10: file ${i}`),
): LabelledImages {
  if (files.length === 0) throw new RangeError("cifar10: needs at least one file, data_batch_1.bin for one, got none");
  const read = files.map((bytes, i) => readCifar10(bytes, names[i]));
  const length = read.reduce((sum, { labels }) => sum + labels.length, 0);
  const [data, labels] = [new Uint8Array(length * 3072), new Uint8Array(length)];
  let at = 0;
  for (const part of read) {
    data.set(part.images.data, at * 3072);
    labels.set(part.labels, at);
    at += part.labels.length;
  }
  return labelledImages("cifar10", { data, shape: [length, 3, 32, 32] }, labels);
}
