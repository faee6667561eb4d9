import { existsSync } from "node:fs";
import { join } from "node:path";
import { cifar10Files, imageFolder, type Pictures, stl10Files } from "../../../node/index.ts";
import { evenly } from "../gallery.ts";
import type { Chosen, Collection } from "./gallery.ts";

/** The collection in a folder: an encoder learns from one part of it and is judged by another. */
export type OpenCollection = (folder: string) => Promise<Collection>;

/** CIFAR-10's binary version. */
export const cifar10Collection: OpenCollection = async (folder) => {
  const [train, test] = [await cifar10Files(folder, "train"), await cifar10Files(folder, "test")];
  const { classes } = train;
  return { train: allOf(train), known: allOf(train), asked: allOf(test), classes };
};

/** STL-10's binary version: an encoder learns from training and, where they are there, unlabeled pictures. */
export const stl10Collection: OpenCollection = async (folder) => {
  const unlabeled = existsSync(join(folder, "unlabeled_X.bin"));
  const train = await stl10Files(folder, unlabeled ? "train+unlabeled" : "train");
  const known = unlabeled ? await stl10Files(folder, "train") : train;
  const test = await stl10Files(folder, "test");
  return { train: allOf(train), known: allOf(known), asked: allOf(test), classes: known.classes };
};

/** Of a folder without a test part, one picture in so many is kept for measuring. */
const kept = 10;

/**
 * A folder of pictures with `train` and `val` or `test` in it, or one without, of which every tenth picture is kept for
 * measuring. At most `most` labelled pictures of each part, evenly spaced, serve to measure. Rejects for parts with other classes.
 */
export function folderCollection(most: number = Number.POSITIVE_INFINITY): OpenCollection {
  return async (folder) => {
    const test = ["val", "test"].map((name) => join(folder, name)).find((path) => existsSync(path));
    const train = join(folder, "train");
    if (!existsSync(train) || test === undefined) {
      const all = await imageFolder(folder);
      const [own, asked] = [[], []] as [number[], number[]];
      for (let i = 0; i < all.length; i++) (i % kept === kept - 1 ? asked : own).push(i);
      return collected(all, all, [own, asked], most);
    }
    const [learnt, judged] = [await imageFolder(train), await imageFolder(test)];
    if (learnt.classes.join("\n") !== judged.classes.join("\n")) {
      throw new Error(
        `${train} has the classes ${told(learnt.classes)}, ${test} has ${told(judged.classes)}: give both the same sub-folders`,
      );
    }
    return collected(learnt, judged, [rowsOf(learnt), rowsOf(judged)], most);
  };
}

function collected(
  learnt: Pictures,
  judged: Pictures,
  [train, test]: readonly [train: readonly number[], test: readonly number[]],
  most: number,
): Collection {
  const known = learnt.classes.length > 0 ? train : [];
  return {
    train: { pictures: learnt, rows: Int32Array.from(train) },
    known: some(learnt, known, most),
    asked: some(judged, test, most),
    classes: learnt.classes,
  };
}

/** At most so many, evenly spaced. */
function some(pictures: Pictures, rows: readonly number[], most: number): Chosen {
  return { pictures, rows: evenly(rows.length, Math.min(most, rows.length)).map((k) => rows[k]) };
}

/** All of a set. */
function allOf(pictures: Pictures): Chosen {
  return { pictures, rows: Int32Array.from(rowsOf(pictures)) };
}

function rowsOf({ length }: Pictures): number[] {
  return Array.from({ length }, (_, i) => i);
}

function told(classes: readonly string[]): string {
  const shown = classes.slice(0, 5).join(", ");
  return classes.length === 0 ? "none" : `${shown}${classes.length > 5 ? `, ... (${classes.length})` : ""}`;
}
