import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { cifar10Files, imageFolder, type Pictures, stl10Files } from "../../../node/index.ts";
import { closedOnError } from "../closed-on-error.ts";
import type { Chosen, Collection } from "./gallery.ts";

/** The collection in a folder: an encoder learns from one part of it and is judged by another. */
export type OpenCollection = (folder: string) => Promise<Collection>;

/** CIFAR-10's binary version. */
export const cifar10Collection: OpenCollection = async (folder) => {
  const train = await cifar10Files(folder, "train");
  return closedOnError(train, async () => {
    const test = await cifar10Files(folder, "test");
    const { classes } = train;
    return { train: allOf(train), known: allOf(train), asked: allOf(test), classes };
  });
};

/** STL-10's binary version: an encoder learns from training and, where they are there, unlabeled pictures. */
export const stl10Collection: OpenCollection = async (folder) => {
  const unlabeled = existsSync(join(folder, "unlabeled_X.bin"));
  const train = await stl10Files(folder, unlabeled ? "train+unlabeled" : "train");
  return closedOnError(train, async () => {
    const known = unlabeled ? await stl10Files(folder, "train") : train;
    return closedOnError(known, async () => {
      const test = await stl10Files(folder, "test");
      return { train: allOf(train), known: allOf(known), asked: allOf(test), classes: known.classes };
    });
  });
};

/** Of a folder without a test part, one picture in so many is kept for measuring. */
const kept = 10;

export interface FolderOptions {
  /** Whether `train` and `val` or `test` must be there. */
  readonly parts?: "needed" | "welcome";
}

/**
 * A folder of pictures with `train` and `val` or `test` in it, or, where that is welcome, one without, of which every tenth
 * picture is kept for measuring. Rejects for parts with other classes, and for one part without the other.
 */
export function folderCollection({ parts = "welcome" }: FolderOptions = {}): OpenCollection {
  return async (folder) => {
    const test = ["val", "test"].map((name) => join(folder, name)).find((path) => existsSync(path));
    const train = existsSync(join(folder, "train")) ? join(folder, "train") : undefined;
    if ((train === undefined) !== (test === undefined) || (parts === "needed" && test === undefined)) {
      const found = train ? "train but neither val nor test" : test ? `${basename(test)} but no train` : "neither";
      throw new Error(`${folder}: needs train, and val or test, with a folder for each class; it has ${found}`);
    }
    if (train === undefined || test === undefined) {
      const all = await imageFolder(folder);
      const [own, asked] = [[], []] as [number[], number[]];
      for (let i = 0; i < all.length; i++) (i % kept === kept - 1 ? asked : own).push(i);
      return collected(all, all, own, asked);
    }
    const learnt = await imageFolder(train);
    return closedOnError(learnt, async () => {
      const judged = await imageFolder(test);
      if (learnt.classes.join("\n") !== judged.classes.join("\n")) {
        throw new Error(
          `${train} has the classes ${told(learnt.classes)}, ${test} has ${told(judged.classes)}: give both the same sub-folders`,
        );
      }
      return collected(learnt, judged, rowsOf(learnt), rowsOf(judged));
    });
  };
}

function collected(learnt: Pictures, judged: Pictures, train: readonly number[], test: readonly number[]): Collection {
  const known = learnt.classes.length > 0 ? train : [];
  return {
    train: { pictures: learnt, rows: Int32Array.from(train) },
    known: { pictures: learnt, rows: Int32Array.from(known) },
    asked: { pictures: judged, rows: Int32Array.from(test) },
    classes: learnt.classes,
  };
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
